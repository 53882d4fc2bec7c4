"""Requests a minute for each key: headers, 429, and limits that processes share."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest
import redis

from notifyhub import Hub
from notifyhub.domain.allowance import portion
from tests.api.conftest import Api, Reply
from tests.conftest import HubMaker

PATH = "/api/v1/deliveries/1"
TELLS = ("RateLimit-Limit", "RateLimit-Remaining", "RateLimit-Reset")


def in_one_minute(ask: Callable[[], list[Reply]]) -> list[Reply]:
    """Replies of one minute of the clock: asked again where the next one began meanwhile."""
    while True:
        replies = ask()
        resets = [int(reply.headers["RateLimit-Reset"]) for reply in replies]
        if resets == sorted(resets, reverse=True):
            return replies


def asked(api: Api, count: int, **limit: int) -> list[Reply]:
    """So many requests with a fresh key."""

    def ask() -> list[Reply]:
        key = api.hub.keys.create("limited", **limit).key  # type: ignore[arg-type]
        return [api.get(PATH, Authorization=f"Bearer {key}") for _ in range(count)]

    return in_one_minute(ask)


def test_a_key_may_ask_as_often_as_its_limit_says(small_api: Api) -> None:
    replies = asked(small_api, 5, rate_limit=3)

    assert [reply.status for reply in replies] == [404, 404, 404, 429, 429]
    assert [reply.headers["RateLimit-Remaining"] for reply in replies] == ["2", "1", "0", "0", "0"]
    assert {reply.headers["RateLimit-Limit"] for reply in replies} == {"3"}


def test_who_asks_too_often_is_told_when_to_come_again(small_api: Api) -> None:
    reply = asked(small_api, 2, rate_limit=1)[-1]

    assert reply.status == 429
    assert reply.headers["Content-Type"] == "application/problem+json"
    assert reply.headers["Retry-After"] == reply.headers["RateLimit-Reset"]
    assert 1 <= int(reply.headers["Retry-After"]) <= 60


def test_the_limit_of_one_key_is_none_of_anothers(small_api: Api) -> None:
    asked(small_api, 2, rate_limit=1)

    assert small_api.get(PATH).status == 404


def test_the_setting_is_for_keys_without_a_limit_of_their_own(make_hub: HubMaker, serve: Callable[[Hub], Api]) -> None:
    api = serve(make_hub(worker=False, rate_limit=2))

    assert [reply.status for reply in asked(api, 3)] == [404, 404, 429]
    assert [reply.status for reply in asked(api, 4, rate_limit=3)] == [404, 404, 404, 429]


def test_zero_switches_the_limit_off_but_not_that_of_a_key(make_hub: HubMaker, serve: Callable[[Hub], Api]) -> None:
    api = serve(make_hub(worker=False, rate_limit=0))

    assert not [name for name in TELLS if name in api.get(PATH).headers]
    assert [reply.status for reply in asked(api, 2, rate_limit=1)] == [404, 429]


def test_every_answer_to_a_good_key_tells_where_it_stands(small_api: Api) -> None:
    narrow = small_api.hub.keys.create("narrow", ["send"]).key
    replies = [
        small_api.create(),
        small_api.get(f"{PATH}7"),
        small_api.post("/api/v1/messages", b"{"),
        small_api.post("/api/v1/messages", {}),
        small_api.post("/api/v1/messages", b" " * 100_001),
        small_api.get(PATH, Authorization=f"Bearer {narrow}"),
    ]

    assert [reply.status for reply in replies] == [202, 404, 400, 422, 413, 403]
    assert all(reply.headers[name] for reply in replies for name in TELLS)


def test_who_is_not_let_in_is_told_nothing_of_limits(small_api: Api) -> None:
    assert not [name for name in TELLS if name in small_api.get(PATH, Authorization="").headers]


def test_a_default_limit_is_told(small_api: Api) -> None:
    assert small_api.get(PATH).headers["RateLimit-Limit"] == "1000000"


@pytest.fixture
def pair(make_hub: HubMaker, serve: Callable[[Hub], Api], redis_url: str) -> list[Api]:
    """Two services that share a store and Redis, as two processes would."""
    with redis.Redis.from_url(redis_url) as connection:
        connection.flushdb()
    return [serve(make_hub(worker=False, broker_url=redis_url)) for _ in range(2)]


@pytest.mark.parametrize("limit", [10, 200])
def test_processes_share_the_limit_over_redis(pair: list[Api], limit: int) -> None:
    def ask() -> list[Reply]:
        key = pair[0].hub.keys.create("shared", rate_limit=limit).key
        return [pair[n % 2].get(PATH, Authorization=f"Bearer {key}") for n in range(limit + 20)]

    allowed = [reply.status for reply in in_one_minute(ask)].count(404)

    # What the other process holds when this one has nothing left: at most one and a half portions.
    assert limit - 2 * portion(limit) <= allowed <= limit


@contextmanager
def warnings(caplog: pytest.LogCaptureFixture) -> Iterator[list[logging.LogRecord]]:
    with caplog.at_level(logging.WARNING, "notifyhub_api.limiting"):
        yield caplog.records


def test_without_redis_each_process_keeps_to_the_limit_by_itself_and_says_so_once(
    make_hub: HubMaker, serve: Callable[[Hub], Api], caplog: pytest.LogCaptureFixture
) -> None:
    api = serve(make_hub(worker=False, broker_url="redis://127.0.0.1:9/0"))

    with warnings(caplog) as records:
        assert [reply.status for reply in asked(api, 4, rate_limit=3)] == [404, 404, 404, 429]
        assert [reply.status for reply in asked(api, 2, rate_limit=1)] == [404, 429]

    assert len([record for record in records if record.name == "notifyhub_api.limiting"]) == 1
