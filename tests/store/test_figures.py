"""What monitoring and the overview ask of the store: never a walk through all deliveries."""

from __future__ import annotations

from typing import Any

from notifyhub import Hub
from notifyhub.clock import now_ms
from notifyhub.hub import core_of
from notifyhub.store import figures
from tests.conftest import HubMaker

OF_WHAT_IS_OPEN = ("deliveries_due", "deliveries_leased", "deliveries_paced", "deliveries_status")


def plans(hub: Hub) -> list[str]:
    """How SQLite does what the load asks of the deliveries."""
    asked: list[str] = []

    def ask(database: Any) -> list[str]:
        connection = database.connection()
        connection.set_trace_callback(asked.append)
        figures.load(list(hub.settings.channels()), now_ms())(database)
        connection.set_trace_callback(None)
        steps = (connection.execute(f"EXPLAIN QUERY PLAN {sql}") for sql in asked if "FROM deliveries" in sql)
        return [row[3] for rows in steps for row in rows if " deliveries" in row[3]]

    return core_of(hub).ask(ask).result()


def test_the_load_is_read_from_what_is_open(make_hub: HubMaker) -> None:
    found = plans(make_hub(worker=False))

    assert found
    assert [plan for plan in found if not any(index in plan for index in OF_WHAT_IS_OPEN)] == []
