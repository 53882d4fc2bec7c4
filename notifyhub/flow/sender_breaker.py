"""Makes a sender rest when its messenger says that it is set up wrongly, or is away, and logs that once."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from notifyhub import logs
from notifyhub.domain.circuit_breaker import DEFAULT_SENDER, CircuitBreaker
from notifyhub.domain.outages import Outages
from notifyhub.domain.outcome import Misconfigured, Outcome, PermanentFailure, Sent, TemporaryFailure, Unconfirmed
from notifyhub.domain.retry import RetryPolicy, rest_s

_log = logs.logger(__name__)


class SenderBreaker:
    """Guards a channel's calls. Used on the event loop of the pumps. Times are epoch ms.

    senders     names of the other accounts
    by_address  each address is a separate account that rests alone
    """

    def __init__(
        self, channel: str, policy: RetryPolicy, senders: Iterable[str] = (), *, by_address: bool = False
    ) -> None:
        self._channel = channel
        self._by_address = by_address
        self._policy = policy
        self._breaker = CircuitBreaker((DEFAULT_SENDER, *senders))
        self._outages = Outages(policy.base_s, policy.rest_s)

    def room(self, most: int, now: int) -> int:
        """How many deliveries to claim."""
        return self._breaker.room(most, now)

    def sender_of(self, address: str, options: Mapping[str, Any]) -> str:
        """The account that sends a delivery."""
        own = address if self._by_address else DEFAULT_SENDER
        return str(options.get("sender", own))

    def admit(self, sender: str, now: int) -> int | None:
        """None if a delivery of this sender may be sent now, otherwise the time to wait for."""
        until = self._breaker.held_until(sender, now)
        if until is None:
            self._breaker.trying(sender, now)
            return None
        if self._breaker.rests_until(sender) is None:
            # One is being tried, and may go through at any moment.
            return min(until, now + round(self._policy.base_s * 1000))
        return until

    def heard(self, sender: str, outcome: Outcome, now: int) -> int | None:
        """Learn from the outcome of a call. Returns the end of the rest, if the messenger is away and thus to blame."""
        if isinstance(outcome, TemporaryFailure | Unconfirmed) and not _is_paced(outcome):
            if self._outages.failed(sender, now):
                return self._wait(sender, outcome, now)
        else:
            self._outages.answered(sender)
        if isinstance(outcome, Misconfigured):
            self._rest(sender, outcome, now)
        elif isinstance(outcome, Sent | PermanentFailure):
            self._go_on(sender)
        else:
            self._breaker.leave_open(sender, now + round(self._policy.rest_s * 1000))
        return None

    def _wait(self, sender: str, outcome: TemporaryFailure | Unconfirmed, now: int) -> int:
        """The messenger is away: the sender rests, unless it does already."""
        if (resting := self._breaker.rests_until(sender)) is not None:
            return resting
        until = self._outages.next_try(sender, now)
        if self._breaker.trip(sender, until):
            _log.warning(
                "%s rests: its messenger takes nothing (%s). What waits is kept, and one delivery tries every now and "
                "then until it goes through. The last answer was: %s",
                self._name(sender),
                outcome.code,
                outcome.detail or "(empty)",
                extra={"channel": self._channel, "sender": sender},
            )
        return until

    def _rest(self, sender: str, outcome: Misconfigured, now: int) -> None:
        pause_s = rest_s(outcome, self._policy)
        if self._breaker.trip(sender, now + round(pause_s * 1000)):
            _log.error(
                "%s rests: the messenger refuses its account (%s); look at %s. What waits is kept, and one delivery "
                "tries every %g s until it goes through. The answer was: %s",
                self._name(sender),
                outcome.code,
                outcome.mend or "its settings",
                pause_s,
                outcome.detail or "(empty)",
                extra={"channel": self._channel, "sender": sender},
            )

    def _go_on(self, sender: str) -> None:
        if self._breaker.mend(sender):
            _log.warning("%s goes on: its messenger takes messages again", self._name(sender))

    def _name(self, sender: str) -> str:
        return f"sender {sender} of {self._channel}" if sender else self._channel


def _is_paced(outcome: TemporaryFailure | Unconfirmed) -> bool:
    """Did the messenger answer, and say how long to wait?"""
    return isinstance(outcome, TemporaryFailure) and outcome.retry_after_s is not None
