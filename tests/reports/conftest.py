"""Hubs with figures to report, a mail server, and reporters that use both."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any

import pytest

from notifyhub import Hub
from notifyhub.clock import now_ms
from notifyhub.hub import core_of
from notifyhub.reports.daily import Reporter
from notifyhub.reports.post import Post, post_of
from notifyhub.settings import Settings
from notifyhub.store.database import Database
from tests.mailbox import Mailbox, mailbox

SENDER = "Hub <hub@shop.example>"


def noon_zone() -> str:
    """A zone where it is about noon, so that no test meets midnight."""
    hours = 12 - datetime.now(UTC).hour
    return f"{'-' if hours < 0 else '+'}{abs(hours):02}:00"


def account(box: Mailbox, **more: Any) -> dict[str, Any]:
    """Settings that lead to this mail server."""
    return {"email": {"host": "127.0.0.1", "port": box.port, "tls": "none", "from_address": SENDER, **more}}


@pytest.fixture
def box() -> Iterator[Mailbox]:
    with mailbox() as box:
        yield box


@pytest.fixture
def reporting(quick: Callable[..., Settings], box: Mailbox, database_url: str) -> Callable[..., Settings]:
    """Settings with a report that is due at any time of the day."""

    def make(to: str = "ann@shop.example", at: str = "00:00", **given: Any) -> Settings:
        report = {"to": to, "at": at, "timezone": noon_zone()}
        return quick(database_url=database_url, report=report, **{**account(box), **given})

    return make


class Scheduler:
    """A process that sends reports: a database of its own, and a clock that a test can put forward."""

    def __init__(self, settings: Settings, post: Post | None = None) -> None:
        self.database = Database(settings.effective_database_url)
        self.database.upgrade()
        self.ahead_ms = 0
        self.reporter = Reporter(self.database, settings, post or post_of(settings), self._now)

    def _now(self) -> int:
        return now_ms() + self.ahead_ms

    def sweep(self, minutes_later: float = 0) -> None:
        self.ahead_ms += round(minutes_later * 60_000)
        self.reporter.sweep()


@pytest.fixture
def scheduler() -> Iterator[Callable[..., Scheduler]]:
    made: list[Scheduler] = []

    def make(settings: Settings, post: Post | None = None) -> Scheduler:
        made.append(Scheduler(settings, post))
        return made[-1]

    yield make
    for one in made:
        one.database.close()


def database_of(hub: Hub) -> Database:
    return core_of(hub).database
