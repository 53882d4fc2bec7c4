"""Previewing a mailing: the rules of its expansion, without storing anything."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import Any, NamedTuple

from notifyhub.domain.mailings import WINDOW_CLOSED
from notifyhub.domain.templates import UNWORDED
from notifyhub.flow.examples import Shown, examples
from notifyhub.flow.expand import SLICE, slice_of
from notifyhub.flow.mailing_words import words_of
from notifyhub.store import expansion, fingerprints, refusals
from notifyhub.store.clients import tags_of
from notifyhub.store.database import Database
from notifyhub.store.expansion import Placed
from notifyhub.store.mailings import Row

BEFORE_THE_FIRST: Mapping[str, Any] = {"id": 0, "placed": 0, "cursor": 0, "last_client_id": 2**62}


class Outlook(NamedTuple):
    """What would become of the clients. Moments are epoch ms."""

    matched: int
    by_operator_code: Counter[str]
    by_tag: Counter[str]
    by_timezone: Counter[str]
    by_channel: Counter[str]
    duplicates: int
    unreachable: int
    opted_out: int
    window_closed: int
    refused: int
    unworded: int
    examples: list[Shown]
    first_at: int | None
    last_opening_at: int | None


def outlook(database: Database, mailing: Row, now: int) -> Outlook:
    """What a mailing with these columns would do if it started at `now` (epoch ms). Blocks.

    Raises StoreUnavailable.
    """
    mailing = {**mailing, **BEFORE_THE_FIRST, "late_joiners": 0}
    words = words_of(database, mailing)
    codes, by_tag, zones, channels = Counter[str](), Counter[str](), Counter[str](), Counter[str]()
    matched = duplicates = unreachable = opted_out = closed = refused = unworded = 0
    shown: list[Shown] | None = None
    openings: list[int] = []
    seen: set[int] = set()
    while True:
        members = database.read(expansion.members(mailing, SLICE, now)).result()
        tags = database.read(tags_of([member.id for member in members])).result()
        shown = examples(mailing, members, words, tags) if shown is None else shown
        slice_ = slice_of(mailing, members, now, words, tags)
        unsent, repeated = _fresh(database, mailing, slice_.deliveries, seen)
        matched, duplicates = matched + len(members), duplicates + repeated
        fresh = _outside_the_book(database, mailing, unsent, now)
        refused += len(unsent) - len(fresh)
        unreachable, opted_out = unreachable + slice_.unreachable, opted_out + slice_.opted_out
        unworded += sum(delivery.reason in UNWORDED for delivery in slice_.deliveries)
        closed += sum(delivery.reason == WINDOW_CLOSED for delivery in slice_.deliveries)
        codes.update(member.operator_code or "" for member in members)
        zones.update(member.timezone for member in members)
        for some in tags.values():
            by_tag.update(some)
        channels.update(delivery.channel for delivery in fresh)
        if fresh:
            openings += [min(delivery.due_at for delivery in fresh), max(delivery.due_at for delivery in fresh)]
        if slice_.is_last:
            break
        mailing = slice_.next
    edges = (min(openings), max(openings)) if openings else (None, None)
    numbers = (duplicates, unreachable, opted_out, closed, refused, unworded)
    return Outlook(matched, codes, by_tag, zones, channels, *numbers, shown, *edges)


def _fresh(
    database: Database, mailing: Row, deliveries: list[Placed] | Any, seen: set[int]
) -> tuple[list[Placed], int]:
    """The deliveries that would be sent, and the number of those whose content goes to that address already."""
    waiting = [delivery for delivery in deliveries if delivery.reason is None]
    keys = [delivery.dedup_key for delivery in waiting if delivery.dedup_key is not None]
    held = database.read(fingerprints.due_of_holders(keys)).result() if keys else {}
    window_ms = int(mailing["deduplicate"]) * 1000 if mailing["deduplicate"].isdigit() else None
    fresh = []
    for delivery in waiting:
        key = delivery.dedup_key
        if key is not None:
            due_at = held.get(key)
            gives_way = due_at is not None and window_ms is not None and abs(due_at - delivery.due_at) >= window_ms
            if (due_at is not None and not gives_way) or hash(key) in seen:
                continue
            seen.add(hash(key))
        fresh.append(delivery)
    return fresh, len(waiting) - len(fresh)


def _outside_the_book(database: Database, mailing: Row, deliveries: list[Placed], now: int) -> list[Placed]:
    """Those that are not refused because of their addresses. A step of a chain would give way to the next one."""
    places = [(d.channel, d.address) for d in deliveries]
    books = database.read(lambda store: refusals.books_of(store, places, now)).result()
    if not books:
        return deliveries
    single = [d for d in deliveries if not d.rest]
    ids = {d.position: d.position for d in single}
    held = {one.delivery_id for one, _ in refusals.kept_back(expansion.in_books(mailing, single, books, ids), books)}
    return [d for d in deliveries if d.position not in held]
