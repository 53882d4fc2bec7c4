"""Filters of lists."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from notifyhub.rendering.access import found_in
from notifyhub.rendering.escaping import Escaper
from notifyhub.rendering.faults import NOTHING, Missing, Unusable, shown
from notifyhub.rendering.operators import joined
from notifyhub.rendering.run import MOST_CHARACTERS, Context
from notifyhub.rendering.values import is_single, items_of, text_of


def _first(context: Context, escape: Escaper, value: Any) -> Any:
    return _at(value, 0)


def _last(context: Context, escape: Escaper, value: Any) -> Any:
    return _at(value, -1)


def _at(value: Any, place: int) -> Any:
    if not isinstance(value, str | list | tuple):
        raise Unusable(f"needs a list or a text, and got {shown(value)}")
    return value[place] if value else NOTHING


def _join(context: Context, escape: Escaper, value: Any, between: Any = "", attribute: Any = None) -> str:
    parts = _singles(value, attribute)
    if len(parts) * len(text_of(between)) > MOST_CHARACTERS:
        raise Unusable("has too much to join")
    return joined(parts, escape, between if isinstance(between, str) else text_of(between))


def _sort(context: Context, escape: Escaper, value: Any, reverse: Any = False, attribute: Any = None) -> list[Any]:
    """Numbers by size, texts without regard to upper and lower case."""
    items = items_of(value)
    keys = [key.casefold() if isinstance(key, str) else key for key in _singles(items, attribute)]
    try:
        order = sorted(range(len(items)), key=keys.__getitem__, reverse=bool(reverse))
    except TypeError:
        raise Unusable("cannot compare all of these") from None
    return [items[place] for place in order]


def _unique(context: Context, escape: Escaper, value: Any, attribute: Any = None) -> list[Any]:
    """The first of those that are alike."""
    items = items_of(value)
    kept: dict[Any, Any] = {}
    for key, item in zip(_singles(items, attribute), items, strict=True):
        kept.setdefault(key, item)
    return list(kept.values())


def _items(context: Context, escape: Escaper, value: Any) -> list[Any]:
    if not isinstance(value, Mapping):
        raise Unusable(f"needs an object, and got {shown(value)}")
    return list(value.items())


def _singles(value: Any, attribute: Any) -> Sequence[Any]:
    """The items, or what they have under a name."""
    found = [item if attribute is None else _attribute(item, text_of(attribute)) for item in items_of(value)]
    for item in found:
        if not is_single(item):
            raise Unusable(f"needs a list of texts or numbers; {shown(item) if item is not None else 'null'} is in it")
    return found


def _attribute(item: Any, path: str) -> Any:
    for key in path.split("."):
        item = found_in(item, key, None)
    if item is None or type(item) is Missing:
        raise Unusable(f'needs "{path}" of every item')
    return item


FILTERS: Mapping[str, Callable[..., Any]] = {
    "first": _first,
    "last": _last,
    "join": _join,
    "sort": _sort,
    "unique": _unique,
    "items": _items,
}
