"""Stores with a past: what was sent is made to lie some days back."""

from __future__ import annotations

import threading
from collections import Counter
from typing import Any

import pytest

from notifyhub import Hub, Message
from notifyhub.clock import now_ms
from notifyhub.flow import retention
from notifyhub.hub import core_of
from notifyhub.store.retention import Pass
from notifyhub.store.rows import run
from tests.conftest import HubMaker
from tests.emulated import RunningEmulator

DAY_MS = 86_400_000
PERSON = "1067000"
_SHIFTS = (
    "UPDATE deliveries SET created_at = created_at - {ms}, due_at = due_at - {ms}, sent_at = sent_at - {ms}",
    "UPDATE messages SET created_at = created_at - {ms}",
    "UPDATE attempts SET started_at = started_at - {ms}, finished_at = finished_at - {ms}",
    "UPDATE receipts SET at = at - {ms}",
    "UPDATE mailings SET ended_at = ended_at - {ms}",
    "UPDATE chain_steps SET began_at = began_at - {ms}",
)


def execute(hub: Hub, *statements: str) -> None:
    """Change rows behind the back of the store."""

    def write(database: Any, wanted: Any) -> list[None]:
        for statement in statements:
            database.execute_sql(statement)
        return [None] * len(wanted)

    core_of(hub).database.write(write, None).result()


def asked(hub: Hub, sql: str, *given: Any) -> list[Any]:
    """All rows of a query."""
    return core_of(hub).ask(lambda database: run(database, sql, *given).fetchall()).result()


def count(hub: Hub, table: str) -> int:
    return int(asked(hub, f"SELECT COUNT(*) FROM {table}")[0][0])


def age(hub: Hub, days: int) -> None:
    """Let everything have happened so many days earlier. The counters follow."""
    execute(hub, *(statement.format(ms=days * DAY_MS) for statement in _SHIFTS))
    hub.stats.repair()


def passed(hub: Hub, name: Pass, days: int = 30, later_days: int = 0) -> Counter[str]:
    """Prune or forget what ended so many days ago."""
    now = now_ms() + later_days * DAY_MS
    return retention.run(core_of(hub).database, name, now - days * DAY_MS, now, threading.Event())


def sent(hub: Hub, text: str = "Hello", to: str = PERSON, **more: Any) -> Message:
    """A message that was sent."""
    return hub.wait(hub.send(text, to={"telegram": to}, **more), timeout_s=10)


@pytest.fixture
def hub(make_hub: HubMaker, database_url: str, emulator: RunningEmulator) -> Hub:
    """A hub on each store that delivers."""
    return make_hub(database_url=database_url)
