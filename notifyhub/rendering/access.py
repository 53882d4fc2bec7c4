"""How variables are read: names, attributes and items. Only keys of objects and places in lists can be reached."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from notifyhub.rendering.faults import Missing, Stop, null, shown
from notifyhub.rendering.run import UNSET, Run, Value
from notifyhub.rendering.values import needed


def variable(name: str, at: int) -> Value:
    """A variable from outside."""
    missing, empty = Missing(name, at), null(name, at)

    def read(run: Run) -> Any:
        found = run.variables.get(name)
        return found if found is not None else empty if name in run.variables else missing

    return read


def slot(number: int, name: str, at: int, otherwise: Value | None) -> Value:
    """A variable that the template sets; `otherwise` is read where it may not have."""
    empty = null(name, at)

    def read(run: Run) -> Any:
        found = run.slots[number]
        if found is UNSET and otherwise is not None:
            return otherwise(run)
        return empty if found is None else found

    return read


def key(of: Value, wanted: str | int, path: str, at: int) -> Value:
    """`of.wanted` and `of["wanted"]`, for a key that the template has in writing."""
    missing, empty = Missing(path, at), null(path, at)

    def read(run: Run) -> Any:
        holder = of(run)
        if type(holder) is Missing:
            return holder
        found = found_in(holder, wanted, missing)
        return empty if found is None else found

    return read


def item(of: Value, wanted: Value, path: str, at: int) -> Value:
    """`of[wanted]`, for a key that is worked out."""

    def read(run: Run) -> Any:
        holder = of(run)
        if type(holder) is Missing:
            return holder
        by = needed(wanted(run))
        if not isinstance(by, str | int):
            raise Stop("value", f"needs a text or a number in the brackets, and got {shown(by)}", at)
        name = f"{path}.{shown(by).strip(chr(34))}"
        found = found_in(holder, by, Missing(name, at))
        return null(name, at) if found is None else found

    return read


def found_in(holder: Any, wanted: str | int, otherwise: Any) -> Any:
    if isinstance(holder, Mapping):
        return holder.get(wanted, otherwise)
    if isinstance(wanted, int) and isinstance(holder, list | tuple | str):
        return holder[wanted] if -len(holder) <= wanted < len(holder) else otherwise
    return otherwise


def part(of: Value, first: Value | None, end: Value | None, at: int) -> Value:
    """`of[first:end]`."""

    def read(run: Run) -> Any:
        holder = needed(of(run))
        if not isinstance(holder, list | tuple | str):
            raise Stop("value", f"needs a list or a text, and got {shown(holder)}", at)
        bounds = [None if bound is None else needed(bound(run)) for bound in (first, end)]
        if any(bound is not None and type(bound) is not int for bound in bounds):
            raise Stop("value", "needs whole numbers in the brackets", at)
        return run.made(holder[slice(*bounds)], at)

    return read


TURNS: Mapping[str, Callable[[int, int], int | bool]] = {
    "index": lambda index, _: index + 1,
    "index0": lambda index, _: index,
    "revindex": lambda index, length: length - index,
    "revindex0": lambda index, length: length - index - 1,
    "first": lambda index, _: index == 0,
    "last": lambda index, length: index == length - 1,
    "length": lambda _, length: length,
}
"""What a template may ask of the loop that it is in."""


def turn(number: int, wanted: str) -> Value:
    """`loop.index` and the like, of the loop that keeps its turn in this slot."""
    told = TURNS[wanted]

    def read(run: Run) -> int | bool:
        return told(*run.slots[number])

    return read
