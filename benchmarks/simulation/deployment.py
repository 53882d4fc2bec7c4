"""What is simulated: a deployment, what comes in, and what goes wrong."""

import math
from collections.abc import Sequence
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Deployment:
    """Some equal stores with their processes, which share the load evenly.

    stores            databases, each with its own API, workers and accounts; all other numbers are those of one store
    store_cores       cores of its PostgreSQL
    machine_cores     cores that all processes and the messenger share; None: each has its own
    accounts          bots or numbers, each of which may send `account_rate` a second; None: no limit
    messenger_s       how long a call takes
    """

    api_processes: int
    workers: int
    store_cores: float
    stores: int = 1
    machine_cores: float | None = None
    accounts: int | None = None
    account_rate: float = 30.0
    messenger_s: float = 0.05


@dataclass(frozen=True)
class Mailing:
    """So many clients, expanded from `at_s` on. They are bulk: other messages pass them."""

    at_s: float
    clients: float


@dataclass(frozen=True)
class Load:
    """What comes in, over all stores.

    rate    single messages a second, on average over a day if `peak` is given
    peak    the busiest moment, as a multiple of `rate` (from 1 to 2); it is at `peak_at_s`
    for_s   seconds until nobody sends any more; None: never
    """

    rate: float
    peak: float = 1.0
    peak_at_s: float = 43_200.0
    mailings: Sequence[Mailing] = ()
    for_s: float | None = None

    def at(self, now_s: float) -> float:
        """Messages a second at a moment."""
        if self.for_s is not None and now_s >= self.for_s:
            return 0.0
        swing = (self.peak - 1) * math.cos(2 * math.pi * (now_s - self.peak_at_s) / 86_400)
        return self.rate * (1 + swing)


@dataclass(frozen=True)
class MessengerAway:
    """Takes nothing. The circuit breaker tries after growing pauses, so sending begins again some time later."""

    at_s: float
    for_s: float

    def resumes_at(self, first_s: float, most_s: float) -> float:
        """The first try after its return."""
        moment, pause = self.at_s, first_s
        while moment < self.at_s + self.for_s:
            moment += pause
            pause = min(most_s, pause * 2)
        return moment


@dataclass(frozen=True)
class DatabaseAway:
    """A failover: nothing is accepted (callers repeat their requests), nothing is delivered."""

    at_s: float
    for_s: float = 30.0


@dataclass(frozen=True)
class WorkersLost:
    """`workers` of each store die, and are replaced `for_s` later. What they had claimed waits for its lease."""

    at_s: float
    workers: int
    for_s: float


Fault = MessengerAway | DatabaseAway | WorkersLost


@dataclass(frozen=True)
class Case:
    """A simulation. `step_s` is what lateness is accurate to."""

    deployment: Deployment
    load: Load
    seconds: float
    faults: Sequence[Fault] = ()
    step_s: float = 0.1
    waiting: float = 0.0
    seed: int | None = field(default=1)
    """None: messages come evenly; else by chance (Poisson)."""
