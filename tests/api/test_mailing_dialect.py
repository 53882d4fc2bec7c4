"""Clients and mailings in the tasks' own shapes: section C.2 of the task, one operation after the other."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from notifyhub import Hub
from tests.api.conftest import LATER, Api, Reply
from tests.conftest import HubMaker
from tests.emulated import RunningEmulator

CLIENT: dict[str, Any] = {
    "phone_number": "79201234567",
    "phone_number_code": "920",
    "tag": "vip",
    "timezone": "Europe/Moscow",
}
MAILING: dict[str, Any] = {
    "date_time_start": "2019-12-30T16:09:00+03:00",
    "text": "Hello",
    "date_time_finish": LATER,
    "client_filter": {"operator_code": "920", "tag": "vip"},
}


@pytest.fixture
def delivering(make_hub: HubMaker, serve: Callable[[Hub], Api], database_url: str) -> Api:
    """The service on each store; it delivers to the emulator."""
    return serve(make_hub(database_url=database_url))


def ask(api: Api, method: str, path: str, document: object = None) -> Reply:
    return api.ask(method, path, None if document is None else json.dumps(document).encode())


def add_client(api: Api, **members: object) -> dict[str, Any]:
    reply = api.post("/api/clients/", {**CLIENT, **members})
    assert reply.status == 201, reply.body
    client: dict[str, Any] = reply.json
    return client


def add_mailing(api: Api, **members: object) -> dict[str, Any]:
    reply = api.post("/api/mailings/", {**MAILING, **members})
    assert reply.status == 201, reply.body
    mailing: dict[str, Any] = reply.json
    return mailing


def ended(api: Api, id_: int) -> dict[str, Any]:
    """The mailing, once it has ended."""
    while (mailing := api.get(f"/api/mailings/{id_}/").json)["status"] == "running":
        pass
    assert isinstance(mailing, dict)
    return mailing


def test_without_a_body_the_answer_is_an_index(api: Api) -> None:
    reply = api.get("/api/")

    links = {"clients": "/api/clients/", "messages": "/api/messages/", "mailings": "/api/mailings/"}
    assert (reply.status, reply.json) == (200, links)
    assert [api.get(path).status for path in links.values()] == [200, 200, 200]


def test_a_client_is_added_read_changed_and_deleted(api: Api) -> None:
    client = add_client(api)
    place = f"/api/clients/{client['id']}/"

    assert client == {"id": client["id"], **CLIENT}
    assert ask(api, "GET", place).json == client
    assert ask(api, "GET", "/api/clients/").json == [client]
    assert ask(api, "PATCH", place, {"tag": "new"}).json == {**client, "tag": "new"}
    moved = {"phone_number": "79991234567", "phone_number_code": "999", "timezone": "Asia/Omsk"}
    assert ask(api, "PUT", place, moved).json == {"id": client["id"], **moved}
    gone = ask(api, "DELETE", place)
    assert (gone.status, gone.body) == (204, b"")
    assert ask(api, "GET", place).status == 404


def test_a_client_is_the_same_in_both_shapes(api: Api) -> None:
    client = add_client(api, tag="")

    ours = api.get(f"/api/v1/clients/{client['id']}").json
    assert (ours["phone"], ours["operator_code"], ours["tags"]) == ("79201234567", "920", [])
    ask(api, "PATCH", f"/api/v1/clients/{client['id']}", {"tags": ["b", "a"], "attributes": {"city": "Tver"}})
    ask(api, "PUT", f"/api/clients/{client['id']}/", {**CLIENT, "tag": "c"})
    ours = api.get(f"/api/v1/clients/{client['id']}").json
    assert (ours["tags"], ours["attributes"]) == (["c"], {"city": "Tver"})


def test_what_put_leaves_out_gets_its_default(api: Api) -> None:
    client = add_client(api, phone_number_code="123", timezone="Asia/Omsk")

    replaced = ask(api, "PUT", f"/api/clients/{client['id']}/", {"phone_number": "79201234567"}).json

    assert replaced == {
        "id": client["id"],
        "phone_number": "79201234567",
        "phone_number_code": "920",
        "timezone": "Europe/Moscow",
    }


def test_a_mailing_goes_to_the_phones_of_its_filter_and_is_counted(delivering: Api, emulator: RunningEmulator) -> None:
    chosen = add_client(delivering)
    add_client(delivering, phone_number="79201234568", tag="other")
    add_client(delivering, phone_number="79031234567", phone_number_code="")

    mailing = add_mailing(delivering)

    emulator.wait_for(1)
    done = ended(delivering, mailing["id"])
    assert emulator.accepted() == {("gateway", "79201234567", "Hello"): 1}
    assert (done["status"], done["messages"]["sent"], sum(done["messages"].values())) == ("finished", 1, 1)
    counts = {(row["mailing"], row["message_status"]): row["count"] for row in delivering.get("/api/mailings/").json}
    assert counts == {(mailing["id"], status): count for status, count in done["messages"].items()}
    (message,) = delivering.get(f"/api/messages/?mailing_id={mailing['id']}").json
    assert message.items() >= {"message_status": "sent", "mailing": mailing["id"], "client": chosen["id"]}.items()
    assert {"id", "date_time"} < message.keys()


@pytest.mark.parametrize(
    ("filter_", "reached"),
    [
        ({"phone_number_code": ["920", 903]}, {"79201234567", "79201234568", "79031234567"}),
        ({"phone_number_code": 903}, {"79031234567"}),
        ({"tag": "b"}, {"79201234568"}),
        ({"tag": "b", "operator_code": "903"}, set()),
        ({"timezone": "Asia/Omsk"}, {"79031234567"}),
        ({"tag": "", "operator_code": ""}, {"79201234567", "79201234568", "79031234567"}),
        ("920", {"79201234567", "79201234568"}),
        (920, {"79201234567", "79201234568"}),
        ("b", {"79201234568"}),
        ("", {"79201234567", "79201234568", "79031234567"}),
        (None, {"79201234567", "79201234568", "79031234567"}),
    ],
)
def test_a_filter_may_be_written_in_several_ways(api: Api, filter_: object, reached: set[str]) -> None:
    add_client(api, tag="a")
    add_client(api, phone_number="79201234568", tag="b")
    add_client(api, phone_number="79031234567", phone_number_code="", tag="a", timezone="Asia/Omsk")

    mailing = add_mailing(api, client_filter=filter_, date_time_start=LATER, date_time_finish=None)

    audience = api.get(f"/api/v1/mailings/{mailing['id']}").json["audience"]
    preview = api.post("/api/v1/mailings/preview", {"text": "a", "channels": ["gateway"], "audience": audience}).json
    assert preview["matched"] == len(reached)
    assert ask(api, "PUT", f"/api/mailings/{mailing['id']}/", _given(mailing)).json == mailing


def _given(mailing: dict[str, Any]) -> dict[str, Any]:
    """What of an answer may be given back."""
    return {name: mailing[name] for name in MAILING if name in mailing}


def test_a_mailing_is_changed_and_deleted_before_it_starts(api: Api) -> None:
    mailing = add_mailing(api, date_time_start=LATER, date_time_finish="2126-12-02T10:00:00+03:00")
    place = f"/api/mailings/{mailing['id']}/"

    changed = ask(api, "PATCH", place, {"text": "Other", "client_filter": {"tag": ["a", "b"]}}).json
    replaced = ask(api, "PUT", place, {"text": "Third"}).json

    assert changed == {**mailing, "text": "Other", "client_filter": {"tag": ["a", "b"]}}
    assert (replaced["text"], replaced["client_filter"], replaced["date_time_start"]) == (
        "Third",
        {},
        "2126-12-01T07:00:00Z",
    )
    assert "date_time_finish" not in replaced
    assert ask(api, "DELETE", place).status == 204
    assert (ask(api, "GET", place).status, ask(api, "DELETE", place).status) == (404, 404)


def test_of_a_running_mailing_only_the_end_may_differ(api: Api) -> None:
    add_client(api)
    mailing = add_mailing(api)  # nothing is delivered here, so it keeps running
    place = f"/api/mailings/{mailing['id']}/"

    moved = ask(api, "PUT", place, {**MAILING, "date_time_finish": "2126-12-03T10:00:00Z"})

    assert (moved.status, moved.json["date_time_finish"]) == (200, "2126-12-03T10:00:00Z")
    assert ask(api, "PUT", place, {**MAILING, "text": "Other"}).status == 409
    assert ask(api, "PATCH", place, {"client_filter": "a"}).status == 409


WRONG_CLIENTS: list[tuple[dict[str, Any], list[tuple[str, str]]]] = [
    ({"phone_number": "123"}, [("$.phone_number", "form")]),
    ({"phone_number": "+4915112345678"}, [("$.phone_number", "form")]),
    ({"phone_number": True}, [("$.phone_number", "type")]),
    ({"timezone": "Mars/Olympus"}, [("$.timezone", "form")]),
    ({"phone_number_code": "abc"}, [("$.phone_number_code", "form")]),
    ({"tag": 5}, [("$.tag", "type")]),
    ({"tags": ["a"]}, [("$.tags", "unknown_field")]),
    ({"phone": "79201234567", "timezone": "x"}, [("$.phone", "unknown_field"), ("$.timezone", "form")]),
]


@pytest.mark.parametrize(("members", "faults"), WRONG_CLIENTS)
@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH"])
def test_what_is_wrong_with_a_client_names_the_field(
    small_api: Api, method: str, members: dict[str, Any], faults: list[tuple[str, str]]
) -> None:
    client = add_client(small_api, phone_number="79200000000")
    place = "/api/clients/" if method == "POST" else f"/api/clients/{client['id']}/"

    reply = ask(small_api, method, place, {**CLIENT, **members})

    assert reply.status == 422
    assert sorted(reply.faults) == sorted(faults)


@pytest.mark.parametrize("method", ["POST", "PUT"])
def test_an_empty_text_for_what_is_required_is_missing(small_api: Api, method: str) -> None:
    id_ = add_client(small_api, phone_number="79200000000")["id"]

    reply = ask(
        small_api, method, "/api/clients/" if method == "POST" else f"/api/clients/{id_}/", {"phone_number": ""}
    )

    assert (reply.status, reply.faults) == (422, [("$.phone_number", "missing")])


def test_a_phone_that_is_taken_is_a_conflict(small_api: Api) -> None:
    add_client(small_api)

    assert small_api.post("/api/clients/", CLIENT).status == 409


WRONG_MAILINGS: list[tuple[dict[str, Any], list[tuple[str, str]]]] = [
    ({"text": ""}, [("$.text", "missing")]),
    ({"text": "x" * 65_537}, [("$.text", "too_long")]),
    ({"text": 5}, [("$.text", "type")]),
    ({"date_time_start": "tomorrow"}, [("$.date_time_start", "form")]),
    ({"date_time_start": "2126-12-01T10:00:00"}, [("$.date_time_start", "naive")]),
    ({"date_time_finish": "2019-12-30T16:09:00+03:00"}, [("$.date_time_finish", "past")]),
    ({"date_time_start": LATER, "date_time_finish": LATER}, [("$.date_time_finish", "too_early")]),
    ({"client_filter": {"city": "Tver"}}, [("$.client_filter.city", "unknown_field")]),
    ({"client_filter": {"not": {"tag": "a"}}}, [("$.client_filter.not", "unknown_field")]),
    ({"client_filter": {"timezone": "Mars"}}, [("$.client_filter.timezone", "form")]),
    ({"client_filter": {"operator_code": []}}, [("$.client_filter.operator_code", "empty")]),
    ({"client_filter": {"phone_number_code": []}}, [("$.client_filter.phone_number_code", "empty")]),
    (
        {"client_filter": {"phone_number_code": "1", "operator_code": "1"}},
        [("$.client_filter.phone_number_code", "repeated")],
    ),
    ({"client_filter": "x" * 256}, [("$.client_filter", "too_long")]),
    ({"client_filter": []}, [("$.client_filter", "type")]),
    ({"client_filter": -1}, [("$.client_filter", "too_small")]),
    ({"client_filter": True}, [("$.client_filter", "type")]),
    ({"channels": ["viber"]}, [("$.channels", "unknown_field")]),
    ({"starts_at": LATER, "text": ""}, [("$.starts_at", "unknown_field"), ("$.text", "missing")]),
]


@pytest.mark.parametrize(("members", "faults"), WRONG_MAILINGS)
@pytest.mark.parametrize("method", ["POST", "PUT"])
def test_what_is_wrong_with_a_mailing_names_the_field(
    small_api: Api, method: str, members: dict[str, Any], faults: list[tuple[str, str]]
) -> None:
    mailing = add_mailing(small_api, date_time_start=LATER, date_time_finish="")
    place = "/api/mailings/" if method == "POST" else f"/api/mailings/{mailing['id']}/"

    reply = ask(small_api, method, place, {**MAILING, **members})

    assert reply.status == 422
    assert sorted(reply.faults) == sorted(faults)


def test_words_of_a_fault_are_those_of_the_format(small_api: Api) -> None:
    reply = small_api.post("/api/mailings/", {**MAILING, "date_time_start": LATER, "date_time_finish": LATER})

    assert "date_time_start" in reply.json["errors"][0]["message"]


@pytest.mark.parametrize("method", ["PUT", "PATCH"])
def test_there_must_be_a_mailing_or_client_to_change(small_api: Api, method: str) -> None:
    assert ask(small_api, method, "/api/mailings/99/", MAILING).status == 404
    assert ask(small_api, method, "/api/clients/99/", CLIENT).status == 404


def test_the_slash_at_the_end_is_optional(small_api: Api) -> None:
    assert small_api.post("/api/clients", CLIENT).status == 201
    assert small_api.post("/api/mailings", MAILING).status == 201
    assert [small_api.get(path).status for path in ("/api/clients/1", "/api/mailings/1", "/api/messages")] == [200] * 3


def test_lists_come_in_pages(small_api: Api) -> None:
    ids = [add_client(small_api, phone_number=f"7920123456{digit}")["id"] for digit in range(3)]

    first = small_api.get("/api/clients/?limit=2")
    path = first.headers["Link"].partition(">")[0].removeprefix("<")

    assert [client["id"] for client in first.json + small_api.get(path).json] == ids[::-1]


def test_reading_and_sending_need_their_scopes(small_api: Api) -> None:
    small_api.key = str(small_api.hub.keys.create("reader", scopes=["read"]).key)

    assert small_api.get("/api/clients/").status == 200
    assert small_api.post("/api/clients/", CLIENT).status == 403
    assert small_api.post("/api/mailings/", MAILING).status == 403
