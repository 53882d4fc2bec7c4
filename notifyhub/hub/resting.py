"""Sender accounts and their circuit breakers, as answers."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

from notifyhub import answers
from notifyhub.channel_settings import ChannelSettings
from notifyhub.clock import to_datetime
from notifyhub.domain import resting
from notifyhub.domain.circuit_breaker import DEFAULT_SENDER, State
from notifyhub.domain.resting import Rest
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
    channel: str, settings: ChannelSettings, standings: Sequence[Standing], now: datetime
) -> list[answers.SenderState]:
    """The accounts of a channel, and those that rest although no setting names them any more."""
    own = settings.only_addresses or (DEFAULT_SENDER, *settings.senders)
    known = {standing.sender: standing for standing in standings if standing.channel == channel}
    resting_ones = {sender for sender, standing in known.items() if standing.circuit.state is not State.CLOSED}
    return [_state(sender, known.get(sender), now) for sender in sorted({*own, *resting_ones})]


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
