"""What a circuit breaker does to a sender and to its deliveries, in plain words."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from notifyhub.domain.circuit_breaker import CONFIGURATION, State
from notifyhub.domain.reasons import CODES, in_words
from notifyhub.domain.senders import name_of
from notifyhub.domain.story import MESSENGERS, Subject, moment, span

WORDS = {
    State.CLOSED: "its messenger takes messages",
    State.OPEN: "it rests: nothing is sent and no attempts are spent until its messenger takes messages again",
    State.HALF_OPEN: "it tries whether its messenger takes messages again, with few calls at once",
}


@dataclass(frozen=True, slots=True)
class Rest:
    """The circuit of a sender that rests; times are aware datetimes. The rest is as in `circuit_breaker`.

    until  when the next call may try
    """

    channel: str
    sender: str
    state: State
    since: datetime
    until: datetime
    reason: str
    code: str
    mend: str


def why(rest: Rest) -> str:
    """Why the sender rests."""
    messenger = MESSENGERS.get(rest.channel, rest.channel)
    messenger = messenger[0].upper() + messenger[1:]
    if rest.reason == CONFIGURATION:
        return f"{messenger} refuses its account (code {rest.code}); look at {rest.mend or 'its settings'}"
    meaning = CODES.get(rest.code) or in_words(rest.reason)
    return f"{messenger} fails most calls, the last one with {rest.code}: {meaning}"


def next_try(rest: Rest, now: datetime) -> str:
    """When the sender tries again."""
    if rest.state is State.HALF_OPEN:
        return "It tries again now, with few calls at once"
    if rest.until > now:
        return f"The next try is at {moment(rest.until)}, in {span(rest.until - now)}"
    return (
        f"The next try is due since {moment(rest.until)}, and is made by the first worker that is free: if it stays "
        "so, see `notifyhub doctor`"
    )


def next_step(of: Subject, rest: Rest, otherwise: str, now: datetime) -> str:
    """What happens next to a delivery that waits while its sender rests.

    otherwise  what would happen if the sender did not rest
    """
    told = f"{name_of(rest.channel, rest.sender)} rests since {moment(rest.since)}: {why(rest)}"
    if of.due_at > max(now, rest.until):
        return f"{otherwise} Until then its sender may go on: {told}."
    attempt = f"attempt {of.spent + 1}" + (f" of {of.max_attempts}" if of.max_attempts else "")
    limit = f" Nothing is sent after {moment(of.expires_at)}." if of.expires_at else ""
    return (
        f"Waits for its sender: {told}. {next_try(rest, now)}. Waiting spends nothing: {attempt} is next when the "
        f"sender goes on.{limit}"
    )
