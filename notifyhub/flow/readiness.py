"""Can messages be accepted and sent? Asked by load balancers and containers, so no answer takes long."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from concurrent.futures import TimeoutError as Late
from dataclasses import dataclass
from enum import StrEnum
from typing import Generic, NamedTuple, TypeVar

import peewee

from notifyhub.domain.circuit_breaker import State
from notifyhub.errors import NotifyhubError
from notifyhub.store import heartbeats, senders
from notifyhub.store.database import Database, schema_of

WITHIN_S = 2.0
"""Whatever has not answered by then counts as away."""
SILENT_MS = 30_000
"""A role of which nobody has given a sign of life for so long counts as missing."""
OK = "ok"
AWAY = "does not answer"
ROLES = {"workers": "worker", "scheduler": "scheduler"}
"""The checks that are about processes of a role."""

R = TypeVar("R")


class Status(StrEnum):
    """degraded: messages are accepted, but some of them may wait"""

    READY = "ready"
    DEGRADED = "degraded"
    NOT_READY = "not ready"


@dataclass(frozen=True, slots=True)
class Verdict:
    """checks  `ok`, or what is wrong, by what was checked"""

    status: Status
    checks: dict[str, str]


class Facts(NamedTuple):
    """What the store knows.

    behind   migrations that this version needs and the store does not have
    ahead    migrations that this version does not know
    resting  channels of which an account rests
    ages_ms  for how long each role has given no sign of life
    """

    behind: Sequence[str]
    ahead: Sequence[str]
    resting: Sequence[str]
    ages_ms: dict[str, int]


class Readiness:
    """Of one process."""

    def __init__(self, database: Callable[[], Database], broker_answers: Callable[[], bool]) -> None:
        self._store: _Question[Facts] = _Question(lambda: database().read(facts))
        pool = ThreadPoolExecutor(1, "notifyhub-readiness")
        self._broker: _Question[bool] = _Question(lambda: pool.submit(broker_answers))

    def verdict(self, *, pumping: bool = False, stopping: bool = False) -> Verdict:
        """Blocks for at most two times `WITHIN_S`.

        pumping   this process delivers, and runs the sweeps if nobody else does
        stopping  this process is about to end
        """
        broker = OK if self._broker.answer(otherwise=False) else AWAY
        found = self._store.answer(otherwise=None)
        if found is None:
            return Verdict(Status.NOT_READY, {"database": AWAY, "broker": broker})
        checks = {"database": OK, "schema": _schema(found), "broker": broker, "channels": _channels(found)}
        checks |= {check: OK if pumping else _seen(role, found) for check, role in ROLES.items()}
        if stopping:
            checks["process"] = "is stopping"
        return Verdict(_status(checks, found, stopping), checks)


class _Question(Generic[R]):
    """A question that is not asked again as long as it has not been answered."""

    def __init__(self, ask: Callable[[], Future[R]]) -> None:
        self._ask = ask
        self._asked: Future[R] | None = None

    def answer(self, otherwise: R | None) -> R | None:
        try:
            if self._asked is None or self._asked.done():
                self._asked = self._ask()
            return self._asked.result(WITHIN_S)
        except (Late, NotifyhubError):
            return otherwise


def facts(database: peewee.Database) -> Facts:
    """Query: what the store knows; of an older schema only that."""
    _, behind, ahead = schema_of(database)
    if behind:
        return Facts(behind, ahead, (), {})
    resting = {one.channel for one in senders.every(database) if one.circuit.state is not State.CLOSED}
    return Facts(behind, ahead, sorted(resting), heartbeats.ages_ms(database))


def _schema(found: Facts) -> str:
    if found.behind:
        return f"migrations are pending: {', '.join(found.behind)}"
    return f"is newer than this version, which does not know {', '.join(found.ahead)}" if found.ahead else OK


def _channels(found: Facts) -> str:
    return f"an account rests: {', '.join(found.resting)}" if found.resting else OK


def _seen(role: str, found: Facts) -> str:
    age_ms = found.ages_ms.get(role)
    if age_ms is None:
        return f"no {role} has been seen"
    return OK if age_ms < SILENT_MS else f"no {role} has been seen for {age_ms // 1000} s"


def _status(checks: dict[str, str], found: Facts, stopping: bool) -> Status:
    if stopping or found.behind:
        return Status.NOT_READY
    return Status.READY if all(state == OK for state in checks.values()) else Status.DEGRADED
