"""Hubs with clients in their directory."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import pytest

from notifyhub import Hub, answers
from notifyhub.hub import core_of
from tests.conftest import HubMaker
from tests.processes import PATIENCE_S

ENDED = ("finished", "cancelled", "expired")


def telegram(number: int) -> str:
    """The Telegram address of the client with this number."""
    return str(1_000_000 + number)


def phone(number: int) -> str:
    """The phone of the client with this number: every third is of operator 905, the others of 903."""
    return f"7{905 if number % 3 == 0 else 903}{number:07}"


def fill(hub: Hub, count: int, first: int = 0, **members: Any) -> list[answers.Client]:
    """Add clients on Telegram; every second has the tag `even`."""
    made = []
    for number in range(first, first + count):
        given = {"tags": ["even"] if number % 2 == 0 else [], "addresses": {"telegram": telegram(number)}, **members}
        made.append(hub.clients.create(phone(number), **given))
    return made


def until(
    hub: Hub, id_: int, is_so: Callable[[answers.Mailing], bool], within_s: float = PATIENCE_S
) -> answers.Mailing:
    """Wait until this is true of a mailing, and return it."""
    ends = time.monotonic() + within_s
    while not is_so(mailing := hub.mailings.get(id_)):
        assert time.monotonic() < ends, mailing
        time.sleep(0.01)
    return mailing


def ended(hub: Hub, mailing: answers.Mailing) -> answers.Mailing:
    """Wait until a mailing has ended and nothing of it is left, and return it."""

    def is_over(found: answers.Mailing) -> bool:
        return found.status in ENDED and not found.counts["scheduled"] + found.counts["sending"]

    return until(hub, mailing.id, is_over)


def counted(mailing: answers.Mailing) -> dict[str, int]:
    """The counts that are not zero."""
    return {status: number for status, number in mailing.counts.items() if number}


def statuses(hub: Hub, mailing: answers.Mailing) -> dict[str, int]:
    """The deliveries of a mailing by status, counted from the rows."""

    def ask(database: Any) -> dict[str, int]:
        sql = f"SELECT status, COUNT(*) FROM deliveries WHERE mailing_id = {mailing.id:d} GROUP BY status"
        return dict(database.execute_sql(sql).fetchall())

    return core_of(hub).ask(ask).result()


@pytest.fixture
def hub(make_hub: HubMaker, database_url: str) -> Hub:
    """A hub on each store that delivers."""
    return make_hub(database_url=database_url)
