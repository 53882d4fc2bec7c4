"""What can be wrong with a template or with its use, and where."""

from __future__ import annotations

from typing import Any

SHOWN = 40
"""How many characters of a wrong value are shown."""


class TemplateFault(Exception):
    """What is wrong, for a person: callers make their own kind of fault of it.

    `text` is a part of a sentence (`unknown variable "nmae"`). `code` is one of `syntax`, `forbidden`,
    `missing_variable`, `too_long`, `too_slow` and `value` (a filter or an operator got what it cannot use).
    `line` and `column` begin at 1, in the template's source. `variable` is the dotted name of what is missing.
    """

    def __init__(self, text: str, code: str, line: int, column: int, variable: str | None = None) -> None:
        self.text = text
        self.code = code
        self.line = line
        self.column = column
        self.variable = variable
        super().__init__(f"{text} (line {line}, column {column})")


class Stop(Exception):
    """A fault on its way out: `at` is an offset in the source."""

    def __init__(self, code: str, text: str, at: int, variable: str | None = None) -> None:
        self.code = code
        self.text = text
        self.at = at
        self.variable = variable
        super().__init__(text)

    def within(self, source: str) -> TemplateFault:
        """The same with line and column."""
        line, column = place(source, self.at)
        return TemplateFault(self.text, self.code, line, column, self.variable)


class Unusable(ValueError):
    """A filter, test or operator got what it cannot use. The text goes on after its name."""

    code = "value"


class TooLong(Unusable):
    """A text grew too long on the way."""

    code = "too_long"


class Missing:
    """What stands in for a variable that is not there, until somebody needs it."""

    __slots__ = ("at", "text", "variable")

    def __init__(self, variable: str | None, at: int, text: str | None = None) -> None:
        self.variable = variable
        self.at = at
        self.text = text or f'unknown variable "{variable}"'

    def stop(self) -> Stop:
        return Stop("missing_variable", self.text, self.at, self.variable)


NOTHING = Missing(None, 0, "there is nothing in it")
"""What a filter gives when there is nothing to give, so that `default` can follow it."""


def null(variable: str, at: int) -> Missing:
    """A variable that is there, but is null: as good as none, for nobody wants to read "Hello None"."""
    return Missing(variable, at, f'variable "{variable}" is null')


def place(source: str, at: int) -> tuple[int, int]:
    """Line and column of an offset, both from 1."""
    return source.count("\n", 0, at) + 1, at - source.rfind("\n", 0, at)


def shown(value: Any) -> str:
    """A value as faults show it: short, and quoted if it is a text."""
    if isinstance(value, str):
        return f'"{value}"' if len(value) <= SHOWN else f'"{value[:SHOWN]}…"'
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, dict):
        return "an object"
    if isinstance(value, list | tuple):
        return "a list"
    if isinstance(value, int) and value.bit_length() > 128:
        return "a very large number"
    return str(value)[:SHOWN]
