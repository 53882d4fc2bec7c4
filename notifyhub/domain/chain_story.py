"""The story of a chain: what happened on each of its channels, and what comes next."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from notifyhub.domain import story
from notifyhub.domain.chains import WITH_RECEIPTS
from notifyhub.domain.states import Status
from notifyhub.domain.story import Event, Lookup, Subject, messenger, moment

_BEFORE_ALL = datetime.min.replace(tzinfo=UTC)
_MAY_GO_ON = frozenset({Status.SCHEDULED, Status.SENDING, Status.SENT, Status.UNCONFIRMED})


@dataclass(frozen=True, slots=True)
class Step:
    """A step of a chain. Times are aware datetimes.

    then        the channels that may follow
    confirm_at  if it is not confirmed by then, it gives way
    """

    number: int
    began_at: datetime
    subject: Subject
    then: Sequence[str]
    confirm_at: datetime | None


def current(steps: Sequence[Step]) -> int:
    """The place of the step that is the result of a chain so far: the one that has not given way."""
    open_ = (place for place, step in enumerate(steps) if step.subject.status != Status.SUPERSEDED)
    return next(open_, len(steps) - 1)


def events(steps: Sequence[Step], lookup: Lookup) -> list[Event]:
    """Everything that happened on all channels, in order."""
    return _in_order(event for step in steps for event in _events(step, lookup))


def next_step(steps: Sequence[Step], next_of: Callable[[Subject], str]) -> str:
    """What will happen automatically, or what someone can do; `next_of` tells it of a single delivery."""
    step = steps[current(steps)]
    of = step.subject
    if not step.then or of.status not in _MAY_GO_ON:
        return next_of(of)
    following = f"it goes on by {messenger(step.then[0])}"
    if of.status == Status.SENT and of.channel in WITH_RECEIPTS:
        if step.confirm_at is None:
            return f"It was sent. If {messenger(of.channel)} says that it did not arrive, {following}."
        return f"It was sent. If it is not delivered by {moment(step.confirm_at)}, or fails, {following}."
    if of.status == Status.SENT:
        return "Nothing: it was sent."
    limit = f" or is not confirmed by {moment(step.confirm_at)}" if step.confirm_at else ""
    return f"{next_of(of)} If it fails{limit}, {following}."


def _events(step: Step, lookup: Lookup) -> list[Event]:
    told = story.events(step.subject, lookup)
    if step.number == 1:
        return told
    of = step.subject
    began = f"Step {step.number} of the chain: to be sent to {of.address} by {messenger(of.channel)}."
    return [Event(step.began_at, "step", began), *(event for event in told[1:] if event.event != "deferred")]


def _in_order(told: Iterable[Event]) -> list[Event]:
    """By time; an event whose time was not recorded stays behind the one before it."""
    timed: list[tuple[datetime, Event]] = []
    last = _BEFORE_ALL
    for event in told:
        last = event.at or last
        timed.append((last, event))
    return [event for _, event in sorted(timed, key=lambda pair: pair[0])]
