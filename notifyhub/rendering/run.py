"""One render: what it reads, what it has written, and what is left of its allowances."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from time import perf_counter, thread_time
from typing import Any

from notifyhub.rendering.faults import Stop, TooLong

MOST_CHARACTERS = 65_536
"""The longest text that the hub takes; also the longest text that may arise on the way."""
MOST_MADE = 1_000_000
"""Characters and items of all texts and lists that arise on the way, together: what a render can take of memory."""
MOST_STEPS = 10_000
MOST_SECONDS = 0.25


@dataclass(frozen=True, slots=True)
class Context:
    """For whom a text is rendered; only filters of dates, numbers and plural forms look at it.

    `timezone` is an IANA name or an offset such as `+03:00`; `language` a tag such as `ru` or `pt-BR`.
    """

    timezone: str = "UTC"
    language: str | None = None


class Run:
    """What the steps of a template work on. `slots` are the variables that the template itself sets."""

    __slots__ = ("_cpu_until", "_made", "_steps", "_until", "context", "out", "room", "slots", "variables")

    def __init__(self, variables: Mapping[str, Any], context: Context, slots: int) -> None:
        self.variables = variables
        self.context = context
        self.slots: list[Any] = [UNSET] * slots
        self.out: list[str] = []
        self.room = MOST_CHARACTERS
        self._made = 0
        self._steps = MOST_STEPS
        self._until = perf_counter() + MOST_SECONDS
        self._cpu_until: float | None = None

    def step(self, at: int) -> None:
        """Another turn of a loop."""
        self._steps -= 1
        if self._steps < 0:
            raise Stop("too_slow", f"takes more than {MOST_STEPS:,} turns of its loops", at)
        self.check(at)

    def check(self, at: int) -> None:
        """Whether there is time left.

        The clock is quick to read, but also runs while this thread waits for others: when it has run out, the thread
        gets as much time of its own.
        """
        if perf_counter() <= self._until:
            return
        if self._cpu_until is None:
            self._cpu_until = thread_time() + MOST_SECONDS
        elif thread_time() > self._cpu_until:
            raise Stop("too_slow", f"takes longer than {MOST_SECONDS} s", at)

    def made(self, value: Any, at: int) -> Any:
        """The value, which an operator or a filter made."""
        if isinstance(value, str | list):
            self._made += len(value)
            if self._made > MOST_MADE:
                raise Stop("too_long", f"makes more than {MOST_MADE:,} characters on the way", at)
        return value

    def write(self, text: str, at: int) -> None:
        if text:
            self.room -= len(text)
            if self.room < 0:
                raise Stop("too_long", f"becomes longer than {MOST_CHARACTERS:,} characters", at)
            if "\x00" in text:
                raise Stop("value", "the value has a NUL character, which cannot be sent", at)
            self.out.append(text)


class Unset:
    """What a slot holds before the template sets it."""


UNSET = Unset()
Value = Callable[[Run], Any]
"""An expression: what it is worth in a run."""
Step = Callable[[Run], None]
"""A statement, or a piece of text: what it does in a run."""


def within_bounds(text: str) -> str:
    """A text that arose on the way. Raises TooLong if it is too long."""
    if len(text) > MOST_CHARACTERS:
        raise TooLong(f"gives a text longer than {MOST_CHARACTERS:,} characters")
    return text
