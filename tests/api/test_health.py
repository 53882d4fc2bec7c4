"""GET /health/live and /health/ready."""

from __future__ import annotations

from collections.abc import Callable

import psycopg
import pytest

from notifyhub import Hub
from tests.api.conftest import Api
from tests.conftest import HubMaker
from tests.engines import redis_server


@pytest.fixture
def served(make_hub: HubMaker, serve: Callable[[Hub], Api], database_url: str, broker_url: str) -> Api:
    return serve(make_hub(worker=False, database_url=database_url, broker_url=broker_url))


def test_a_process_that_answers_is_alive(small_api: Api) -> None:
    reply = small_api.get("/health/live", Authorization="")

    assert (reply.status, reply.json) == (200, {"status": "ok"})


def test_it_is_ready_when_database_and_broker_answer(served: Api) -> None:
    reply = served.get("/health/ready", Authorization="")

    assert (reply.status, reply.json) == (200, {"status": "ready", "checks": {"database": "ok", "broker": "ok"}})


def test_it_is_not_ready_without_its_database_but_alive(
    make_hub: HubMaker, serve: Callable[[Hub], Api], postgres: str
) -> None:
    with psycopg.connect(postgres, autocommit=True) as connection:
        connection.execute("CREATE DATABASE away")
        api = serve(make_hub(worker=False, database_url=postgres.rpartition("/")[0] + "/away"))
        connection.execute("DROP DATABASE away WITH (FORCE)")

    reply = api.get("/health/ready")

    assert reply.status == 503
    assert reply.json["checks"] == {"database": "does not answer", "broker": "ok"}
    assert api.get("/health/live").status == 200


def test_it_is_not_ready_without_its_broker_but_takes_messages(make_hub: HubMaker, serve: Callable[[Hub], Api]) -> None:
    with redis_server() as url:
        api = serve(make_hub(worker=False, broker_url=url))
        assert api.get("/health/ready").status == 200

    reply = api.get("/health/ready")

    assert reply.status == 503
    assert reply.json["checks"] == {"database": "ok", "broker": "does not answer"}
    assert api.create(send_at=...).status == 202


def test_the_front_page_says_where_things_are(small_api: Api) -> None:
    assert small_api.get("/", Authorization="").json["messages"] == "/api/v1/messages"
