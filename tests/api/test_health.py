"""GET /health/live and /health/ready."""

from __future__ import annotations

from collections.abc import Callable
from time import monotonic, sleep

import psycopg
import pytest

from notifyhub import Hub
from notifyhub_api.app import make_app
from notifyhub_api.resources.health import ALL_OK
from tests.api.conftest import Api
from tests.conftest import HubMaker
from tests.emulated import RunningEmulator
from tests.engines import redis_server
from tests.processes import PATIENCE_S
from tests.serving import running


def until(is_so: Callable[[], bool]) -> None:
    """Wait until this is true."""
    ends = monotonic() + PATIENCE_S
    while not is_so():
        assert monotonic() < ends
        sleep(0.02)


@pytest.fixture
def served(make_hub: HubMaker, serve: Callable[[Hub], Api], database_url: str, broker_url: str) -> Api:
    return serve(make_hub(worker=False, database_url=database_url, broker_url=broker_url))


def test_a_process_that_answers_is_alive(small_api: Api) -> None:
    reply = small_api.get("/health/live", Authorization="")

    assert (reply.status, reply.json) == (200, {"status": "ok"})


def test_it_is_ready_when_all_that_sends_messages_is_there(
    make_hub: HubMaker, serve: Callable[[Hub], Api], database_url: str, broker_url: str
) -> None:
    api = serve(make_hub(database_url=database_url, broker_url=broker_url))

    reply = api.get("/health/ready", Authorization="")

    assert (reply.status, reply.json) == (200, {"status": "ready", "checks": ALL_OK})


def test_without_any_worker_it_is_degraded(served: Api) -> None:
    reply = served.get("/health/ready", Authorization="")

    assert (reply.status, reply.json["status"]) == (200, "degraded")
    missing = {"workers": "no worker has been seen", "scheduler": "no scheduler has been seen"}
    assert reply.json["checks"] == {**ALL_OK, **missing}


def test_a_worker_elsewhere_is_enough(make_hub: HubMaker, serve: Callable[[Hub], Api], database_url: str) -> None:
    api = serve(make_hub(worker=False, database_url=database_url))
    make_hub(database_url=database_url)

    until(lambda: api.get("/health/ready").json["status"] == "ready")


def test_a_worker_that_was_seen_long_ago_is_missing(served: Api) -> None:
    served.in_the_store("INSERT INTO heartbeats (role, beat_at) VALUES ('worker', 1), ('scheduler', 1)")

    checks = served.get("/health/ready").json["checks"]

    assert checks["workers"].startswith("no worker has been seen for ")


def test_with_a_channel_that_rests_it_is_degraded(
    make_hub: HubMaker, serve: Callable[[Hub], Api], emulator: RunningEmulator
) -> None:
    api = serve(make_hub(telegram={"max_attempts": 1, "rest_s": 60}))
    emulator.faults(failure_rate=1, failure="401")
    api.create(send_at=...)

    until(lambda: api.get("/health/ready").json["checks"]["channels"] == "an account rests: telegram")

    assert api.get("/health/ready").json["status"] == "degraded"


def test_with_a_schema_that_is_too_old_it_is_not_ready(served: Api) -> None:
    served.in_the_store("DELETE FROM schema_migration WHERE name = '0016_audit'")

    reply = served.get("/health/ready")

    assert (reply.status, reply.json["checks"]["schema"]) == (503, "migrations are pending: 0016_audit")


def test_with_a_newer_schema_it_is_degraded(served: Api) -> None:
    served.in_the_store("INSERT INTO schema_migration (name, applied) VALUES ('9999_later', '2026-11-29 00:00:00')")

    reply = served.get("/health/ready")

    assert (reply.status, reply.json["status"]) == (200, "degraded")
    assert reply.json["checks"]["schema"] == "is newer than this version, which does not know 9999_later"


def test_a_process_that_stops_is_not_ready_but_alive(make_hub: HubMaker) -> None:
    hub = make_hub(worker=False)
    app = make_app(hub)
    with running(app) as port:
        api = Api(hub, port)
        app.state.ending.begin()

        reply = api.get("/health/ready")

        assert (reply.status, reply.json["checks"]["process"]) == (503, "is stopping")
        assert api.get("/health/live").status == 200


def test_it_is_not_ready_without_its_database_but_alive(
    make_hub: HubMaker, serve: Callable[[Hub], Api], postgres: str
) -> None:
    with psycopg.connect(postgres, autocommit=True) as connection:
        connection.execute("CREATE DATABASE away")
        api = serve(make_hub(worker=False, database_url=postgres.rpartition("/")[0] + "/away"))
        connection.execute("DROP DATABASE away WITH (FORCE)")

    reply = api.get("/health/ready")

    assert reply.status == 503
    assert reply.json == {"status": "not ready", "checks": {"database": "does not answer", "broker": "ok"}}
    assert api.get("/health/live").status == 200


def test_without_its_broker_it_is_degraded_and_takes_messages(make_hub: HubMaker, serve: Callable[[Hub], Api]) -> None:
    with redis_server() as url:
        api = serve(make_hub(worker=False, broker_url=url))
        assert api.get("/health/ready").json["checks"]["broker"] == "ok"

    reply = api.get("/health/ready")

    assert (reply.status, reply.json["status"]) == (200, "degraded")
    assert reply.json["checks"]["broker"] == "does not answer"
    assert api.create(send_at=...).status == 202


def test_the_front_page_says_where_things_are(small_api: Api) -> None:
    assert small_api.get("/", Authorization="").json["messages"] == "/api/v1/messages"
