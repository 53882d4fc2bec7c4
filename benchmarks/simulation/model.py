"""One store of a deployment, step by step: what comes in is accepted, waits, and is sent."""

import random
from collections.abc import Sequence
from dataclasses import dataclass, field

from benchmarks.simulation.deployment import Case, DatabaseAway, MessengerAway, WorkersLost
from benchmarks.simulation.prices import MEASURED, Prices
from benchmarks.simulation.waiting import Lateness, Waiting

DRAINED = 1.0
"""Seconds of arrivals that may wait in a queue that is called empty."""


@dataclass
class Outcome:
    """Over all stores. Lateness is from when a message was asked for to when it was handed over, in seconds.

    came, sent       messages, with those of mailings
    waiting          what was left at the end, in the store or at callers
    queue            (moment, waiting) of each step
    busy             share of its capacity that each resource used: on average, and in its busiest minute
    drained_at_s     when the queue was empty again after its longest; None: it was not
    """

    came: float = 0.0
    sent: float = 0.0
    waiting: float = 0.0
    store_bytes: float = 0.0
    queue: list[tuple[float, float]] = field(default_factory=list)
    lateness: Lateness = field(default_factory=Lateness)
    bulk_lateness: Lateness = field(default_factory=Lateness)
    busy: dict[str, tuple[float, float]] = field(default_factory=dict)
    drained_at_s: float | None = None

    @property
    def longest_queue(self) -> tuple[float, float]:
        """(moment, waiting)"""
        return max(self.queue, key=lambda point: point[1])


class Model:
    """The state of one store. All numbers are of messages."""

    def __init__(self, case: Case, prices: Prices) -> None:
        self.case, self.prices = case, prices
        limited = case.deployment.accounts is not None
        self._worker_cpu_s = prices.limited_worker_cpu_s if limited else prices.worker_cpu_s
        self._sent_cpu_s = prices.limited_store_cpu_s if limited else prices.worker_store_cpu_s
        self._chance = None if case.seed is None else random.Random(case.seed)
        self._callers = Waiting()  # what is asked for, and not accepted yet
        self._audience = Waiting()  # clients of mailings, not expanded yet
        self._due = Waiting()
        self._bulk = Waiting()
        self._leased: list[tuple[float, list[tuple[float, float]]]] = []
        self._lost: set[int] = set()  # faults and mailings, by their places
        self._begun: set[int] = set()
        self.out = Outcome()
        self._busy: dict[str, list[float]] = {}
        self._due.add(0.0, case.waiting)
        self.out.came = case.waiting

    def run(self) -> Outcome:
        steps = round(self.case.seconds / self.case.step_s)
        for number in range(steps):
            self._step(number * self.case.step_s)
        return self._finished()

    def _step(self, now: float) -> None:
        self._come(now)
        self._return_leased(now)
        if not self._is_away(now, DatabaseAway):
            self._work(now)
        leased = sum(number for _, groups in self._leased for _, number in groups)
        waiting = sum(queue.number for queue in (self._callers, self._audience, self._due, self._bulk)) + leased
        self.out.queue.append((now, waiting))

    def _come(self, now: float) -> None:
        load, step = self.case.load, self.case.step_s
        number = self._by_chance(load.at(now) * step / self.case.deployment.stores)
        self._callers.add(now, number)
        for place, mailing in enumerate(load.mailings):
            if place not in self._begun and mailing.at_s <= now:
                self._begun.add(place)
                clients = mailing.clients / self.case.deployment.stores
                self._audience.add(now, clients)
                number += clients
        self.out.came += number

    def _by_chance(self, expected: float) -> float:
        if self._chance is None or expected <= 0:
            return max(0.0, expected)
        return max(0.0, round(self._chance.gauss(expected, expected**0.5)))

    def _work(self, now: float) -> None:
        """Accept, expand and send as much as every resource allows; who needs the same cores gets an equal share."""
        deployment, prices, step = self.case.deployment, self.prices, self.case.step_s
        api = deployment.api_processes * prices.api_process_cores / prices.api_cpu_s * step
        accept = min(self._callers.number, api)
        expand = min(self._audience.number, prices.expanded_per_second * step)
        sending = self._sending(now) * step
        send = min(self._due.number + self._bulk.number + accept + expand, sending)
        share = min(1.0, self._store_share(accept, expand, send), self._machine_share(accept, expand, send))
        accept, expand, send = accept * share, expand * share, send * share
        self._note("API", accept / api if api else 0.0)
        self._note("workers and messenger", send / sending if sending else 0.0)
        self._note("PostgreSQL", self._store_cpu_s(accept, expand, send) / (deployment.store_cores * step))
        for since, number in self._callers.take(accept):
            self._due.add(since, number)
        for since, number in self._audience.take(expand):
            self._bulk.add(since, number)
        self.out.store_bytes += prices.accepted_bytes * (accept + expand)
        self._lose(now)
        self._send(now, send)

    def _sending(self, now: float) -> float:
        """Calls a second that workers, messenger and accounts allow."""
        deployment, prices = self.case.deployment, self.prices
        if self._is_away(now, MessengerAway):
            return 0.0
        by_cpu = prices.worker_process_cores / self._worker_cpu_s
        by_calls = prices.calls_at_once / deployment.messenger_s if deployment.messenger_s else by_cpu
        most = self._alive(now) * min(by_cpu, by_calls)
        if deployment.accounts is None:
            return most
        return min(most, deployment.accounts * deployment.account_rate * prices.used_of_limit)

    def _store_cpu_s(self, accept: float, expand: float, send: float) -> float:
        prices = self.prices
        sent = self._sent_cpu_s + prices.tidy_store_cpu_s
        return accept * prices.api_store_cpu_s + expand * prices.bulk_store_cpu_s + send * sent

    def _store_share(self, accept: float, expand: float, send: float) -> float:
        needed = self._store_cpu_s(accept, expand, send)
        return self.case.deployment.store_cores * self.case.step_s / needed if needed else 1.0

    def _machine_share(self, accept: float, expand: float, send: float) -> float:
        cores, prices = self.case.deployment.machine_cores, self.prices
        needed = self._store_cpu_s(accept, expand, send) + accept * prices.api_cpu_s + expand * prices.bulk_cpu_s
        needed += send * (self._worker_cpu_s + prices.messenger_cpu_s)
        return 1.0 if cores is None or not needed else cores * self.case.step_s / needed

    def _send(self, now: float, number: float) -> None:
        """Urgent and normal ones pass bulk, which keeps a tenth."""
        kept = min(self._bulk.number, number * self.prices.kept_for_lower)
        first = self._due.take(number - kept)
        second = self._bulk.take(number - sum(part for _, part in first))
        for groups, lateness in ((first, self.out.lateness), (second, self.out.bulk_lateness)):
            for since, part in groups:
                lateness.add(now - since + self.prices.floor_s, part)
                self.out.sent += part
                self.out.store_bytes += self.prices.delivered_bytes * part

    def _lose(self, now: float) -> None:
        """What lost workers had claimed is nobody's until its lease ends."""
        for place, fault in enumerate(self.case.faults):
            if isinstance(fault, WorkersLost) and place not in self._lost and fault.at_s <= now:
                self._lost.add(place)
                workers = self.case.deployment.workers
                ahead = self._sending(now - self.case.step_s) / workers * self.prices.claimed_ahead_s
                each = min(self.prices.claimed_most, ahead, self._due.number / workers)
                groups = self._due.take(each * min(fault.workers, workers))
                self._leased.append((now + self.prices.lease_s, groups))

    def _return_leased(self, now: float) -> None:
        for until, groups in [entry for entry in self._leased if entry[0] <= now]:
            self._leased.remove((until, groups))
            for since, number in reversed(groups):
                self._due.add(since, number)

    def _alive(self, now: float) -> int:
        lost = sum(
            fault.workers
            for fault in self.case.faults
            if isinstance(fault, WorkersLost) and fault.at_s <= now < fault.at_s + fault.for_s
        )
        return max(0, self.case.deployment.workers - lost)

    def _is_away(self, now: float, what: type[DatabaseAway] | type[MessengerAway]) -> bool:
        return any(fault.at_s <= now < self._ends(fault) for fault in self.case.faults if isinstance(fault, what))

    def _ends(self, fault: DatabaseAway | MessengerAway) -> float:
        if isinstance(fault, DatabaseAway):
            return fault.at_s + fault.for_s
        return fault.resumes_at(self.prices.rest_first_s, self.prices.rest_most_s)

    def _note(self, resource: str, share: float) -> None:
        self._busy.setdefault(resource, []).append(share)

    def _finished(self) -> Outcome:
        out, stores = self.out, self.case.deployment.stores
        out.waiting = out.queue[-1][1] if out.queue else self.case.waiting
        minute = max(1, round(60 / self.case.step_s))
        out.busy = {name: (sum(all_) / len(all_), _busiest(all_, minute)) for name, all_ in self._busy.items()}
        out.drained_at_s = self._drained(out.queue)
        out.queue = [(at, number * stores) for at, number in out.queue]
        out.came, out.sent, out.waiting = out.came * stores, out.sent * stores, out.waiting * stores
        out.store_bytes *= stores
        return out

    def _drained(self, queue: Sequence[tuple[float, float]]) -> float | None:
        """When less waits again than comes in a second."""
        if not queue:
            return None
        at_most = max(1.0, DRAINED * self.case.load.rate / self.case.deployment.stores)
        top = max(queue, key=lambda point: point[1])
        return next((at for at, number in queue if at >= top[0] and number <= at_most), None)


def _busiest(shares: Sequence[float], span: int) -> float:
    return max(sum(shares[at : at + span]) / len(shares[at : at + span]) for at in range(0, len(shares), span))


def simulate(case: Case, prices: Prices = MEASURED) -> Outcome:
    """What becomes of a load on a deployment."""
    return Model(case, prices).run()
