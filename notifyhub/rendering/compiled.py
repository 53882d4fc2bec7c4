"""A template that has been read and found allowed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from notifyhub.rendering.escaping import Escape
from notifyhub.rendering.faults import Stop, TemplateFault, place
from notifyhub.rendering.run import Context, Run, Step

_ANYWHERE = Context()


@dataclass(frozen=True, slots=True, eq=False)
class Compiled:
    """Renders as often as wanted, in any thread.

    `variables` are the top-level names that it reads. `paths` are the dotted names that it reads (`attributes.city`),
    as far as they are in writing, with the line and column where it first does. What it sets itself is in neither.
    """

    variables: frozenset[str]
    paths: Mapping[str, tuple[int, int]]
    _source: str = field(repr=False)
    _steps: Sequence[Step] = field(repr=False)
    _slots: int = field(repr=False)

    def render(self, variables: Mapping[str, Any], context: Context = _ANYWHERE) -> str:
        """The text for these variables, which are what JSON can hold, or dates.

        Raises TemplateFault, also for a template that takes too long or writes too much.
        """
        run = Run(variables, context, self._slots)
        try:
            for step in self._steps:
                step(run)
        except Stop as stop:
            raise stop.within(self._source) from None
        except RecursionError:
            raise TemplateFault("the variables are nested too deeply", "value", 1, 1) from None
        return "".join(run.out)


@lru_cache(maxsize=256)
def compiled(source: str, escape: Escape = Escape.NONE) -> Compiled:
    """The template of a source, ready to render; those used last are kept. Raises TemplateFault."""
    from notifyhub.rendering.statements import steps_of

    text = source.replace("\r\n", "\n").replace("\r", "\n")
    try:
        steps, slots, reads = steps_of(text, escape)
    except Stop as stop:
        raise stop.within(text) from None
    paths = {path: place(text, at) for path, at in reads.paths.items()}
    return Compiled(frozenset(reads.names), paths, text, steps, slots)
