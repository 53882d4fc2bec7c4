"""The metrics of a hub: what its processes counted, and what store and broker say now."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from notifyhub.domain.adaptive_rate import FULL
from notifyhub.domain.circuit_breaker import DEFAULT_SENDER, State
from notifyhub.flow.pacing.limits import limits_of
from notifyhub.hub.figures import Figures
from notifyhub.hub.wiring import Wiring
from notifyhub.metrics import sharing
from notifyhub.metrics.definitions import (
    BREAKER,
    BROKER_UP,
    INBOUND_AGE,
    LIMIT,
    OPEN_DELIVERIES,
    PAUSED,
    QUEUE_AGE,
    STORE_UP,
    WEBHOOK_FAILING,
    Metric,
)
from notifyhub.metrics.snapshots import Labels, Snapshot
from notifyhub.metrics.text import text_of
from notifyhub.settings import Settings
from notifyhub.store.figures import Load
from notifyhub.store.senders import Standing

HUB = "hub"
"""The role of a process that is none of ours."""

Values = Iterator[tuple[Metric, Labels, float]]


class Metering:
    """`role` of this process; set by its command."""

    def __init__(self, wiring: Wiring) -> None:
        self._settings = wiring.settings
        self._figures = Figures(wiring)
        self.role = HUB

    def text(self) -> str:
        """All metrics, as Prometheus reads them. Blocks for up to PATIENCE_S; never raises for store or broker."""
        found = sharing.together(self._settings.metrics_folder, self.role)
        load, broker = self._figures.read()
        found.gauges.setdefault(STORE_UP.name, {})[()] = float(load is not None)
        if broker is not None:
            found.gauges.setdefault(BROKER_UP.name, {})[()] = float(broker)
        if load is not None:
            _put(found, _values(self._settings, load))
        return text_of(found)


def _put(snapshot: Snapshot, values: Values) -> None:
    for metric, labels, value in values:
        snapshot.gauges.setdefault(metric.name, {})[labels] = float(value)


def _values(settings: Settings, load: Load) -> Values:
    for place, number in load.open.items():
        yield OPEN_DELIVERIES, place, number
    for channel in settings.channels():
        yield QUEUE_AGE, (channel,), _seconds_since(load.due_since.get(channel), load.at)
        yield from _breakers(settings, channel, load.standings)
        yield from _limits(settings, channel, load)
    yield INBOUND_AGE, (), _seconds_since(load.inbound_since, load.at)
    yield WEBHOOK_FAILING, (), _seconds_since(load.failing_since, load.at)


def _seconds_since(moment: int | None, now: int) -> float:
    return 0 if moment is None else max(0, now - moment) / 1000


def _breakers(settings: Settings, channel: str, standings: Sequence[Standing]) -> Values:
    states = {one.sender: one.circuit.state for one in standings if one.channel == channel}
    own = settings.channels()[channel]
    if own.only_addresses is not None:
        # Each address is an account of its own, and no label holds an address.
        states = {DEFAULT_SENDER: _worst(states.values())}
    for sender in sorted({DEFAULT_SENDER, *own.senders, *states}):
        now = states.get(sender, State.CLOSED)
        for state in State:
            yield BREAKER, (channel, sender, str(state.value)), state is now


def _worst(states: Iterable[State]) -> State:
    known = set(states)
    return next((state for state in (State.OPEN, State.HALF_OPEN) if state in known), State.CLOSED)


def _limits(settings: Settings, channel: str, load: Load) -> Values:
    own, limits = settings.channels()[channel], limits_of(settings, channel)
    for sender in (DEFAULT_SENDER, *sorted(own.senders)):
        rate, pace = limits.of(sender).sender, load.paces.get((channel, sender), FULL)
        if rate is not None:
            yield LIMIT, (channel, sender), rate.per_s * pace.factor
        yield PAUSED, (channel, sender), max(0, pace.paused_until - load.at) / 1000
