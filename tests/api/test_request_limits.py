"""What a request may look like: depth, slashes, content types."""

from __future__ import annotations

import json
from typing import Any

import pytest

from notifyhub.requests.json_text import DEEPEST
from notifyhub_api.app import OPERATIONS
from tests.api.conftest import LATER, Api

MESSAGES = "/api/v1/messages"
GOOD = {"text": "Hello", "recipients": [{"telegram": "1067000"}], "send_at": LATER}


def nested(levels: int) -> bytes:
    return b"[" * levels + b"]" * levels


def test_json_may_be_nested_so_deep_and_no_deeper(small_api: Api) -> None:
    deepest = small_api.post(MESSAGES, nested(DEEPEST))
    deeper = small_api.post(MESSAGES, nested(DEEPEST + 1))

    assert (deepest.status, deepest.faults) == (422, [("$", "type")])
    assert (deeper.status, deeper.faults) == (400, [("$", "broken_json")])
    assert "128 levels" in deeper.json["errors"][0]["message"]


def test_brackets_in_text_are_not_levels(small_api: Api) -> None:
    text = '[{"\\' * 200

    assert small_api.post(MESSAGES, {**GOOD, "text": text}).json["text"] == text


def test_many_things_side_by_side_are_not_levels(small_api: Api) -> None:
    assert small_api.post(MESSAGES, {**GOOD, "metadata": {"a": [[]] * 1_000}}).status == 202


def test_a_path_has_one_spelling(small_api: Api) -> None:
    for operation in OPERATIONS:
        if operation.path != "/" and not operation.aliases and not operation.path.endswith("/"):
            reply = small_api.ask(operation.method, operation.path.replace("{id}", "1") + "/", b"{}")
            assert (reply.status, operation.id) == (404, operation.id)


@pytest.mark.parametrize("path", ["/docs", "/redoc"])
def test_pages_that_people_type_are_found_without_their_slash(small_api: Api, path: str) -> None:
    reply = small_api.get(path)

    assert (reply.status, reply.headers["Location"]) == (307, f"{path}/")


@pytest.mark.parametrize("kind", ["", "application/json", "application/json; charset=utf-8", "text/plain", "nonsense"])
def test_the_body_is_json_whatever_it_is_called(small_api: Api, kind: str) -> None:
    assert small_api.post(MESSAGES, json.dumps(GOOD).encode(), Content_Type=kind).status == 202


@pytest.mark.parametrize("kind", ["text/html", "application/xml", "*/*", "nonsense"])
def test_the_answer_is_json_whatever_is_wanted(small_api: Api, kind: str) -> None:
    reply = small_api.get(MESSAGES, Accept=kind)

    assert (reply.status, reply.headers["Content-Type"]) == (200, "application/json")


@pytest.mark.parametrize("kind", ["application/json", "application/xml", "*/*", "nonsense"])
def test_the_root_is_json_for_all_but_browsers(small_api: Api, kind: str) -> None:
    reply = small_api.get("/", Accept=kind)

    assert (reply.status, reply.headers["Content-Type"]) == (200, "application/json")


@pytest.mark.parametrize("operation", OPERATIONS, ids=lambda operation: operation.id)
def test_a_method_that_a_path_has_not_is_a_405_that_the_document_tells_of(
    small_api: Api, document: dict[str, Any], operation: object
) -> None:
    path = operation.path  # type: ignore[attr-defined]
    told = document["paths"][path]

    reply = small_api.ask("TRACE", path.replace("{id}", "1"))

    assert reply.status == 405
    assert {method.upper() for method in told} <= set(reply.headers["Allow"].split(", "))
    assert all("405" in method["responses"] for method in told.values())
