"""A bounded mapping: above its cap the entry put longest ago is dropped."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterator
from typing import Generic, TypeVar

K = TypeVar("K")
V = TypeVar("V")


class Bounded(Generic[K, V]):
    """Up to `cap` values by their keys."""

    def __init__(self, cap: int) -> None:
        self._cap = cap
        # A dict would scan the slots of all items removed before its oldest item.
        self._values: OrderedDict[K, V] = OrderedDict()

    def get(self, key: K) -> V | None:
        """The value; does not change the order."""
        return self._values.get(key)

    def put(self, key: K, value: V) -> V:
        """Put a value, as the newest one."""
        values = self._values
        values[key] = value
        values.move_to_end(key)
        if len(values) > self._cap:
            values.popitem(last=False)
        return value

    def pop(self, key: K) -> V | None:
        return self._values.pop(key, None)

    def clear(self) -> None:
        self._values.clear()

    def __iter__(self) -> Iterator[K]:
        """All keys, oldest first."""
        return iter(list(self._values))

    def values(self) -> list[V]:
        """All values, oldest first."""
        return list(self._values.values())

    def __contains__(self, key: K) -> bool:
        return key in self._values

    def __len__(self) -> int:
        return len(self._values)
