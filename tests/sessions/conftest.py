"""A hub whose sessions are used as the dashboard uses them: awaited, on the core."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from typing import Any, TypeVar

import pytest

from notifyhub import Hub, answers
from notifyhub.domain.roles import Role
from notifyhub.hub import core_of
from notifyhub.hub.sessions import NewSession
from notifyhub.store.rows import run
from notifyhub.verbs import two_ways
from tests.conftest import HubMaker

T = TypeVar("T")
BROWSER = "Mozilla/5.0 (X11; Linux x86_64) Firefox/140.0"


@dataclass(frozen=True, slots=True)
class Door:
    """What the dashboard calls of a hub, blocking."""

    hub: Hub

    def redeem(self, token: str, user_agent: str = BROWSER) -> NewSession:
        return self._done(core_of(self.hub).sessions.redeem(token, user_agent))

    def begin(self, name: str = "Anna", role: Role = Role.OPERATOR, user_agent: str = BROWSER) -> NewSession:
        return self._done(core_of(self.hub).sessions.begin(name, role, "oidc", user_agent))

    def find(self, secret: str) -> answers.Session | None:
        return self._done(core_of(self.hub).sessions.find(secret))

    def end(self, id_: int) -> None:
        self._done(core_of(self.hub).sessions.end(id_))

    def in_the_store(self, sql: str, *values: object) -> list[Any]:
        """Execute a statement; the rows that it returns."""

        def execute(database: Any, _: object) -> list[Any]:
            cursor = run(database, sql, *values)
            return [cursor.fetchall() if cursor.description else []]

        rows: list[Any] = core_of(self.hub).database.write(execute, None).result()
        return rows

    def _done(self, coroutine: Coroutine[Any, Any, T]) -> T:
        return two_ways.run(coroutine)


DoorMaker = Callable[..., Door]


@pytest.fixture
def make_door(make_hub: HubMaker, database_url: str) -> DoorMaker:
    """Several hubs on one store, each with settings of its own."""
    return lambda **given: Door(make_hub(worker=False, database_url=database_url, **given))


@pytest.fixture
def door(make_door: DoorMaker) -> Door:
    return make_door()
