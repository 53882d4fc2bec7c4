"""Which variables a template sets itself, and which ones it reads from outside."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field


@dataclass(slots=True)
class Scope:
    """The names that a template, or the body of a loop, has set so far.

    `certain` are those that no branch can have passed by. `loop` is the slot that holds the turn of the loop, and
    `turns` whether anybody asks for it.
    """

    outer: Scope | None = None
    slots: dict[str, int] = field(default_factory=dict)
    certain: set[str] = field(default_factory=set)
    loop: int | None = None
    turns: bool = False

    def set(self, name: str, slot: int) -> int:
        """The slot of a name that is set here; `slot` if it has none yet."""
        self.certain.add(name)
        return self.slots.setdefault(name, slot)

    def holders(self, name: str) -> Iterator[tuple[int, bool]]:
        """The slots that may hold a name, inner ones first, and whether one surely does."""
        scope: Scope | None = self
        while scope is not None:
            if name in scope.slots:
                yield scope.slots[name], name in scope.certain
                if name in scope.certain:
                    return
            scope = scope.outer

    @property
    def innermost_loop(self) -> Scope | None:
        scope: Scope | None = self
        while scope is not None and scope.loop is None:
            scope = scope.outer
        return scope


@dataclass(slots=True)
class Reads:
    """What a template reads from outside, and the offset where it first does."""

    names: set[str] = field(default_factory=set)
    paths: dict[str, int] = field(default_factory=dict)

    def add(self, path: list[str], at: int) -> None:
        self.names.add(path[0])
        self.paths.setdefault(".".join(path), at)
