"""Opens the circuit of a sender whose messenger takes nothing or refuses its account, and closes it again."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from notifyhub.domain import circuit_breaker, senders
from notifyhub.domain.circuit_breaker import CONFIGURATION, DEFAULT_SENDER, Cause, Circuit, State
from notifyhub.domain.failures import Failures
from notifyhub.domain.outcome import Misconfigured, Outcome, PermanentFailure, Sent, TemporaryFailure, Unconfirmed
from notifyhub.domain.retry import RetryPolicy, rest_s
from notifyhub.flow import breaker_log
from notifyhub.flow.circuits import Circuits
from notifyhub.store.database import Database
from notifyhub.store.senders import Standing

INTERRUPTED = "interrupted"
"""The code of a call that this process broke off: it says nothing of the messenger."""
ASK_MS = 20
"""How long a delivery waits while its process asks to be the one that tries."""
LATE_S = 5.0
"""How much longer than its timeout a call that tries is waited for."""


class Called(NamedTuple):
    """The delivery of a call; `first` unless it had been tried before."""

    delivery: int
    first: bool


class SenderBreaker:
    """Guards a channel's calls. Used on the event loop of the pumps. Times are epoch ms.

    timeout_s   of a call
    senders     names of the other accounts
    by_address  each address is a separate account that rests alone
    wake        called with the channel when deliveries that were held may go
    """

    def __init__(
        self,
        channel: str,
        policy: RetryPolicy,
        database: Database,
        *,
        timeout_s: float,
        senders: Iterable[str] = (),
        by_address: bool = False,
        wake: Callable[[str], None],
    ) -> None:
        self._channel = channel
        self._policy = policy
        self._lasts_s = timeout_s + LATE_S
        self._senders = frozenset((DEFAULT_SENDER, *senders))
        self._by_address = by_address
        self._wake = wake
        self._circuits = Circuits(database, channel)
        self._resting = self._circuits.resting
        self._failures: dict[str, Failures] = {}
        self._trying: dict[str, set[int]] = {}
        """The deliveries that try, by sender: only of senders for which this process is the one that tries."""

    @property
    def changes(self) -> int:
        """How many changes of this process have ended; see `learn`."""
        return self._circuits.changes

    def learn(self, standings: Sequence[Standing], began: int) -> None:
        """Take over what other processes found out; `began` is what `changes` was when the store was asked."""
        self._circuits.learn(standings, began, self._learned)

    def room(self, most: int, now: int) -> int:
        """How many deliveries to claim, at most `most`: few if only some may try."""
        if not self._resting or self._senders - self._resting.keys():
            return most
        with self._circuits.lock:
            return min(most, sum(self._places(sender, circuit, now) for sender, circuit in self._resting.items()))

    def room_of(self, sender: str, now: int) -> int | None:
        """How many deliveries of one account to claim; None: any number. Called on any thread."""
        if sender not in self._resting:
            return None
        with self._circuits.lock:
            circuit = self._resting.get(sender)
            return None if circuit is None else self._places(sender, circuit, now)

    def sender_of(self, address: str, options: Mapping[str, Any]) -> str:
        """The account that sends a delivery."""
        return senders.sender_of(address, options, by_address=self._by_address)

    def admit(self, sender: str, now: int, delivery: int) -> int | None:
        """None if this delivery may be sent now, otherwise the time to wait for."""
        if sender not in self._resting:
            return None
        with self._circuits.lock:
            circuit = self._resting.get(sender)
            return None if circuit is None else self._held(sender, circuit, now, delivery)

    def heard(self, sender: str, outcome: Outcome, now: int, called: Called) -> int | None:
        """Learn from the outcome of a call. Returns the end of the rest, if the messenger is away and thus to blame."""
        if sender not in self._resting and _works(outcome):
            self._calls(sender).answered(now)
            return None
        with self._circuits.lock:
            circuit = self._resting.get(sender)
            if circuit is None:
                return self._heard_closed(sender, outcome, now, called)
            if called.delivery in self._trying.get(sender, ()):
                self._trying[sender].discard(called.delivery)
                return self._heard_try(sender, circuit, outcome, now, called)
            # Begun before it opened: a success says nothing of now, and a failure is the same trouble.
            return self._blamed(sender, now) if _failed(outcome) else None

    def _held(self, sender: str, circuit: Circuit, now: int, delivery: int) -> int | None:
        trying = self._trying.get(sender)
        if trying is not None and now < circuit.until:
            if len(trying) < circuit.at_once:
                trying.add(delivery)
                return None
            return self._soon(now)
        if now < circuit.until:
            # Those that try may go through at any moment.
            return circuit.until if circuit.state is State.OPEN else min(circuit.until, self._soon(now))
        self._ask_to_try(sender, circuit, now)
        return now + ASK_MS

    def _places(self, sender: str, circuit: Circuit, now: int) -> int:
        if now >= circuit.until:
            return 1
        trying = self._trying.get(sender)
        return 0 if trying is None else circuit.at_once - len(trying)

    def _heard_closed(self, sender: str, outcome: Outcome, now: int, called: Called) -> int | None:
        if isinstance(outcome, Misconfigured):
            self._open(sender, None, outcome, now)
        elif _failed(outcome):
            if self._calls(sender).failed(called.delivery, now):
                self._open(sender, None, outcome, now)
                return self._blamed(sender, now)
        elif _works(outcome):
            self._calls(sender).answered(now)
        return None

    def _heard_try(self, sender: str, circuit: Circuit, outcome: Outcome, now: int, called: Called) -> int | None:
        if isinstance(outcome, Sent | PermanentFailure):
            self._one_passed(sender, circuit, now)
        elif isinstance(outcome, TemporaryFailure) and outcome.retry_after_s is not None:
            pause_s = min(outcome.retry_after_s, self._policy.rest_s)
            self._stop_trying(sender, circuit_breaker.put_off(circuit, now, pause_s), now)
        elif isinstance(outcome, Misconfigured):
            self._open(sender, circuit, outcome, now)
        elif not _failed(outcome) or (circuit.passed and not called.first):
            # Others went through, so what fails again may be at fault itself, and spends its attempts.
            self._let_go_if_idle(sender, circuit, now)
        else:
            self._open(sender, circuit, outcome, now)
            return self._blamed(sender, now)
        return None

    def _one_passed(self, sender: str, circuit: Circuit, now: int) -> None:
        circuit = circuit_breaker.passed_one(circuit)
        if circuit.is_proven:
            self._stop_trying(sender, circuit_breaker.closed(circuit, now), now, breaker_log.closed)
            self._failures.pop(sender, None)
        else:
            self._circuits.note(sender, circuit)
            self._let_go_if_idle(sender, circuit, now)
        self._wake(self._channel)

    def _let_go_if_idle(self, sender: str, circuit: Circuit, now: int) -> None:
        """Let another process go on if it has something to send: this one may have nothing more."""
        if not self._trying[sender]:
            self._stop_trying(sender, circuit_breaker.let_go(circuit, now), now)

    def _ask_to_try(self, sender: str, circuit: Circuit, now: int) -> None:
        def ended(won: bool) -> None:
            if won:
                self._trying[sender] = set()
                self._wake(self._channel)

        self._trying.pop(sender, None)
        self._circuits.change(sender, circuit_breaker.half_opened(circuit, now, self._lasts_s), now, ended)

    def _open(self, sender: str, circuit: Circuit | None, outcome: Outcome, now: int) -> None:
        if isinstance(outcome, Misconfigured):
            pause_s = rest_s(outcome, self._policy)
        else:
            tries = 1 if circuit is None else circuit.tries + 1
            pause_s = circuit_breaker.pause_s(tries, self._policy.base_s, self._policy.rest_s)
        after = circuit_breaker.opened(circuit, _cause(outcome), now, pause_s)
        is_news = circuit is None or (after.cause.reason == CONFIGURATION != circuit.cause.reason)
        self._stop_trying(sender, after, now, breaker_log.opened if is_news else None)

    def _stop_trying(self, sender: str, after: Circuit, now: int, log: breaker_log.Line | None = None) -> None:
        def ended(won: bool) -> None:
            if won and log is not None:
                log(self._channel, sender, after)

        self._trying.pop(sender, None)
        self._circuits.change(sender, after, now, ended)

    def _learned(self, sender: str, before: Circuit | None, after: Circuit) -> None:
        self._trying.pop(sender, None)
        self._failures.pop(sender, None)
        breaker_log.learned(self._channel, sender, before, after)
        if after.state is not State.OPEN:
            self._wake(self._channel)

    def _blamed(self, sender: str, now: int) -> int | None:
        """When to try again a delivery that failed while the sender rests; None if that is put down to itself."""
        circuit = self._resting.get(sender)
        if circuit is None or not circuit.blames_the_messenger(now):
            return None
        return max(circuit.until, now) if circuit.state is State.OPEN else self._soon(now)

    def _calls(self, sender: str) -> Failures:
        if (calls := self._failures.get(sender)) is None:
            calls = self._failures[sender] = Failures()
        return calls

    def _soon(self, now: int) -> int:
        return now + round(self._policy.base_s * 1000)


def _failed(outcome: Outcome) -> bool:
    """Did the call come to nothing, without an answer that says how long to wait?"""
    if isinstance(outcome, TemporaryFailure):
        return outcome.retry_after_s is None
    return isinstance(outcome, Unconfirmed) and outcome.code != INTERRUPTED


def _works(outcome: Outcome) -> bool:
    """Does the answer show a messenger that works?"""
    return isinstance(outcome, Sent | PermanentFailure) or (
        isinstance(outcome, TemporaryFailure) and outcome.retry_after_s is not None
    )


def _cause(outcome: Outcome) -> Cause:
    if isinstance(outcome, Misconfigured):
        return Cause(CONFIGURATION, outcome.code, outcome.detail, outcome.mend)
    reason = outcome.reason if isinstance(outcome, TemporaryFailure) else "unconfirmed"
    return Cause(reason, outcome.code, outcome.detail)
