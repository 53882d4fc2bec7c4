"""The circuit breakers of sender accounts, shared by all processes. Every change is one conditional statement."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import peewee

from notifyhub.domain.circuit_breaker import Cause, Circuit, State
from notifyhub.store.rows import fetch, run

UNKNOWN = 0
"""The version of a circuit without a row."""


class Standing(NamedTuple):
    """The circuit of a sender as it is stored; `version` is another number after every change."""

    channel: str
    sender: str
    circuit: Circuit
    version: int


class Move(NamedTuple):
    """A change of a circuit, made only if its version still is `expected`; `now` in epoch ms."""

    standing: Standing
    expected: int
    now: int


_CIRCUIT = ("state", "since", "until", "tries", "passed", "reason", "code", "detail", "mend")
_COLUMNS = ("channel", "sender", *_CIRCUIT, "version")
_CHANGED = (*_CIRCUIT, "version", "updated_at")
# A row that is new has no version to compare: two processes that make it at once meet in its key.
_MOVE = f"""
    INSERT INTO senders ({", ".join(_COLUMNS)}, updated_at) VALUES ({", ".join("?" for _ in _COLUMNS)}, ?)
    ON CONFLICT (channel, sender) DO UPDATE SET {", ".join(f"{name} = excluded.{name}" for name in _CHANGED)}
    WHERE senders.version = ?"""
_EVERY = f"SELECT {', '.join(_COLUMNS)} FROM senders"
_ONE = f"{_EVERY} WHERE channel = ? AND sender = ?"


def move(database: peewee.Database, moves: Sequence[Move]) -> list[Standing]:
    """Change circuits. Returns how each stands now: another version than its own tells who lost a race."""
    return [_move(database, one) for one in moves]


def _move(database: peewee.Database, one: Move) -> Standing:
    standing = one.standing
    run(database, _MOVE, *_row(standing), one.now, one.expected)
    return _standing(run(database, _ONE, standing.channel, standing.sender).fetchone())


def every(database: peewee.Database) -> list[Standing]:
    """Query: all circuits that ever opened."""
    return [_standing(row) for row in fetch(database, _EVERY, _COLUMNS)]


def _row(standing: Standing) -> tuple[object, ...]:
    circuit, cause = standing.circuit, standing.circuit.cause
    numbers = (circuit.since, circuit.until, circuit.tries, circuit.passed)
    words = (cause.reason, cause.code, cause.detail, cause.mend)
    return (standing.channel, standing.sender, circuit.state.value, *numbers, *words, standing.version)


def _standing(row: Sequence[object]) -> Standing:
    channel, sender, state, since, until, tries, passed, *words, version = row
    circuit = Circuit(State(str(state)), since, until, tries, passed, Cause(*words))  # type: ignore[arg-type]
    return Standing(str(channel), str(sender), circuit, version)  # type: ignore[arg-type]
