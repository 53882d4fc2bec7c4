"""/api/v1/templates, and messages made from them."""

from __future__ import annotations

from typing import Any

import pytest

from notifyhub_api.resources.messages import is_checked_at_once
from tests.api.conftest import Api

PATH = "/api/v1/templates"
PEOPLE = [{"telegram": "1067000"}]


def stored(api: Api, **members: Any) -> Any:
    reply = api.post(PATH, {"name": "code", "text": "Hello {{ name }}", **members})
    assert reply.status == 201
    return reply.json


def test_a_template_is_stored_with_a_version_and_read_again(api: Api) -> None:
    first = stored(api)
    second = stored(api, text="Hi {{ name }}")

    assert (first["version"], second["version"]) == (1, 2)
    assert api.get(f"{PATH}/code").json["variants"] == [{"text": "Hi {{ name }}"}]
    assert api.get(f"{PATH}/code?version=1").json["variants"] == [{"text": "Hello {{ name }}"}]


def test_a_preview_answers_with_the_text(api: Api) -> None:
    stored(api)

    reply = api.post(f"{PATH}/code/preview", {"variables": {"name": "Ann"}})

    assert (reply.status, reply.json) == (200, {"text": "Hello Ann", "length": 9, "version": 1})


@pytest.mark.parametrize(
    ("body", "faults"),
    [
        ({}, [("$.variables.name", "missing_variable")]),
        ({"variables": {"name": "Ann", "x": 1}}, [("$.variables.x", "unknown_variable")]),
        ({"variables": {"name": None}}, [("$.variables.name", "missing_variable")]),
        ({"variables": [1]}, [("$.variables", "type")]),
        ({"client_id": 9}, [("$.client_id", "unknown_client")]),
        ({"channel": "pigeon"}, [("$.channel", "unknown_value")]),
    ],
)
def test_what_is_missing_or_unknown_is_named(api: Api, body: Any, faults: list[tuple[str, str]]) -> None:
    stored(api)

    reply = api.post(f"{PATH}/code/preview", body)

    assert (reply.status, reply.faults) == (422, faults)


def test_the_line_and_column_of_a_fault_are_told(api: Api) -> None:
    reply = api.post(PATH, {"name": "code", "text": "Hello\n{{ name"})

    assert (reply.status, reply.faults) == (422, [("$.text", "syntax")])
    assert "line 2, column" in reply.json["errors"][0]["message"]
    assert api.get(PATH).json == {"items": []}


def test_templates_are_listed_page_by_page(api: Api) -> None:
    for name in ("a", "b", "c"):
        stored(api, name=name)

    first = api.get(f"{PATH}?limit=2").json
    rest = api.get(f"{PATH}?limit=2&cursor={first['next']}").json

    assert [one["name"] for one in [*first["items"], *rest["items"]]] == ["a", "b", "c"]
    assert "next" not in rest
    assert [one["name"] for one in api.get(f"{PATH}?after=b").json["items"]] == ["c"]
    assert api.get(f"{PATH}?cursor=nonsense").faults == [("$.cursor", "cursor")]


@pytest.mark.parametrize("path", [f"{PATH}/nothing", f"{PATH}/code?version=7", f"{PATH}/%00", f"{PATH}/a%20b"])
def test_what_is_not_there_is_not_found(api: Api, path: str) -> None:
    stored(api)

    assert api.get(path).status == 404


def test_a_version_must_be_a_number(api: Api) -> None:
    stored(api)

    assert api.get(f"{PATH}/code?version=x").faults == [("$.version", "form")]


def test_variants_are_removed(api: Api) -> None:
    stored(api)
    stored(api, language="ru")

    reply = api.ask("DELETE", f"{PATH}/code?language=ru")

    assert (reply.status, reply.json["version"], len(reply.json["variants"])) == (200, 3, 1)
    assert api.ask("DELETE", f"{PATH}/code?language=ru").status == 404
    assert api.ask("DELETE", f"{PATH}/code?language=&channel=pigeon").faults == [
        ("$.language", "form"),
        ("$.channel", "unknown_value"),
    ]
    assert api.get(f"{PATH}/code/versions").json["items"][0]["removed"] is True


def test_a_message_is_made_from_a_template(api: Api) -> None:
    stored(api)

    reply = api.post("/api/v1/messages", {"template": "code", "variables": {"name": "Ann"}, "recipients": PEOPLE})

    assert reply.status == 202
    kept = {"text": "Hello Ann", "template": "code", "template_version": 1}
    assert reply.json | kept == reply.json
    found = api.get(reply.headers["Location"]).json
    assert found | kept == found
    assert api.get(f"/api/v1/deliveries/{found['deliveries'][0]['id']}").json["text"] == "Hello Ann"


def test_a_repeat_under_the_same_key_is_not_made_anew(api: Api) -> None:
    stored(api)
    body = {"template": "code", "variables": {"name": "Ann"}, "recipients": PEOPLE}

    first = api.post("/api/v1/messages", body, Idempotency_Key="once")
    stored(api, text="Hi {{ name }}")
    again = api.post("/api/v1/messages", body, Idempotency_Key="once")

    assert again.body == first.body
    assert api.stored() == 1


@pytest.mark.parametrize(
    ("body", "faults"),
    [
        ({"template": "nothing"}, [("$.template", "unknown_template")]),
        ({"template": "code"}, [("$.variables.name", "missing_variable")]),
        ({"template": "code", "template_version": 0}, [("$.template_version", "too_small")]),
        ({"template": "co de"}, [("$.template", "form")]),
        ({"template": "code", "text": "Hello"}, [("$.template", "too_many")]),
        ({"text": "Hello", "language": "ru"}, [("$.language", "no_template")]),
    ],
)
def test_a_message_that_has_no_text_is_refused(api: Api, body: Any, faults: list[tuple[str, str]]) -> None:
    stored(api)

    reply = api.post("/api/v1/messages", {"recipients": PEOPLE, **body})

    assert (reply.status, reply.faults) == (422, faults)
    assert api.stored() == 0


def test_a_batch_answers_for_each_message(api: Api) -> None:
    stored(api)
    messages = [{"template": "code", "variables": {"name": "Ann"}, "recipients": PEOPLE}, {"template": "code"}]

    reply = api.post("/api/v1/messages/batch", {"messages": messages})

    assert [one["status"] for one in reply.json["results"]] == [202, 422]
    assert reply.json["results"][0]["message"]["text"] == "Hello Ann"


def test_a_mailing_that_makes_no_text_is_refused_before_anything_is_stored(api: Api) -> None:
    stored(api)
    api.hub.clients.create("79030000001")

    reply = api.post("/api/v1/mailings", {"name": "Sale", "template": "code", "channels": ["gateway"]})

    assert (reply.status, reply.faults) == (422, [("$.variables.name", "missing_variable")])
    assert "line 1, column 10" in reply.json["errors"][0]["message"]
    assert api.get("/api/v1/mailings").json == {"items": []}


def test_only_keys_that_may_send_change_templates(api: Api) -> None:
    reader = f"Bearer {api.hub.keys.create('reader', scopes=['read']).key}"

    assert api.post(PATH, {"name": "code", "text": "Hello"}, Authorization=reader).status == 403
    assert api.get(PATH, Authorization=reader).status == 200


@pytest.mark.parametrize(
    ("body", "at_once"),
    [(b'{"text": "Hello \\u043f"}', True), (b'{"template": "x"}', False), (b'{"\\u0074emplate": "x"}', False)],
)
def test_whatever_may_read_a_template_keeps_off_the_event_loop(body: bytes, at_once: bool) -> None:
    assert is_checked_at_once(body) == at_once
