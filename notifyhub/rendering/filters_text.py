"""Filters of texts. None of them can make a text much longer than what it is given."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

from notifyhub.rendering.escaping import Escaper, Safe
from notifyhub.rendering.faults import TooLong, Unusable, shown
from notifyhub.rendering.operators import written
from notifyhub.rendering.run import MOST_CHARACTERS, Context, within_bounds
from notifyhub.rendering.values import text_of

_FIRST_LETTERS = re.compile(r"(?<![\w'’])\w")


def _changed(change: Callable[[str], str]) -> Callable[..., str]:
    """A filter of a text alone. What was markup stays markup."""

    def call(context: Context, escape: Escaper, value: Any) -> str:
        changed = within_bounds(change(text_of(value)))
        return Safe(changed) if isinstance(value, Safe) else changed

    return call


def _title(text: str) -> str:
    return _FIRST_LETTERS.sub(lambda found: found[0].title(), text.lower())


def _replace(context: Context, escape: Escaper, value: Any, old: Any, new: Any) -> str:
    text, searched = text_of(value), text_of(old)
    if not searched:
        raise Unusable("cannot replace an empty text")
    safe = isinstance(value, Safe)
    instead = written(new, escape) if safe else text_of(new)
    # Before it is made: a thousand times a long text is more than memory should hold.
    if len(text) + text.count(searched) * (len(instead) - len(searched)) > MOST_CHARACTERS:
        raise TooLong(f"gives a text longer than {MOST_CHARACTERS:,} characters")
    replaced = text.replace(searched, instead)
    return Safe(replaced) if safe else replaced


def _truncate(context: Context, escape: Escaper, value: Any, length: Any, end: Any = "…") -> str:
    """At most `length` characters with `end`, cut between words if there is a space to cut at."""
    text, tail = text_of(value), text_of(end)
    if type(length) is not int or length < len(tail):
        raise Unusable(f"needs a length of at least {len(tail)}, and got {shown(length)}")
    if len(text) <= length:
        return value if isinstance(value, Safe) else text
    cut = text[: length - len(tail)]
    if not text[len(cut)].isspace():
        cut = cut.rpartition(" ")[0] or cut
    return cut.rstrip() + tail


def _safe(context: Context, escape: Escaper, value: Any) -> str:
    return Safe(text_of(value))


def _length(context: Context, escape: Escaper, value: Any) -> int:
    if isinstance(value, str | list | tuple | Mapping):
        return len(value)
    raise Unusable(f"needs a text or a list, and got {shown(value)}")


FILTERS: Mapping[str, Callable[..., Any]] = {
    "upper": _changed(str.upper),
    "lower": _changed(str.lower),
    "capitalize": _changed(str.capitalize),
    "title": _changed(_title),
    "trim": _changed(str.strip),
    "replace": _replace,
    "truncate": _truncate,
    "safe": _safe,
    "length": _length,
}
