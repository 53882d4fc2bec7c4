"""A strict JSON parser: it refuses what two parsers could read differently.

The standard library's parser takes NaN and lets the second of two equal names win, so a person could be left out
of `{"telegram": "1", "telegram": "2"}` without a word.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Sequence
from typing import Any, NoReturn

from notifyhub.errors import Fault, InvalidRequest
from notifyhub.requests.faults import json_path

BROKEN_JSON = "broken_json"
"""The one fault of a body that is no JSON at all."""
DEEPEST = 128
"""Levels of objects and arrays within each other; a request needs a few, and its metadata may have 100."""
_STRING = re.compile(rb'"(?:[^"\\]|\\.)*"', re.DOTALL)
_BRACKET = re.compile(rb"[\[\]{}]")


class _Repeating(dict[str, Any]):
    """An object in which names stood more than once."""

    repeated: Sequence[str] = ()


class _Objects:
    """Makes objects of their members, and remembers whether any repeated a name: to look for it costs time."""

    any_repeats = False

    def make(self, pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        members = dict(pairs)
        if len(members) == len(pairs):
            return members
        self.any_repeats = True
        repeating = _Repeating(members)
        repeating.repeated = [name for name, count in Counter(name for name, _ in pairs).items() if count > 1]
        return repeating


def parse(text: bytes) -> tuple[Any, list[Fault]]:
    """The value of a JSON text, and a fault for each name that is given more than once in its object.

    Raises InvalidRequest with one fault, BROKEN_JSON, if it is not JSON in UTF-8.
    """
    if _is_deeper(text, DEEPEST):
        raise _broken(f"is nested more than {DEEPEST} levels deep")
    objects = _Objects()
    try:
        value = json.loads(text.decode(), parse_constant=_refuse, object_pairs_hook=objects.make)
    except UnicodeDecodeError as error:
        raise _broken(f"is not UTF-8 at byte {error.start}") from None
    except ValueError as error:
        raise _broken(f"is not JSON: {error}") from None
    return value, _repeats(value) if objects.any_repeats else []


def _is_deeper(text: bytes, most: int) -> bool:
    """Are objects and arrays nested more than `most` levels deep? Looked at before the parser, which recurses."""
    if text.count(b"[") + text.count(b"{") <= most:
        return False
    depth = 0
    for bracket in _BRACKET.finditer(_STRING.sub(b"", text)):
        depth += 1 if bracket[0] in b"[{" else -1
        if depth > most:
            return True
    return False


def _broken(message: str) -> InvalidRequest:
    return InvalidRequest([Fault("$", BROKEN_JSON, message)])


def _refuse(constant: str) -> NoReturn:
    raise ValueError(f"{constant} is not a JSON number")


def _repeats(value: Any) -> list[Fault]:
    faults = []
    # A list and not recursion: the value may be nested as deeply as the parser allows.
    waiting: list[tuple[tuple[str | int, ...], Any]] = [((), value)]
    while waiting:
        place, inner = waiting.pop()
        if isinstance(inner, _Repeating):
            faults += [
                Fault(json_path((*place, name)), "repeated", "is given more than once") for name in inner.repeated
            ]
        if isinstance(inner, dict):
            waiting += [((*place, name), member) for name, member in inner.items()]
        elif isinstance(inner, list):
            waiting += [((*place, i), item) for i, item in enumerate(inner)]
    return faults
