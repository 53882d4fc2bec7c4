"""Expanding mailings: their audiences become deliveries, which are then sent like any others."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Future
from types import MappingProxyType

import orjson

from notifyhub import logs
from notifyhub.domain.chains import is_chain, names
from notifyhub.domain.clients import choose
from notifyhub.domain.dedup import dedup_key
from notifyhub.domain.mailings import TOO_LATE, WINDOW_CLOSED
from notifyhub.domain.states import Status
from notifyhub.domain.templates import Words
from notifyhub.errors import NotifyhubError
from notifyhub.flow.mailing_words import MailingWords, Say, words_of
from notifyhub.flow.windows import next_opening, window_of
from notifyhub.flow.wording import NotWorded
from notifyhub.store import expansion
from notifyhub.store.chain_steps import as_rest
from notifyhub.store.database import Database
from notifyhub.store.expansion import Member, Placed, Slice
from notifyhub.store.mailings import Row
from notifyhub.store.wordings import Wording, as_options

SLICE = 1_000
"""Clients in one transaction: small enough that others who write hardly wait."""
TURN = 80
"""Slices of one mailing before the next one has its turn."""

NOBODY: tuple[str, ...] = ()
NO_TAGS: Mapping[int, Sequence[str]] = MappingProxyType({})
NOTHING = Words("", {})

_log = logs.logger(__name__)


def expand(database: Database, ring: Callable[[str], None], clock: Callable[[], int]) -> int:
    """Expand all running mailings to the end, taking turns. Returns the number of slices.

    `clock` returns epoch ms; `ring` is called for channels with something due. One that cannot be expanded now is left
    for the next sweep: to fail may take long, and everything else that a sweep does would wait for it again.
    """
    slices = 0
    failed: set[int] = set()
    while mailings := database.read(expansion.unfinished).result():
        stored = 0
        for mailing in mailings:
            if mailing["id"] not in failed:
                try:
                    stored += _expand_some(database, mailing, ring, clock)
                except NotifyhubError as error:
                    failed.add(mailing["id"])
                    about = {"mailing_id": mailing["id"]}
                    _log.warning("mailing %d cannot be expanded now: %s", mailing["id"], error, extra=about)
        if not stored:
            break
        slices += stored
    return slices


def _expand_some(database: Database, mailing: Row, ring: Callable[[str], None], clock: Callable[[], int]) -> int:
    """Expand a mailing by a few slices: the next one is made while the last one is written. Returns their number."""
    writing: tuple[Slice, Future[bool]] | None = None
    words = words_of(database, mailing)
    for stored in range(TURN + 1):
        slice_ = None
        if stored < TURN and (writing is None or not writing[0].is_last):
            members = database.read(expansion.members(mailing, SLICE, clock())).result()
            tags = words.tags(database, members) if words is not None else NO_TAGS
            slice_ = slice_of(mailing, members, clock(), words, tags)
        if writing is not None and not _is_stored(*writing, ring):
            return stored - 1
        # Without members and not the last: it waits for late joiners.
        if slice_ is None or not (slice_.matched or slice_.is_last):
            return stored
        writing = (slice_, database.write(expansion.place, slice_))
        mailing = slice_.next
    return TURN


def _is_stored(slice_: Slice, written: Future[bool], ring: Callable[[str], None]) -> bool:
    if not written.result():
        return False
    for channel in {d.channel for d in slice_.deliveries if d.due_at <= slice_.now}:
        ring(channel)
    if slice_.is_last:
        id_ = slice_.mailing["id"]
        _log.info("mailing %d is expanded", id_, extra={"mailing_id": id_, "story": "mailing.expanded"})
    return True


def slice_of(
    mailing: Row,
    members: Sequence[Member],
    now: int,
    words: MailingWords | None = None,
    tags: Mapping[int, Sequence[str]] = NO_TAGS,
) -> Slice:
    """What these clients become; `now` in epoch ms, `tags` of those who have any."""
    asked, options = orjson.loads(mailing["channels"]), orjson.loads(mailing["options"] or "{}")
    channels, chained = names(asked), is_chain(asked)
    due = _Due(mailing, now)
    deliveries: list[Placed] = []
    said: list[Wording] = []
    first, text, keyed = mailing["reach"] == "first", mailing["text"], mailing["deduplicate"] != "off"
    same = {channel: Words(text, options.get(channel, {})) for channel in channels}
    unreachable = unwilling = 0
    position = mailing["placed"]
    for member in members:
        id_, phone, code, timezone, own, opted_out, _ = member
        addresses, refused = orjson.loads(own), orjson.loads(opted_out)
        chosen = choose(channels, phone, addresses, refused, first=first and not chained)
        if not chosen:
            reachable = choose(channels, phone, addresses, NOBODY, first=True)
            unwilling, unreachable = unwilling + bool(reachable), unreachable + (not reachable)
            continue
        due_at, reason = due.of(timezone)
        told: Mapping[str, Words | str] = same
        if words is not None and reason is None:
            told = _told(words.to(member, tags.get(id_, ())), chosen)
            chosen = _tellable(chosen, told) if chained else chosen
            said += _wordings(position, chosen, told)
        steps, rest = (chosen[:1], as_rest(chosen[1:])) if chained else (chosen, None)
        for channel, address in steps:
            mine, why = told[channel], reason
            if isinstance(mine, str):
                content, status, why = NOTHING, Status.FAILED, mine
            else:
                content, status = mine, Status.SCHEDULED if reason is None else Status.EXPIRED
            key = dedup_key(channel, address, *content) if keyed and why is None else None
            sender = content.options.get("sender", "")
            deliveries.append(Placed(position, channel, address, status, why, due_at, key, id_, code, sender, rest))
            position += len(channels) if chained else 1
    is_last = len(members) < SLICE and (not mailing["late_joiners"] or due.is_over)
    cursor = members[-1].id if members else mailing["cursor"]
    places = position - mailing["placed"]
    return Slice(mailing, cursor, is_last, now, deliveries, places, len(members), unreachable, unwilling, said)


def _told(say: Say, chosen: Sequence[tuple[str, str]]) -> dict[str, Words | str]:
    """What a client is told on each channel, or the reason why there is no text for it."""
    told: dict[str, Words | str] = {}
    for channel, _ in chosen:
        try:
            one = say(channel)
            told[channel] = Words(one.text, one.options)
        except NotWorded as error:
            told[channel] = error.reason
    return told


def _tellable(chosen: list[tuple[str, str]], told: Mapping[str, Words | str]) -> list[tuple[str, str]]:
    """The steps of a chain for which there is a text; if there is none, the first one fails."""
    return [step for step in chosen if not isinstance(told[step[0]], str)] or chosen[:1]


def _wordings(position: int, chosen: Sequence[tuple[str, str]], told: Mapping[str, Words | str]) -> Iterator[Wording]:
    for i, (channel, _) in enumerate(chosen):
        if not isinstance(mine := told[channel], str):
            yield Wording(position + i, mine.text, as_options(channel, mine.options))


class _Due:
    """When a client of a mailing may first be written to: asked once for each time zone."""

    def __init__(self, mailing: Row, now: int) -> None:
        self._now = now
        self._ends_at: int | None = mailing["ends_at"]
        self._window = window_of(mailing["send_window"])
        self._known: dict[str, tuple[int, str | None]] = {}

    @property
    def is_over(self) -> bool:
        return self._ends_at is not None and self._ends_at <= self._now

    def of(self, timezone: str) -> tuple[int, str | None]:
        """The moment (epoch ms), and why it will not come."""
        found = self._known.get(timezone)
        if found is None:
            found = self._known[timezone] = self._find(timezone)
        return found

    def _find(self, timezone: str) -> tuple[int, str | None]:
        if self.is_over:
            return self._now, TOO_LATE
        if self._window is None:
            return self._now, None
        opens = next_opening(self._window, self._now, timezone)
        if opens is None or (self._ends_at is not None and opens >= self._ends_at):
            return self._now, WINDOW_CLOSED
        return opens, None
