"""What messengers have taught of the pace of their accounts, for all processes: pauses, and slower rates."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import peewee

from notifyhub.domain.adaptive_rate import Pace
from notifyhub.store.rows import fetch, is_postgres, run

MILLION = 1_000_000

_COLUMNS = ("channel", "sender", "factor", "refused", "refused_at", "changed_at", "paused_until")
_ALL = f"SELECT {', '.join(_COLUMNS)} FROM sender_paces"
_ONE = f"{_ALL} WHERE channel = ? AND sender = ?"
_MAKE = """
    INSERT INTO sender_paces (channel, sender, factor, refused, refused_at, changed_at, paused_until)
    VALUES (?, ?, 1000000, 0, 0, 0, 0)
    ON CONFLICT DO NOTHING"""
_KEEP = """
    UPDATE sender_paces SET factor = ?, refused = ?, refused_at = ?, changed_at = ?, paused_until = ?
    WHERE channel = ? AND sender = ?"""

Paces = dict[tuple[str, str], Pace]
"""By channel and sender account; others have never been refused."""


@dataclass(frozen=True, slots=True)
class PaceChange:
    """`change` turns what is known into what is known now; None: nothing to change."""

    channel: str
    sender: str
    change: Callable[[Pace], Pace | None]


def change(database: peewee.Database, changes: Sequence[PaceChange]) -> list[tuple[Pace, bool]]:
    """Change paces, as a writer's job. Returns each as it is now, and whether it was changed."""
    return [_change(database, one) for one in changes]


def _change(database: peewee.Database, one: PaceChange) -> tuple[Pace, bool]:
    at = (one.channel, one.sender)
    run(database, _MAKE, *at)
    found = run(database, f"{_ONE} FOR UPDATE" if is_postgres(database) else _ONE, *at).fetchone()
    old = _pace(found[2:])
    new = one.change(old)
    if new is None or new == old:
        return old, False
    columns = (round(new.factor * MILLION), round(new.refused * MILLION), *new[2:])
    run(database, _KEEP, *columns, *at)
    return new, True


def paces(database: peewee.Database) -> Paces:
    """Query: what is known of all accounts."""
    return {(channel, sender): _pace(rest) for channel, sender, *rest in fetch(database, _ALL, _COLUMNS)}


def _pace(row: Sequence[int]) -> Pace:
    factor, refused, *moments = row
    return Pace(factor / MILLION, refused / MILLION, *moments)
