"""The resources of a channel's pump."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass

from notifyhub.domain.retry import RetryPolicy
from notifyhub.domain.turns import Turns
from notifyhub.flow.mailing_watch import MailingWatch
from notifyhub.flow.pacing.pacer import Pacer
from notifyhub.flow.sender_breaker import SenderBreaker
from notifyhub.providers.base import Provider
from notifyhub.store.deliveries import Result


@dataclass(frozen=True, slots=True)
class Lane:
    """One for each channel and process. It outlives the runs of its pump.

    concurrency  largest number of simultaneous calls
    accounts     number of accounts that have a name of their own, and the main one
    mailings     which mailings were stopped after a claim
    breaker      makes senders rest that are set up wrongly
    pacer        keeps to the rate limits
    turns        by account, whose turn it is to be claimed
    unreachable_kept_ms   for how long an address counts as unreachable
    recorded     called on the pump's loop with the channel, the results just written, and the channels on which
                 chains go on
    """

    channel: str
    provider: Provider
    policy: RetryPolicy
    concurrency: int
    accounts: int
    timeout_s: float
    lease_s: float
    mailings: MailingWatch
    breaker: SenderBreaker
    pacer: Pacer
    turns: dict[str, Turns[tuple[int, int]]]
    unreachable_kept_ms: int
    recorded: Callable[[str, Sequence[Result], Collection[str]], None]
