"""The filters and tests that templates may call, by name, and whether they are called as they can be."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Any

from notifyhub.rendering import filters_dates, filters_lists, filters_numbers, filters_text
from notifyhub.rendering.faults import Missing, Stop, Unusable, shown
from notifyhub.rendering.operators import ARITHMETIC, COMPARISONS
from notifyhub.rendering.values import is_number, plain_number

Call = Callable[..., Any]


@dataclass(frozen=True, slots=True)
class Callee:
    """A filter or a test: `call(context, escape, value, …)`. A lenient one copes with what is missing."""

    call: Call
    lenient: bool = False

    def check_arguments(self, count: int, names: Sequence[str], what: str, at: int) -> None:
        """Raises Stop unless it takes so many arguments, and these by name."""
        signature = inspect.signature(self.call)
        try:
            signature.bind(None, None, None, *[None] * count, **dict.fromkeys(names))
        except TypeError:
            taken = list(signature.parameters.values())[3:]
            usage = ", ".join(str(parameter.replace(annotation=inspect.Parameter.empty)) for parameter in taken)
            told = f"takes ({usage})" if taken else "takes nothing in brackets"
            raise Stop("syntax", f"{what} {told}", at) from None


def filter_named(name: str, at: int) -> Callee:
    return _found(FILTERS, name, "filter", at)


def test_named(name: str, at: int) -> Callee:
    return _found(TESTS, name, "test", at)


def _found(table: Mapping[str, Callee], name: str, kind: str, at: int) -> Callee:
    if name in table:
        return table[name]
    similar = get_close_matches(name, table, 1)
    hint = f'did you mean "{similar[0]}"?' if similar else f"there are {', '.join(sorted(table))}"
    raise Stop("forbidden", f'unknown {kind} "{name}": {hint}', at)


def _default(context: Any, escape: Any, value: Any, default: Any = "", empty: Any = False) -> Any:
    """Instead of what is missing; with `true` also instead of what is empty."""
    return default if type(value) is Missing or (empty is True and not value) else value


def _divisible(context: Any, escape: Any, value: Any, by: Any) -> bool:
    return bool(ARITHMETIC["%"](value, by) == 0)


def _is(kind: Callable[[Any], bool]) -> Callee:
    return Callee(lambda context, escape, value: kind(value))


def _whole(value: Any) -> int:
    number = plain_number(value)
    if number != int(number):
        raise Unusable(f"needs a whole number, and got {shown(value)}")
    return int(number)


FILTERS: Mapping[str, Callee] = {
    "default": Callee(_default, lenient=True),
    **{
        name: Callee(call)
        for table in (filters_text.FILTERS, filters_lists.FILTERS, filters_numbers.FILTERS, filters_dates.FILTERS)
        for name, call in table.items()
    },
}
TESTS: Mapping[str, Callee] = {
    "defined": Callee(lambda context, escape, value: type(value) is not Missing, lenient=True),
    "undefined": Callee(lambda context, escape, value: type(value) is Missing, lenient=True),
    "none": Callee(lambda context, escape, value: type(value) is Missing, lenient=True),
    "in": Callee(lambda context, escape, value, holder: COMPARISONS["in"](value, holder)),
    "divisibleby": Callee(_divisible),
    "even": _is(lambda value: _whole(value) % 2 == 0),
    "odd": _is(lambda value: _whole(value) % 2 == 1),
    "number": _is(is_number),
    "string": _is(lambda value: isinstance(value, str)),
    "sequence": _is(lambda value: isinstance(value, list | tuple)),
    "mapping": _is(lambda value: isinstance(value, Mapping)),
}
