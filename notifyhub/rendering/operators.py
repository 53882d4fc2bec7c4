"""What the operators of templates do, within bounds: no text and no number can grow beyond them."""

from __future__ import annotations

import operator
from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from typing import Any

from notifyhub.rendering.escaping import Escaper, Safe
from notifyhub.rendering.faults import Unusable, shown
from notifyhub.rendering.run import within_bounds
from notifyhub.rendering.values import Number, bounded, is_number, plain_number, text_of

Binary = Callable[[Any, Any], Any]


def _arithmetic(name: str, compute: Binary) -> Binary:
    def operate(left: Any, right: Any) -> Number:
        a, b = plain_number(left), plain_number(right)
        if isinstance(a, Decimal) or isinstance(b, Decimal):
            a, b = Decimal(str(a)), Decimal(str(b))
        try:
            result = compute(a, b)
        except ArithmeticError:
            raise Unusable(f"cannot work out {shown(left)} {name} {shown(right)}") from None
        # So that 0.1 + 0.2 is 0.3.
        return bounded(float(f"{result:.15g}") if isinstance(result, float) else result)

    return operate


ARITHMETIC: Mapping[str, Binary] = {
    name: _arithmetic(name, compute)
    for name, compute in {
        "-": operator.sub,
        "*": operator.mul,
        "/": operator.truediv,
        "//": operator.floordiv,
        "%": operator.mod,
    }.items()
}
_sum = _arithmetic("+", operator.add)


def adding(escape: Escaper) -> Binary:
    """`+`: of two numbers or of two texts."""

    def add(left: Any, right: Any) -> Any:
        if isinstance(left, str) and isinstance(right, str):
            return joined([left, right], escape)
        if is_number(left) and is_number(right):
            return _sum(left, right)
        raise Unusable(f"cannot add {shown(left)} and {shown(right)}: join texts with ~")

    return add


def joined(parts: Sequence[Any], escape: Escaper, between: str = "") -> str:
    """The parts as one text: markup if one of them is, and then the others are escaped."""
    if any(isinstance(part, Safe) for part in (*parts, between)):
        return Safe(within_bounds(written(between, escape).join([written(part, escape) for part in parts])))
    return within_bounds(between.join([text_of(part) for part in parts]))


def written(value: Any, escape: Escaper) -> str:
    """A value as it stands in the rendered text."""
    return str(value) if isinstance(value, Safe) else escape(text_of(value))


def _contains(left: Any, right: Any) -> bool:
    if isinstance(right, str) and isinstance(left, str):
        return left in right
    if isinstance(right, Mapping):
        return isinstance(left, str) and left in right
    if isinstance(right, list | tuple):
        return left in right
    raise Unusable(f"cannot look for {shown(left)} in {shown(right)}")


def _ordering(compare: Binary) -> Binary:
    def ordered(left: Any, right: Any) -> bool:
        try:
            return bool(compare(left, right))
        except TypeError:
            raise Unusable(f"cannot compare {shown(left)} and {shown(right)}") from None

    return ordered


COMPARISONS: Mapping[str, Binary] = {
    "eq": operator.eq,
    "ne": operator.ne,
    "lt": _ordering(operator.lt),
    "lteq": _ordering(operator.le),
    "gt": _ordering(operator.gt),
    "gteq": _ordering(operator.ge),
    "in": _contains,
    "notin": lambda left, right: not _contains(left, right),
}
