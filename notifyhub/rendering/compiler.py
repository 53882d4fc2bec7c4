"""What compiling an expression needs: what the template sets, what it reads, and how much of it there may be."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, NoReturn

from jinja2 import nodes

from notifyhub.rendering.escaping import Escaper
from notifyhub.rendering.faults import Stop, Unusable
from notifyhub.rendering.run import Value
from notifyhub.rendering.scope import Reads, Scope

DEEPEST = 60
MOST_NODES = 4_000


class Compiler:
    """Compiles expressions; knows what the template sets and collects what it reads."""

    def __init__(self, source: str, escape: Escaper, kinds: Mapping[type[nodes.Node], Kind]) -> None:
        self.source = source
        self.escape = escape
        self.scope = Scope()
        self.reads = Reads()
        self.slots = 0
        self._depth = 0
        self._nodes = 0
        self._kinds = kinds

    def compile(self, node: nodes.Node) -> Value:
        """A function of a run. Raises Stop for what is forbidden."""
        kind = self._kinds.get(type(node))
        if kind is None:
            forbid(f'must not use "{type(node).__name__.lower()}"', node.lineno)
        self.enter(node.lineno)
        value = kind(self, node)
        self.leave()
        return value

    def enter(self, at: int) -> None:
        """Another node, within the one that was entered before. Raises Stop if that is too much."""
        self._nodes += 1
        self._depth += 1
        if self._nodes > MOST_NODES:
            raise Stop("too_long", "has too many parts", at)
        if self._depth > DEEPEST:
            forbid("is nested too deeply", at)

    def leave(self) -> None:
        self._depth -= 1

    def allow(self, name: str, at: int) -> None:
        """Raises Stop for a name that templates may not use."""
        if name.startswith("_"):
            forbid(f'must not use "{name}": names do not begin with "_"', at)
        if name == "loop" and self.scope.innermost_loop:
            forbid('must not use "loop" but for loop.index, loop.first, loop.last and the like', at)


def guard(compute: Callable[[], Any], what: str, at: int) -> Any:
    """What `compute` gives; what it cannot use is said at its place in the template."""
    try:
        return compute()
    except Unusable as error:
        raise Stop(error.code, f"{what} {error}", at) from None


def forbid(text: str, at: int) -> NoReturn:
    raise Stop("forbidden", text, at)


Kind = Callable[[Compiler, Any], Value]
