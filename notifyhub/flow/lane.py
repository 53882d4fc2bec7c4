"""What the pump of a channel works with."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from notifyhub.domain.retry import RetryPolicy
from notifyhub.flow.sender_breaker import SenderBreaker
from notifyhub.providers.base import Provider
from notifyhub.store.deliveries import Result


@dataclass(frozen=True, slots=True)
class Lane:
    """One for each channel and process; it outlives the runs of its pump.

    concurrency  calls at most that are under way at once
    breaker      has senders rest that are set up wrongly
    recorded     told, on the pump's loop, of the channel and of what was just written
    """

    channel: str
    provider: Provider
    policy: RetryPolicy
    concurrency: int
    timeout_s: float
    lease_s: float
    breaker: SenderBreaker
    recorded: Callable[[str, Sequence[Result]], None]
