"""Repeatable chance: numbers derived from a seed, a recipient and the number of sends to them."""

from __future__ import annotations

import secrets
from collections import OrderedDict
from collections.abc import Callable
from hashlib import blake2b

MOST_RECIPIENTS = 100_000

Draw = Callable[[str], float]
"""Gives, for the name of what is drawn for, a number of at least 0 and less than 1; always the same for one send."""


class Chance:
    """Counts the sends to each recipient, and draws numbers for them.

    Recipients do not share random numbers, so their order has no effect. Above `MOST_RECIPIENTS` the oldest are
    forgotten, and their story starts again.
    """

    def __init__(self, seed: int | None) -> None:
        self._key = (secrets.token_bytes(16) if seed is None else str(seed).encode())[:64]
        # An OrderedDict finds its oldest item at once, a dict does not.
        self._sends: OrderedDict[tuple[str, str], int] = OrderedDict()

    def next(self, channel: str, address: str) -> int:
        """The number of earlier sends to this recipient."""
        recipient = (channel, address)
        before = self._sends.get(recipient, 0)
        if not before and len(self._sends) >= MOST_RECIPIENTS:
            self._sends.popitem(last=False)
        self._sends[recipient] = before + 1
        return before

    def draw(self, channel: str, address: str, number: int) -> Draw:
        """The random numbers for send `number` to the recipient."""

        def drawn(name: str) -> float:
            said = f"{channel}\n{address}\n{number}\n{name}".encode("utf-8", "surrogatepass")
            return int.from_bytes(blake2b(said, digest_size=7, key=self._key).digest()) / (1 << 56)

        return drawn

    def forget(self) -> None:
        """Restart the story of every recipient."""
        self._sends.clear()
