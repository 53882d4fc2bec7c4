"""Sender accounts, their circuit breakers and their limits, as answers."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from notifyhub import answers
from notifyhub.clock import to_datetime
from notifyhub.domain import resting
from notifyhub.domain.adaptive_rate import FULL, Pace
from notifyhub.domain.circuit_breaker import DEFAULT_SENDER, State
from notifyhub.domain.pacing import Paced
from notifyhub.domain.resting import Rest
from notifyhub.domain.senders import name_of
from notifyhub.flow.pacing.limits import SenderLimits, limits_of
from notifyhub.settings import Settings
from notifyhub.store.sender_paces import Paces
from notifyhub.store.senders import Standing


def rests(standings: Iterable[Standing]) -> dict[tuple[str, str], Rest]:
    """The circuits that are not closed, by channel and sender."""
    found = {}
    for standing in standings:
        circuit, cause = standing.circuit, standing.circuit.cause
        if circuit.state is not State.CLOSED:
            found[standing.channel, standing.sender] = Rest(
                channel=standing.channel,
                sender=standing.sender,
                state=circuit.state,
                since=to_datetime(circuit.since),
                until=to_datetime(circuit.until),
                reason=cause.reason,
                code=cause.code,
                mend=cause.mend,
            )
    return found


def senders_of(
    settings: Settings, channel: str, standings: Sequence[Standing], paces: Paces, now: datetime
) -> list[answers.SenderState]:
    """The accounts of a channel, and those that rest although no setting names them any more."""
    set_up, limits = settings.channels()[channel], limits_of(settings, channel)
    own = set_up.only_addresses or (DEFAULT_SENDER, *set_up.senders)
    known = {standing.sender: standing for standing in standings if standing.channel == channel}
    resting_ones = {sender for sender, standing in known.items() if standing.circuit.state is not State.CLOSED}
    found = [(sender, _state(sender, known.get(sender), now)) for sender in sorted({*own, *resting_ones})]
    return [
        state.model_copy(update=_limits(limits.of(sender), paces.get((channel, sender), FULL), now))
        for sender, state in found
    ]


def paced(settings: Settings, channel: str, sender: str, pace: Pace) -> Paced:
    """What limits an account."""
    rate = limits_of(settings, channel).of(sender).sender
    until = to_datetime(pace.paused_until) if pace.paused_until else None
    return Paced(name_of(channel, sender), None if rate is None else str(rate), round(pace.factor * 100), until)


def _limits(limits: SenderLimits, pace: Pace, now: datetime) -> dict[str, Any]:
    until = to_datetime(pace.paused_until)
    rates = {"rate": limits.sender, "address_rate": limits.address, "group_rate": limits.group}
    return {
        **{name: None if rate is None else str(rate) for name, rate in rates.items()},
        "rate_percent": round(pace.factor * 100) if pace.factor < 1 and limits.sender is not None else None,
        "paused_until": until if until > now else None,
    }


def _state(sender: str, standing: Standing | None, now: datetime) -> answers.SenderState:
    name = sender or None
    if standing is None:
        return answers.SenderState(sender=name, state=State.CLOSED, words=resting.WORDS[State.CLOSED])
    circuit, cause = standing.circuit, standing.circuit.cause
    rest = rests([standing]).get((standing.channel, sender))
    if rest is None:
        since = to_datetime(circuit.since)
        return answers.SenderState(sender=name, state=State.CLOSED, words=resting.WORDS[State.CLOSED], since=since)
    return answers.SenderState(
        sender=name,
        state=rest.state,
        words=f"{resting.WORDS[rest.state]}. {resting.why(rest)}. {resting.next_try(rest, now)}",
        since=rest.since,
        until=rest.until if rest.state is State.OPEN else None,
        reason=rest.reason,
        code=rest.code,
        detail=cause.detail or None,
        mend=rest.mend or None,
    )
