"""GET /metrics: who may read it, and what it says when the store is away."""

from __future__ import annotations

import socket
from collections.abc import Callable

import psycopg

from notifyhub import Hub
from notifyhub.hub import core_of
from tests.api.conftest import Api
from tests.conftest import HubMaker
from tests.metrics.scraping import Scrape, of_hub

MESSAGE = {"text": "Hello", "recipients": [{"gateway": "79161234567"}]}


def scraped(api: Api, key: str) -> Scrape:
    reply = api.get("/metrics", Authorization=f"Bearer {key}")
    assert reply.status == 200, reply.body
    assert reply.headers["content-type"] == "text/plain; version=0.0.4; charset=utf-8"
    return Scrape(reply.body.decode())


def watcher(api: Api) -> str:
    return str(api.hub.keys.create("prometheus", ["metrics"]).key)


def test_a_key_for_metrics_reads_them_and_nothing_else(small_api: Api) -> None:
    key = watcher(small_api)

    assert scraped(small_api, key)("notifyhub_store_up") == 1
    assert small_api.get("/api/v1/messages", Authorization=f"Bearer {key}").status == 403


def test_who_has_no_key_for_them_does_not_get_them(small_api: Api) -> None:
    reader = small_api.hub.keys.create("reader", ["read", "send"]).key

    assert small_api.get("/metrics", Authorization="").status == 401
    assert small_api.get("/metrics", Authorization=f"Bearer {reader}").status == 403


def test_requests_are_counted_by_what_the_documentation_calls_them(small_api: Api) -> None:
    key = watcher(small_api)
    before = scraped(small_api, key)
    id_ = small_api.create(text="Of this test").json["id"]

    small_api.get(f"/api/v1/messages/{id_}")
    small_api.get("/api/v1/messages/nonsense")
    small_api.ask("PROPFIND", "/api/v1/messages")
    small_api.get("/nowhere/1067000")
    now = scraped(small_api, key)

    def grown(name: str, **labels: str) -> float:
        return now(name, **labels) - before(name, **labels)

    requests, durations = "notifyhub_http_requests_total", "notifyhub_http_request_duration_seconds_count"
    assert grown(requests, method="POST", path="/api/v1/messages", status="202") == 1
    assert grown(requests, method="GET", path="/api/v1/messages/{id}", status="200") == 1
    assert grown(requests, method="GET", path="/api/v1/messages/{id}", status="404") == 1
    assert grown(requests, method="other", path="/api/v1/messages", status="405") == 1
    assert grown(durations, method="GET", path="/api/v1/messages/{id}") == 2
    assert "1067000" not in now.text
    assert id_ not in now.text


def test_a_message_that_is_posted_twice_with_one_key_is_accepted_once(small_api: Api) -> None:
    key = watcher(small_api)
    before = scraped(small_api, key)

    for _ in range(2):
        assert small_api.post("/api/v1/messages", MESSAGE, Idempotency_Key="once").status == 202
    now = scraped(small_api, key)

    name = "notifyhub_deliveries_accepted_total"
    assert now(name, channel="gateway") - before(name, channel="gateway") == 1


def test_while_the_store_is_away_it_says_so_to_who_asked_before(
    make_hub: HubMaker, serve: Callable[[Hub], Api], postgres: str
) -> None:
    with psycopg.connect(postgres, autocommit=True) as connection:
        connection.execute("CREATE DATABASE unwatched")
        api = serve(make_hub(worker=False, database_url=postgres.rpartition("/")[0] + "/unwatched"))
        key, stranger = watcher(api), str(api.hub.keys.create("other", ["metrics"]).key)
        assert scraped(api, key)("notifyhub_store_up") == 1
        connection.execute("DROP DATABASE unwatched WITH (FORCE)")

    found = scraped(api, key)
    while found("notifyhub_store_up"):
        found = scraped(api, key)  # the last answer is kept for a second

    assert not found.has("notifyhub_queue_age_seconds")
    assert found("notifyhub_broker_up") == 1
    assert found.has("notifyhub_http_requests_total")
    assert api.get("/metrics", Authorization=f"Bearer {stranger}").status == 503


def test_a_store_that_says_nothing_does_not_hold_a_scrape_up(make_hub: HubMaker, database_url: str) -> None:
    hub = make_hub(worker=False, database_url=database_url)
    core, held = core_of(hub), socket.socketpair()

    # All readers of the store wait, as they do for a server that has gone without a word.
    waiting = [core.ask(lambda _: held[0].recv(1)) for _ in range(8)]
    found = of_hub(hub)
    again = of_hub(hub)

    assert found("notifyhub_store_up") == again("notifyhub_store_up") == 0
    assert not found.has("notifyhub_queue_age_seconds")
    for _ in waiting:
        held[1].send(b".")
    while not of_hub(hub)("notifyhub_store_up"):
        pass
