"""Whose limit was exceeded, if the messenger does not say: the account's, or that of one of its recipients."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from notifyhub.domain.outcome import TemporaryFailure
from notifyhub.flow.pacing.limits import Limits
from notifyhub.store.claimed import Claimed

MANY = 20_000
"""Recipients who are remembered."""

TIMES = 2
"""Nobody's own limit is exceeded who was last written to longer ago than this many times the time of the limit."""


class _Written(NamedTuple):
    """When somebody was last written to, and the time before (ms)."""

    last: float
    before: float


class Blame:
    """We keep to the limits of recipients, so a refusal for one who was not written to lately is the account's.

    So is a refusal for a second recipient while the first is still held back. Pure: moments (ms) are arguments.
    """

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._written: dict[tuple[str, str], _Written] = {}
        self._held: dict[str, tuple[str, float]] = {}

    def granted(self, rows: Iterable[Claimed], now: float) -> None:
        """These are written to now."""
        for row in rows:
            if self._limits.of(row.sender).address is not None:
                known = self._written.pop((row.sender, row.address), None)
                self._written[row.sender, row.address] = _Written(now, known.last if known else float("-inf"))
        while len(self._written) > MANY:
            del self._written[next(iter(self._written))]

    def is_of_address(self, row: Claimed, refusal: TemporaryFailure, now: float) -> bool:
        """Is only this recipient to be held back?"""
        if refusal.scope:
            return refusal.scope == "address"
        own = self._limits.of(row.sender)
        group = own.group if self._limits.is_group(row.address) else None
        rates = [rate for rate in (own.address, group) if rate is not None]
        written = self._written.get((row.sender, row.address))
        if not rates or written is None:
            return False
        span_ms = TIMES * 1000 * max(rate.seconds for rate in rates)
        address, until = self._held.get(row.sender, (row.address, 0.0))
        if now - written.before > span_ms or (address != row.address and now < until):
            return False
        self._held[row.sender] = (row.address, now + (refusal.retry_after_s or 0.0) * 1000)
        return True
