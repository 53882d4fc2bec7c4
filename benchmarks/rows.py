"""The hub's rows, put in through its library and looked at with plain SQL."""

import sqlite3
import time
from collections import deque
from collections.abc import Mapping
from concurrent.futures import Future
from contextlib import closing
from typing import Any

from notifyhub import Hub

FIRST_CHAT = 100_000
UNDER_WAY = 2_000  # requests that wait for their commit at once

Row = tuple[Any, ...]

_SENT_ONCE = """
    SELECT COUNT(*), COUNT(a.delivery_id), COUNT(DISTINCT a.delivery_id), COALESCE(SUM(d.attempt), 0)
    FROM deliveries AS d LEFT JOIN attempts AS a ON a.delivery_id = d.id WHERE d.status = 'sent'"""


def fill(database_url: str, broker: Mapping[str, str], rows: int) -> float:
    """Have `rows` messages of one recipient each accepted, each with a text of its own; accepted a second.

    broker  the settings of the broker, as they are in the environment but for their prefix
    """
    began = time.monotonic()
    given: dict[str, Any] = {name.lower(): value for name, value in broker.items()}
    with Hub(database_url=database_url, worker=False, **given) as hub:
        waiting: deque[Future[Any]] = deque()
        for n in range(rows):
            waiting.append(hub.submit({"text": f"bench {n}", "recipients": [{"telegram": str(FIRST_CHAT + n)}]}))
            if len(waiting) >= UNDER_WAY:
                waiting.popleft().result()
        for future in waiting:
            future.result()
    return rows / (time.monotonic() - began)


def ask(database_url: str, sql: str) -> Row:
    """The first row of the answer, over a connection of its own."""
    if database_url.startswith("sqlite"):
        with closing(sqlite3.connect(database_url.removeprefix("sqlite:///"), timeout=30)) as connection:
            row: Row = connection.execute(sql).fetchone()
            return row
    import psycopg

    with psycopg.connect(database_url) as server:
        found = server.execute(sql).fetchone()
        return tuple(found or ())


def wait_until_sent(database_url: str, rows: int, within_s: float) -> None:
    """Wait until the store calls `rows` deliveries sent, each by one attempt. RuntimeError when it does not."""
    until = time.monotonic() + within_s
    while (seen := ask(database_url, _SENT_ONCE)) != (rows, rows, rows, rows):
        if time.monotonic() > until:
            raise RuntimeError(f"sent, attempt rows, deliveries with one, calls: {seen}, and all should be {rows}")
        time.sleep(0.02)
