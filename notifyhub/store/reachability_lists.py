"""The book of addresses as people read and change it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import peewee

from notifyhub import answers
from notifyhub.clock import to_datetime
from notifyhub.domain.reasons import in_words
from notifyhub.store import reachability
from notifyhub.store.rows import fetch, run

_COLUMNS = ("id", "channel", "address", "suppressed", "sender", "reason", "source", "learnt_at", "expires_at")
_PAGE = f"""
    SELECT {", ".join(_COLUMNS)} FROM reachability
    WHERE id < ? AND (expires_at IS NULL OR expires_at > ?) {{filters}} ORDER BY id DESC LIMIT ?"""
_SUPPRESSED = f"SELECT {', '.join(_COLUMNS)} FROM reachability WHERE channel = ? AND address = ? AND suppressed = 1"
_CLEAR = "DELETE FROM reachability WHERE channel = ? AND address = ?"


class Suppression(NamedTuple):
    """An address that an operator suppresses at `now` (epoch ms)."""

    channel: str
    address: str
    now: int


def page(
    places: Sequence[tuple[str, str | None]], reason: str | None, before: int, limit: int, now: int
) -> Callable[[peewee.Database], list[answers.Reachability]]:
    """Query: the newest entries that hold at `now` (epoch ms), those before the id `before`.

    places  (channel, address) pairs, one of which must match; None as the address: all of the channel; empty: all
    """
    filters, values = "", []
    if places:
        tests = ["(channel = ?)" if address is None else "(channel = ? AND address = ?)" for _, address in places]
        filters += f" AND ({' OR '.join(tests)})"
        values += [value for place in places for value in place if value is not None]
    if reason is not None:
        filters += " AND reason = ?"
        values.append(reason)

    def ask(database: peewee.Database) -> list[answers.Reachability]:
        found = fetch(database, _PAGE.format(filters=filters), _COLUMNS, before, now, *values, limit)
        return [_answer(row) for row in sorted(found, key=lambda row: -row[0])]

    return ask


def suppress(database: peewee.Database, wanted: Sequence[Suppression]) -> list[answers.Reachability]:
    """Suppress addresses, as a writer's job."""
    return [_suppress(database, one) for one in wanted]


def _suppress(database: peewee.Database, one: Suppression) -> answers.Reachability:
    reachability.write_suppressed(database, [(one.channel, one.address)], "operator", one.now)
    return _answer(run(database, _SUPPRESSED, one.channel, one.address).fetchone())


def clear(database: peewee.Database, places: Sequence[tuple[str, str]]) -> list[int]:
    """Delete all entries of these (channel, address) pairs, as a writer's job. Returns their numbers."""
    return [run(database, _CLEAR, *place).rowcount for place in places]


def _answer(row: Sequence[Any]) -> answers.Reachability:
    id_, channel, address, suppressed, sender, reason, source, learnt_at, expires_at = row
    return answers.Reachability(
        id=id_,
        channel=channel,
        address=address,
        suppressed=bool(suppressed),
        sender=sender or None,
        reason=reason,
        words=in_words(reason),
        source=source,
        learnt_at=to_datetime(learnt_at),
        expires_at=None if expires_at is None else to_datetime(expires_at),
    )
