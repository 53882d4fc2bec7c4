"""Idempotency-Key: what is repeated under one name is done once, and answered as the first time."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest

from notifyhub import Hub
from notifyhub.clock import now_ms
from notifyhub.hub import core_of
from notifyhub.store import idempotency
from notifyhub.store.idempotency import Named
from tests.api.conftest import LATER, Api, Reply
from tests.conftest import HubMaker
from tests.emulated import RunningEmulator

MESSAGES = "/api/v1/messages"


def send(api: Api, key: str, text: str = "Hello", **members: object) -> Reply:
    document = {"text": text, "recipients": [{"telegram": "1067000"}], "send_at": LATER, "deduplicate": "off"}
    return api.post(MESSAGES, {**document, **members}, Idempotency_Key=key)


def test_the_same_again_is_answered_as_the_first_time(api: Api) -> None:
    first, second = send(api, "order-17"), send(api, "order-17")

    assert (first.status, first.headers["Idempotency-Replayed"]) == (202, None)
    assert (second.status, second.headers["Idempotency-Replayed"]) == (202, "true")
    assert second.body == first.body
    assert second.headers["Location"] == first.headers["Location"]
    assert second.headers["Content-Type"] == first.headers["Content-Type"]
    assert api.stored() == 1


def test_the_answer_is_that_of_a_request_without_a_key(api: Api) -> None:
    named, plain = send(api, "a"), send(api, "")

    assert set(named.json) == set(plain.json)
    assert (
        api.hub.message(named.json["id"]).model_dump(mode="json", exclude={"counts"}, exclude_none=True) == named.json
    )


def test_another_key_is_another_request(api: Api) -> None:
    assert send(api, "a").json["id"] != send(api, "b").json["id"]


def test_the_same_key_for_another_body_is_refused(api: Api) -> None:
    send(api, "a")

    reply = send(api, "a", text="Something else")

    assert (reply.status, reply.faults) == (422, [("Idempotency-Key", "reused")])
    assert api.stored() == 1


def test_the_same_key_for_another_path_is_refused(api: Api) -> None:
    id_ = send(api, "a").json["id"]

    assert api.post(f"{MESSAGES}/{id_}/cancel", b"", Idempotency_Key="a").status == 422
    assert api.hub.message(id_).status == "scheduled"


def test_the_keys_of_one_consumer_are_none_of_anothers(api: Api) -> None:
    first = send(api, "a")
    api.key = str(api.hub.keys.create("another").key)

    assert send(api, "a").json["id"] != first.json["id"]


def test_what_was_refused_may_be_mended_under_the_same_key(api: Api) -> None:
    assert send(api, "a", text="").status == 422

    assert send(api, "a").status == 202


def test_what_was_answered_is_answered_again_though_it_has_become_wrong(api: Api) -> None:
    soon = (datetime.now(UTC) + timedelta(seconds=2)).isoformat()
    first = send(api, "a", send_at=None, expires_at=soon)
    assert first.status == 202
    while send(api, "", send_at=None, expires_at=soon).status != 422:
        pass  # until its end has come

    again = send(api, "a", send_at=None, expires_at=soon)

    assert (again.status, again.body, again.headers["Idempotency-Replayed"]) == (202, first.body, "true")


@pytest.mark.parametrize("key", ["x", "x" * 255, "!~", '"quoted"', "a,b;c=d"])
def test_visible_ascii_is_a_key(small_api: Api, key: str) -> None:
    assert send(small_api, key).status == 202


@pytest.mark.parametrize("key", ["x" * 256, "a b", "é", '""', "a\tb"])
def test_anything_else_is_not(small_api: Api, key: str) -> None:
    reply = send(small_api, key)

    assert (reply.status, reply.faults) == (422, [("Idempotency-Key", "form")])
    assert small_api.stored() == 0


def test_a_key_in_quotes_is_the_same_key(small_api: Api) -> None:
    assert send(small_api, "a").json["id"] == send(small_api, '"a"').json["id"]


def test_many_at_once_are_one(api: Api) -> None:
    with ThreadPoolExecutor(16) as pool:
        replies = list(pool.map(lambda _: send(api, "a"), range(60)))

    assert {reply.status for reply in replies} <= {202, 409}
    assert len({reply.body for reply in replies if reply.status == 202}) == 1
    assert api.stored() == 1


def test_a_message_that_was_repeated_is_sent_once(
    make_hub: HubMaker, serve: Callable[[Hub], Api], emulator: RunningEmulator
) -> None:
    api = serve(make_hub())
    first = send(api, "a", send_at=None)
    send(api, "a", send_at=None)

    api.hub.wait(first.json["id"], timeout_s=20)

    assert len(emulator.entries()) == 1


def test_a_large_one_is_kept_too(api: Api) -> None:
    people = [{"telegram": str(n)} for n in range(1, 3_001)]
    first, second = send(api, "a", recipients=people), send(api, "a", recipients=people)

    assert first.json["deliveries_url"]
    assert second.body == first.body


def test_an_operation_without_a_transaction_of_its_own_is_answered_again_too(api: Api) -> None:
    id_ = send(api, "a").json["id"]

    first = api.post(f"{MESSAGES}/{id_}/cancel", b"", Idempotency_Key="c")
    second = api.post(f"{MESSAGES}/{id_}/cancel", b"", Idempotency_Key="c")

    assert (first.status, first.json["cancelled"]) == (200, 1)
    assert (second.status, second.json["cancelled"], second.headers["Idempotency-Replayed"]) == (200, 1, "true")


def test_an_operation_that_failed_may_be_tried_again(api: Api) -> None:
    nowhere = f"{MESSAGES}/01a1fd9d-2e91-70c5-aee9-108a46972697/cancel"

    assert [api.post(nowhere, b"", Idempotency_Key="c").status for _ in range(2)] == [404, 404]


def test_an_operation_in_progress_is_said_to_be(api: Api) -> None:
    id_ = send(api, "a").json["id"]
    (own,) = api.hub.keys.list()
    path = f"{MESSAGES}/{id_}/cancel"
    api.post(path, b"", Idempotency_Key="c")
    now = now_ms()
    run_out = Named(own.id, "d", fingerprint_of(api, path), now, now + 60_000)
    core_of(api.hub).database.write(idempotency.reserve, run_out).result()

    reply = api.post(path, b"", Idempotency_Key="d")

    assert reply.status == 409
    assert int(reply.headers["Retry-After"]) >= 1
    assert reply.json["type"] == "/problems/request-in-progress"


def fingerprint_of(api: Api, path: str) -> str:
    """As the service makes it, seen in what it keeps."""

    def ask(database: object) -> list[str]:
        from notifyhub.store.models import IdempotencyKey

        rows = IdempotencyKey.select().where(IdempotencyKey.key == "c").dicts().execute(database)
        return [row["fingerprint"] for row in rows]

    (fingerprint,) = core_of(api.hub).ask(ask).result()
    return fingerprint


def test_an_answer_is_kept_as_long_as_the_setting_says(make_hub: HubMaker, serve: Callable[[Hub], Api]) -> None:
    api = serve(make_hub(worker=False, idempotency_kept_s=3_600))
    before = now_ms()
    send(api, "a")

    def until(database: object) -> list[int]:
        from notifyhub.store.models import IdempotencyKey

        return [row["kept_until"] for row in IdempotencyKey.select().dicts().execute(database)]

    (kept_until,) = core_of(api.hub).ask(until).result()
    assert before + 3_600_000 <= kept_until <= now_ms() + 3_600_000


def test_reading_takes_no_notice_of_a_key(small_api: Api) -> None:
    assert small_api.get("/api/v1/keys", Idempotency_Key="a").status == 200
    assert small_api.get("/api/v1/keys?limit=1", Idempotency_Key="a").status == 200
