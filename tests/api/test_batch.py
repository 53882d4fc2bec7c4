"""POST /api/v1/messages/batch: each message for itself."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from tests.api.conftest import LATER, Api, Reply


def message(text: str = "Hello", **members: object) -> dict[str, Any]:
    return {"text": text, "recipients": [{"telegram": "1067000"}], "send_at": LATER, **members}


def batch(api: Api, *messages: object) -> Reply:
    return api.post("/api/v1/messages/batch", {"messages": list(messages)})


def test_all_accepted_is_202_and_each_message_is_answered_in_its_place(api: Api) -> None:
    reply = batch(api, *(message(f"Hello {i}") for i in range(5)))

    assert reply.status == 202
    assert [one["message"]["text"] for one in reply.json["results"]] == [f"Hello {i}" for i in range(5)]
    for one in reply.json["results"]:
        assert api.get(f"/api/v1/messages/{one['message']['id']}").json["text"] == one["message"]["text"]


def test_a_wrong_message_undoes_no_other(api: Api) -> None:
    reply = batch(api, message("one"), message(""), "nonsense", message("two", sent_at=LATER))

    assert reply.status == 200
    assert [one["status"] for one in reply.json["results"]] == [202, 422, 422, 422]
    paths = [[error["path"] for error in one.get("errors", [])] for one in reply.json["results"]]
    assert paths == [[], ["$.messages[1].text"], ["$.messages[2]"], ["$.messages[3].sent_at"]]
    assert api.stored() == 1


def test_a_batch_with_a_key_is_stored_once_together_with_its_answer(api: Api) -> None:
    asked = {"messages": [message(f"Hello {i}", deduplicate="off") for i in range(3)] + [message("")]}

    def post(_: int) -> Reply:
        return api.post("/api/v1/messages/batch", asked, Idempotency_Key="a")

    with ThreadPoolExecutor(16) as pool:
        replies = list(pool.map(post, range(40)))
    last = post(0)

    assert {reply.status for reply in replies} <= {200, 409}
    assert {reply.body for reply in replies if reply.status == 200} == {last.body}
    assert (last.status, last.headers["Idempotency-Replayed"], api.stored()) == (200, "true", 3)


def test_a_batch_that_is_none_keeps_no_key(api: Api) -> None:
    refused = api.post("/api/v1/messages/batch", {"messages": []}, Idempotency_Key="a")
    taken = api.post("/api/v1/messages/batch", {"messages": [message()]}, Idempotency_Key="a")

    assert (refused.status, taken.status) == (422, 202)


def test_a_repeat_inside_a_batch_is_a_duplicate(api: Api) -> None:
    results = batch(api, message(), message()).json["results"]

    assert [one["message"]["duplicates"] for one in results] == [0, 1]
    first = results[0]["message"]["deliveries"][0]["id"]
    assert results[1]["message"]["deliveries"][0]["duplicate_of"] == first


def test_a_name_that_stands_twice_is_the_fault_of_its_own_message(api: Api) -> None:
    good = b'{"text": "a", "recipients": [{"telegram": "1"}], "send_at": "2126-12-01T10:00Z"}'
    twice = b'{"text": "a", "text": "b", "recipients": [{"telegram": "1"}]}'

    results = api.post("/api/v1/messages/batch", b'{"messages": [' + good + b"," + twice + b"]}").json["results"]

    assert [one["status"] for one in results] == [202, 422]
    assert results[1]["errors"][0]["path"] == "$.messages[1].text"


@pytest.mark.parametrize(
    ("body", "faults"),
    [
        ({}, [("$.messages", "missing")]),
        ({"messages": []}, [("$.messages", "empty")]),
        ({"messages": "all"}, [("$.messages", "type")]),
        ({"messages": [1] * 1_001}, [("$.messages", "too_many")]),
        ({"messages": [message(recipients=[{"telegram": "1"}] * 3)] * 2}, [("$.messages", "too_many")]),
        ({"messages": [message()], "text": "x"}, [("$.text", "unknown_field")]),
        ([], [("$", "type")]),
    ],
)
def test_what_is_no_batch_is_refused_as_a_whole(small_api: Api, body: object, faults: list[tuple[str, str]]) -> None:
    reply = small_api.post("/api/v1/messages/batch", body)

    assert (reply.status, reply.faults) == (422, faults)
    assert small_api.stored() == 0


def test_a_thousand_fit_into_one(make_hub: Any, serve: Any, database_url: str) -> None:
    api = serve(make_hub(worker=False, database_url=database_url))

    reply = batch(api, *(message(f"Hello {i}") for i in range(1_000)))

    assert (reply.status, len(reply.json["results"])) == (202, 1_000)
    assert api.stored() == 1_000
