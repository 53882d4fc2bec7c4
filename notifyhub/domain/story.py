"""What happened to a delivery and what happens next, in plain words."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise
from types import MappingProxyType

from notifyhub.domain.chains import CONFIRMED_LATE, NOT_CONFIRMED
from notifyhub.domain.reachability import OPTED_OUT
from notifyhub.domain.reasons import CODES, ENDINGS, in_words
from notifyhub.domain.retry import OnUnconfirmed
from notifyhub.domain.states import Status

MESSENGERS = MappingProxyType(
    {
        "telegram": "Telegram",
        "viber": "Viber",
        "whatsapp": "WhatsApp",
        "gateway": "the gateway",
        "email": "the mail server",
    }
)


@dataclass(frozen=True, slots=True)
class Try:
    """One recorded call to a messenger."""

    number: int
    started_at: datetime
    finished_at: datetime
    outcome: str
    code: str
    detail: str


@dataclass(frozen=True, slots=True)
class Told:
    """A receipt; `kind` is delivered, read or failed."""

    at: datetime
    kind: str
    code: str
    detail: str


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why a delivery was refused without a call; `source` as in the book of addresses."""

    at: datetime
    learnt_at: datetime
    expires_at: datetime | None
    source: str


@dataclass(frozen=True, slots=True)
class Subject:
    """The current state of a delivery, with its message and its attempts. Times are aware datetimes.

    spent         attempts that counted against `max_attempts`
    lease_until   set while a worker holds it
    gave_way_at   when the next step of its chain began
    """

    channel: str
    address: str
    status: str
    created_at: datetime
    send_at: datetime | None
    expires_at: datetime | None
    due_at: datetime
    spent: int
    max_attempts: int | None
    on_unconfirmed: str
    lease_until: datetime | None
    reason: str | None
    messenger_id: str | None
    tries: Sequence[Try]
    receipts: Sequence[Told] = ()
    refusal: Refusal | None = None
    gave_way_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Event:
    """Something that happened; `at` is None if the time was not recorded."""

    at: datetime | None
    event: str
    words: str


Lookup = Callable[[str, Try], tuple[str, bool] | None]
"""(channel, attempt) → the reason behind the messenger's code, and whether it asks for a wait."""


def events(of: Subject, lookup: Lookup) -> list[Event]:
    """Everything that happened, in order."""
    told = [Event(of.created_at, "accepted", f"Accepted, to be sent to {of.address} by {_messenger(of)}.")]
    if of.send_at is not None and of.send_at > of.created_at:
        told.append(Event(of.created_at, "deferred", f"Scheduled for {moment(of.send_at)}."))
    for this, following in pairwise([*of.tries, None]):
        assert this is not None
        told.append(Event(this.finished_at, "attempt", _attempt(of, this, lookup)))
        if following is not None:
            told.append(Event(following.started_at, "retried", _waited(of, this, following, lookup)))
    told += [Event(this.at, "receipt", _receipt(of, this)) for this in of.receipts]
    return [*told, *_ending(of)]


def next_step(of: Subject, lookup: Lookup, now: datetime) -> str:
    """What will happen automatically, or what someone can do."""
    match of.status:
        case Status.SCHEDULED:
            return _waiting(of, lookup, now)
        case Status.SENDING:
            return _under_way(of, now)
        case Status.SENT | Status.DELIVERED:
            return "Nothing: it was sent. A receipt may follow, if the messenger sends receipts."
        case Status.UNCONFIRMED:
            return (
                "Nothing happens automatically. Find out whether it arrived, then resolve it: as sent, to be sent "
                "again (the person may get it twice), or as failed."
            )
        case Status.FAILED if of.refusal is not None:
            return _after_refusal(of.refusal)
        case Status.FAILED | Status.EXPIRED | Status.CANCELLED if any(t.outcome == "unconfirmed" for t in of.tries):
            return (
                "Nothing happens automatically. The person may have got it, so the same text to the same address "
                "counts as a duplicate."
            )
        case Status.FAILED | Status.EXPIRED | Status.CANCELLED:
            return "Nothing happens automatically. The same text may be sent to the same address again."
    return "Nothing: it is finished."


def duplicate(of: Subject, holder: int, holder_status: str) -> tuple[list[Event], str]:
    """The story of a recipient who was left out, because delivery `holder` already carries this text to them."""
    told = [
        Event(of.created_at, "accepted", "The message was accepted."),
        Event(
            of.created_at,
            "duplicate",
            f"Left out: delivery {holder} already carries this text to {of.address} by {_messenger(of)}.",
        ),
    ]
    return told, f"Nothing: see delivery {holder}, which is now {holder_status}."


def moment(at: datetime) -> str:
    """A moment for people, to the second."""
    return f"{at:%Y-%m-%d %H:%M:%S} UTC"


def span(length: timedelta) -> str:
    """A length of time for people."""
    seconds = max(length.total_seconds(), 0.0)
    if seconds < 1:
        return f"{seconds * 1000:.0f} ms"
    for unit, size, most in (("s", 1, 120), ("minutes", 60, 7200), ("hours", 3600, 172_800)):
        if seconds < most:
            return f"{seconds / size:.1f}".removesuffix(".0") + f" {unit}"
    return f"{seconds / 86_400:.1f}".removesuffix(".0") + " days"


def messenger(channel: str) -> str:
    """The name of a channel's messenger in a sentence."""
    return MESSENGERS.get(channel, channel)


def _messenger(of: Subject) -> str:
    return messenger(of.channel)


def _attempt(of: Subject, this: Try, lookup: Lookup) -> str:
    began = f"Attempt {this.number} ({span(this.finished_at - this.started_at)}): "
    if this.code in CODES:
        return f"{began}{this.code}: {CODES[this.code]}."
    name = _messenger(of)
    if this.outcome == "sent":
        under = f" under its id {of.messenger_id}" if of.messenger_id and this is of.tries[-1] else ""
        return f"{began}{name} accepted it{under}."
    meaning = lookup(of.channel, this)
    why = f": {in_words(meaning[0])}" if meaning else ""
    verb = "refused it for good" if this.outcome == "permanent_failure" else "did not accept it"
    return f"{began}{name} {verb} (code {this.code}){why}."


def _waited(of: Subject, this: Try, following: Try, lookup: Lookup) -> str:
    length = span(following.started_at - this.finished_at)
    if this.outcome == "misconfigured":
        return f"Retried after {length}: the account had been set up wrongly, which does not count as an attempt."
    if _asked_to_wait(of, this, lookup):
        return f"Retried after {length}: {_messenger(of)} asked for a pause, which does not count as an attempt."
    if this.outcome == "unconfirmed":
        return f"Sent again after {length}, because it must arrive at least once; the person may have got it twice."
    return f"Retried after {length}."


def _asked_to_wait(of: Subject, this: Try, lookup: Lookup) -> bool:
    meaning = lookup(of.channel, this) if this.outcome == "temporary_failure" else None
    return meaning is not None and meaning[1]


def _ending(of: Subject) -> Iterator[Event]:
    """What happened besides the attempts."""
    last = of.tries[-1] if of.tries else None
    because = in_words(of.reason) if of.reason else "no reason was kept"
    match of.status:
        case Status.SENT | Status.DELIVERED | Status.READ if last is None or last.outcome != "sent":
            yield Event(None, "resolved", "An operator or the messenger said later that it was sent.")
        case Status.FAILED if of.refusal is not None:
            yield Event(of.refusal.at, "refused", _refused(of, of.refusal))
        case Status.FAILED:
            ended_at = of.receipts[-1].at if of.receipts else last.finished_at if last else None
            yield Event(ended_at, "failed", f"Given up: {because}.")
        case Status.EXPIRED:
            end = f" ({moment(of.expires_at)})" if of.expires_at else ""
            yield Event(of.expires_at, "expired", f"Expired{end}: {because}.")
        case Status.CANCELLED:
            # Earlier versions left the reason of the last retry on those that were cancelled by hand.
            why = f": {because}" if of.reason in ENDINGS else ""
            yield Event(None, "cancelled", f"Cancelled before it was sent{why}.")
        case Status.SUPERSEDED if of.reason == CONFIRMED_LATE:
            yield Event(None, "superseded", f"Taken back before it was sent: {because}.")
        case Status.SUPERSEDED:
            if of.reason == NOT_CONFIRMED and not of.tries:
                because = "its turn did not come in time"
            yield Event(of.gave_way_at, "superseded", f"Gave way to the next step: {because}.")
        case Status.UNCONFIRMED:
            yield Event(last.finished_at if last else None, "held", f"Held as unconfirmed: {_held(of, last)}.")


def _held(of: Subject, last: Try | None) -> str:
    if of.reason and of.reason != "unconfirmed" and (last is None or last.outcome != "unconfirmed"):
        return f"{in_words(of.reason)}, but an earlier attempt may have arrived"
    if of.on_unconfirmed == OnUnconfirmed.AT_MOST_ONCE:
        return "it must arrive at most once"
    return "no attempt or no time was left"


def _refused(of: Subject, refusal: Refusal) -> str:
    asked = "Refused without asking"
    on = f"on {moment(refusal.learnt_at)}"
    if refusal.source == "operator":
        return f"{asked}: {on} an operator suppressed this address."
    if of.reason == OPTED_OUT:
        return f"{asked}: {on} the person opted out by a message."
    until = f" That counts until {moment(refusal.expires_at)}." if refusal.expires_at else ""
    return f"{asked}: {on} {_messenger(of)} said: {in_words(of.reason or '')}.{until}"


def _after_refusal(refusal: Refusal) -> str:
    again = "Nothing happens automatically. The same text may be sent to the same address again once the address is "
    if refusal.expires_at is None:
        return f"{again}cleared (`notifyhub reachability clear`), or the person opts in by a message."
    return (
        f"{again}cleared (`notifyhub reachability clear`), the person has written to the sender, or the time is over; "
        "or at once, with `ignore_reachability`."
    )


def _receipt(of: Subject, this: Told) -> str:
    name = _messenger(of)
    name = name[0].upper() + name[1:]
    if this.kind != Status.FAILED:
        return f"{name} says that it was {this.kind}."
    return f"{name} says that it did not arrive (code {this.code})" + (f": {this.detail}." if this.detail else ".")


def _waiting(of: Subject, lookup: Lookup, now: datetime) -> str:
    left = f"attempt {of.spent + 1}" + (f" of {of.max_attempts}" if of.max_attempts else "")
    limit = f" Nothing is sent after {moment(of.expires_at)}." if of.expires_at else ""
    if of.due_at > now:
        paused = " then the pause that the messenger asked for is over;" if _paused(of, lookup) else ""
        return f"Will be sent at {moment(of.due_at)}, in {span(of.due_at - now)}:{paused} {left}.{limit}"
    return (
        f"Due since {moment(of.due_at)}: will be sent as soon as a worker is free ({left}). If it stays here, no "
        f"worker is running or the worker cannot reach the database: see `notifyhub doctor`.{limit}"
    )


def _paused(of: Subject, lookup: Lookup) -> bool:
    return bool(of.tries) and _asked_to_wait(of, of.tries[-1], lookup)


def _under_way(of: Subject, now: datetime) -> str:
    if of.lease_until is None or of.lease_until > now:
        until = f" until {moment(of.lease_until)}" if of.lease_until else ""
        return f"A worker holds it{until} and is calling {_messenger(of)}."
    return f"The worker that held it until {moment(of.lease_until)} is gone. The next sweep takes it back and " + (
        "holds it as unconfirmed, because it must arrive at most once."
        if of.on_unconfirmed == OnUnconfirmed.AT_MOST_ONCE
        else "sends it again, if an attempt is left."
    )
