"""What the values of variables are worth: as text, as a number, as a list."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import date, time
from decimal import Decimal
from typing import Any

from notifyhub.rendering.faults import Missing, Unusable, shown

Number = int | float | Decimal

LARGEST = 10**18
LONGEST_NUMBER = 40
"""Of a number that is written as a text, in characters."""

_SPACES = re.compile("[ \u00a0\u202f']")
_PLAIN = re.compile(r"([+-]?)(\d+)(?:[.,](\d+))?")
_GROUPED = re.compile(r"([+-]?)(\d{1,3}(?:,\d{3})+)(?:\.(\d+))?|([+-]?)(\d{1,3}(?:\.\d{3})+)(?:,(\d+))?")
_UNCLEAR = re.compile(r"[+-]?[1-9]\d{0,2},\d{3}")


def needed(value: Any) -> Any:
    """The value, if there is one."""
    if type(value) is Missing:
        raise value.stop()
    return value


def text_of(value: Any) -> str:
    """A value as it is written into a text. Raises Unusable for lists and objects."""
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float | Decimal):
        return str(bounded(value))
    if isinstance(value, date | time):
        return str(value)
    raise Unusable(f"is {shown(value)}, which cannot be written as text")


def sendable(text: str) -> str:
    """The text, unless neither a database nor a messenger would take it."""
    if "\x00" in text:
        raise Unusable("has a NUL character, which cannot be sent")
    if any("\ud800" <= char <= "\udfff" for char in text):
        raise Unusable("has half of a surrogate pair, which is not a character")
    return text


def is_number(value: Any) -> bool:
    return isinstance(value, int | float | Decimal) and not isinstance(value, bool)


def bounded(number: Number) -> Number:
    """The number, unless it is too large to be meant, or none at all."""
    if not -LARGEST <= number <= LARGEST:
        raise Unusable(f"gives {shown(number)}, which is beyond ±10¹⁸")
    return number


def plain_number(value: Any) -> Number:
    """A number as JSON has it, not one in a text."""
    if not is_number(value):
        raise Unusable(f"needs a number, and got {shown(value)}")
    return bounded(value)


def number_of(value: Any) -> Number:
    """A number, also one in a text as tables have it: `1234.5`, `1 234,50`, `1,234.50`."""
    if not isinstance(value, str):
        return plain_number(value)
    text = _SPACES.sub("", value.strip()).replace("\u2212", "-") if len(value) <= LONGEST_NUMBER else ""
    if _UNCLEAR.fullmatch(text):
        raise Unusable(f'cannot know whether the comma of "{text}" is one of thousands')
    found = _PLAIN.fullmatch(text) or _GROUPED.fullmatch(text)
    if found is None:
        raise Unusable(f"needs a number, and got {shown(value)}")
    sign, whole, fraction = (found.groups() if found[2] else found.groups()[3:])[:3]
    digits = re.sub("[.,]", "", whole)
    return bounded(Decimal(f"{sign}{digits}.{fraction}") if fraction else int(f"{sign}{digits}"))


def exact(value: Any) -> Decimal:
    """A number as it is written, without what a float adds to it."""
    number = number_of(value)
    return number if isinstance(number, Decimal) else Decimal(str(number))


def items_of(value: Any) -> Sequence[Any]:
    """What a loop goes through: a list, or the keys of an object."""
    if isinstance(value, list | tuple):
        return value
    if isinstance(value, Mapping):
        return list(value)
    raise Unusable(f"needs a list, and got {shown(value)}")


def is_single(value: Any) -> bool:
    """Whether a value holds no others."""
    return isinstance(value, str | int | float | Decimal | date | time)
