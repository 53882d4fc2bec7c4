"""A database server that went away and came back is noticed by nobody."""

from __future__ import annotations

from collections.abc import Iterator

import psycopg
import pytest

from notifyhub import Hub, StoreUnavailable
from tests.conftest import HubMaker
from tests.engines import postgres_server
from tests.interrupting import interrupted


@pytest.fixture
def own_server() -> Iterator[str]:
    with postgres_server() as url:
        yield url


def cut_all_connections(url: str) -> None:
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid()")


def test_writing_and_reading_go_on_after_every_connection_was_cut(make_hub: HubMaker, own_server: str) -> None:
    hub: Hub = make_hub(database_url=own_server)
    first = hub.wait(hub.send("One", to={"telegram": "1"}), timeout_s=20)
    for _ in range(8):  # every reader thread has a connection by now
        hub.message(first.id)

    cut_all_connections(own_server)

    second = hub.send("Two", to={"telegram": "1"})
    assert hub.wait(second, timeout_s=20).status == "sent"
    assert hub.message(first.id).status == "sent"


def test_a_question_of_several_statements_is_asked_again(make_hub: HubMaker, own_server: str) -> None:
    hub: Hub = make_hub(worker=False, database_url=own_server)
    sent = hub.send("One", to={"telegram": "1"})
    moments = iter(("before", "within"))

    def cut_within() -> None:
        if next(moments, None) == "within":
            cut_all_connections(own_server)

    with interrupted(cut_within) as times:
        found = hub.message(sent.id)

    assert found.status == "scheduled"
    assert len(times) > 2
    assert hub.message(sent.id) == found


def test_a_store_that_cannot_be_reached_is_said_to_be(make_hub: HubMaker) -> None:
    with pytest.raises(StoreUnavailable, match="cannot"):
        make_hub(database_url="postgresql://nobody@127.0.0.1:9/nothing")
