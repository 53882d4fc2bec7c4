"""Rate limits as places in time: the generic cell rate algorithm (ITU-T I.371), with reservations.

A cell belongs to whatever has a limit: an account, an address of it, a mailing. A delivery needs a place in each of its
cells. Pure: moments (ms, of any one clock) are arguments.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, MutableMapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

MARGIN = 0.03
"""Places are this much further apart than the limit asks for: a call may be on its way for longer than the next one."""

HORIZON_MS = 250.0
"""Places are given this far ahead: more would make urgent messages wait, fewer would ask too often."""


class Spacing(NamedTuple):
    """The limit of a cell: the name of the cell, the ms between two places, and how many may go at once."""

    cell: str
    step_ms: float
    burst: int = 1


class Cell(NamedTuple):
    """free_at  when the next place is due if nobody hurries (the theoretical arrival time)
    booked   up to when places are spoken for by those who were put off
    shut     no place before this: the messenger asked for a pause
    """

    free_at: float = 0.0
    booked: float = 0.0
    shut: float = 0.0


@dataclass(frozen=True, slots=True)
class Wish:
    """A delivery that wants to go.

    sender   the limit of its account, whose places are the scarce ones; None: no limit
    others   its other limits
    first    it does not wait behind those who were put off before
    """

    sender: Spacing | None
    others: Sequence[Spacing] = ()
    first: bool = False


class Place(NamedTuple):
    """What a delivery gets: it goes at `at`, or if it does not go, it may ask again then.

    none_left  not because of its other limits, but because all near places of its account are taken
    """

    goes: bool
    at: float
    none_left: bool = False


SOONER_MS = 10.0
MANY = 1_000
"""Cells that are remembered before those that are free are forgotten."""

Cells = MutableMapping[str, Cell]

_FREE = Cell()


def earliest(cell: Cell, spacing: Spacing, now: float) -> float:
    """The first moment at which the cell has a place."""
    return max(now, cell.free_at - (spacing.burst - 1) * spacing.step_ms, cell.shut)


def shifted(cells: Mapping[str, Cell], ms: float) -> dict[str, Cell]:
    """The same cells by a clock that is so many ms ahead."""
    return {name: Cell(*(at + ms for at in cell)) for name, cell in cells.items()}


def in_use(cells: Mapping[str, Cell], now: float) -> dict[str, Cell]:
    """Those that are not as good as new."""
    return {name: cell for name, cell in cells.items() if max(cell) > now}


def learnt(known: Mapping[str, Cell], told: Mapping[str, Cell], now: float) -> dict[str, Cell]:
    """What is known after an answer, whose moments are ms from `now`. If that is much, free cells are forgotten."""
    return {**(in_use(known, now) if len(known) > MANY else known), **shifted(told, now)}


def room(cell: Cell, spacing: Spacing, now: float) -> int:
    """The number of places within the horizon."""
    start, end = max(now, cell.shut), now + HORIZON_MS
    if start > end:
        return 0
    return max(0, spacing.burst + math.floor((end - max(cell.free_at, start)) / spacing.step_ms))


def reserve(cells: Cells, wishes: Sequence[Wish], now: float) -> list[Place]:
    """Give each wish its place, in their order, and keep the cells."""
    return [_reserve(cells, wish, now) for wish in wishes]


def _reserve(cells: Cells, wish: Wish, now: float) -> Place:
    at, patience = now, HORIZON_MS
    if wish.sender is not None:
        at = earliest(cells.get(wish.sender.cell, _FREE), wish.sender, now)
        if at > now + HORIZON_MS:
            return Place(False, at, none_left=True)
        # Waiting for the others would waste places of the account.
        patience = min(patience, wish.sender.step_ms)
    waits = [_open_at(cells, spacing, wish, now) for spacing in wish.others]
    last = max(waits, default=at)
    if last > at + patience:
        blocking = [spacing for spacing, open_at in zip(wish.others, waits, strict=True) if open_at > at + patience]
        return Place(False, _book(cells, blocking, wish, now))
    at = max(at, last)
    for spacing in (*wish.others, *(() if wish.sender is None else (wish.sender,))):
        cell = cells.get(spacing.cell, _FREE)
        cells[spacing.cell] = cell._replace(free_at=max(cell.free_at, at) + spacing.step_ms)
    return Place(True, at)


def _open_at(cells: Cells, spacing: Spacing, wish: Wish, now: float) -> float:
    """When the cell has a place for this one: newcomers queue behind those who were put off before."""
    cell = cells.get(spacing.cell, _FREE)
    free = earliest(cell, spacing, now)
    return free if wish.first else max(free, cell.booked)


def _book(cells: Cells, blocking: Sequence[Spacing], wish: Wish, now: float) -> float:
    """When to ask again: each at a moment of its own, so that hardly anyone has to ask a third time.

    Who has waited before, or is urgent, asks a little sooner than those who are booked for the same moment.
    """
    known = [(spacing, cells.get(spacing.cell, _FREE)) for spacing in blocking]
    at = max(earliest(cell, spacing, now) for spacing, cell in known)
    if wish.first:
        return max(now, at - SOONER_MS)
    at = max(at, *(cell.booked for _, cell in known))
    for spacing, cell in known:
        cells[spacing.cell] = cell._replace(booked=at + spacing.step_ms)
    return at


@dataclass(frozen=True, slots=True)
class Ask:
    """What a process wants of the cells, all in one go.

    wishes  of deliveries, in their order
    shut    cells to close, and for how many ms
    late    cells whose places have to be put off, and by how many ms
    about   cells to tell of
    """

    wishes: Sequence[Wish] = ()
    shut: Sequence[tuple[str, float]] = ()
    late: Sequence[tuple[str, float]] = ()
    about: Sequence[str] = ()

    @property
    def names(self) -> list[str]:
        """All cells that this needs, sorted, so that those who lock them do not wait for each other in a circle."""
        found = {name for name, _ in (*self.shut, *self.late)} | set(self.about)
        for wish in self.wishes:
            found |= {spacing.cell for spacing in wish.others}
            if wish.sender is not None:
                found.add(wish.sender.cell)
        return sorted(found)


@dataclass(frozen=True, slots=True)
class Given:
    """The answer; its moments are ms from now, because clocks of machines differ.

    places  one for each wish
    known   the cells that were asked about, unless nobody has used them
    """

    places: Sequence[Place]
    known: Mapping[str, Cell]


def give(cells: Cells, ask: Ask, now: float) -> Given:
    """Do what is asked. The cells have moments of the same clock as `now` (ms)."""
    for name, ms in ask.shut:
        cell = cells.get(name, _FREE)
        cells[name] = cell._replace(shut=max(cell.shut, now + ms))
    for name, ms in ask.late:
        cell = cells.get(name, _FREE)
        cells[name] = cell._replace(free_at=max(cell.free_at, now) + ms)
    places = [place._replace(at=place.at - now) for place in reserve(cells, ask.wishes, now)]
    known = shifted({name: cells[name] for name in ask.about if name in cells}, -now)
    return Given(places, known)
