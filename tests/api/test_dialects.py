"""The tasks' own requests, word for word."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode

import pytest

from notifyhub import Hub
from tests.api.conftest import LATER, Api, Reply
from tests.conftest import HubMaker
from tests.emulated import RunningEmulator

SENDMSG: dict[str, Any] = {
    "sender": {"id": "5", "name": "Shop"},
    "messengers_list": ["Whatsapp", "Viber", "Telegramm"],
    "users_list": [1067000, "1067001"],
    "deffered_time": "",
    "message": "Hello",
}
PAST = "2019-12-30T16:09:00+03:00"
NOBODY = "01a1fdc9524d76a2a653642f75c95f00"


@pytest.fixture
def delivering(make_hub: HubMaker, serve: Callable[[Hub], Api], database_url: str) -> Api:
    """The service on each store; it delivers to the emulator."""
    return serve(make_hub(database_url=database_url))


def item(user: object = 1067000, text: object = "message_1", at: object = PAST) -> dict[str, Any]:
    return {"user_id": user, "message": text, "date_time": at}


def ask(api: Api, method: str, document: object, path: str = "/api/") -> Reply:
    return api.ask(method, path, json.dumps(document).encode())


def sendmsg(api: Api, **members: object) -> Reply:
    """The request that would be good, but for the members given; `...` leaves one out."""
    document = {**SENDMSG, **members}
    return api.post("/api/sendmsg", {name: value for name, value in document.items() if value is not ...})


def words(reply: Reply) -> list[str]:
    assert reply.status == 200, reply.body
    return list(reply.json.values())


def test_sendmsg_reaches_every_user_on_every_messenger(delivering: Api, emulator: RunningEmulator) -> None:
    reply = sendmsg(delivering)

    assert reply.status == 202
    assert (reply.json["accepted"], reply.json["metadata"]) == (6, {"sender": SENDMSG["sender"]})
    assert reply.headers["Location"] == f"/api/v1/messages/{reply.json['id']}"
    emulator.wait_for(6)
    assert emulator.accepted() == {
        (channel, user, "Hello"): 1 for channel in ("whatsapp", "viber", "telegram") for user in ("1067000", "1067001")
    }


def test_sendmsg_waits_for_its_time(api: Api) -> None:
    deliveries = sendmsg(api, deffered_time=LATER).json["deliveries"]

    assert {delivery["due_at"] for delivery in deliveries} == {"2126-12-01T07:00:00Z"}
    assert sendmsg(api, deffered_time="", deferred_time=LATER, message="b").json["send_at"] == "2126-12-01T07:00:00Z"


@pytest.mark.parametrize("path", ["/api/sendmsg", "/api/sendmsg/"])
def test_sendmsg_with_nothing_optional_and_messengers_in_any_case(api: Api, path: str) -> None:
    asked = {"messengers_list": ["TELEGRAM", "whatsApp", "telegramm"], "users_list": ["79161234567"], "message": "a"}

    reply = api.post(path, asked)

    assert reply.status == 202
    assert {(d["channel"], d["address"]) for d in reply.json["deliveries"]} == {
        ("telegram", "79161234567"),
        ("whatsapp", "79161234567"),
    }


def test_empty_texts_mean_not_given(api: Api) -> None:
    reply = sendmsg(api, sender={"id": "", "name": ""}, users_list=["", "1"], messengers_list=["", "Viber"])

    assert (reply.status, reply.json["metadata"]) == (202, {})
    assert [delivery["address"] for delivery in reply.json["deliveries"]] == ["1"]
    assert sendmsg(api, sender="", message="b").status == 202


WRONG: list[tuple[dict[str, Any], list[tuple[str, str]]]] = [
    ({"message": ...}, [("$.message", "missing")]),
    ({"message": ""}, [("$.message", "missing")]),
    ({"message": "  "}, [("$.message", "empty")]),
    ({"message": 5}, [("$.message", "type")]),
    ({"message": "x" * 4097, "messengers_list": ["Telegram"]}, [("$.message", "too_long")]),
    ({"message": "a\x00"}, [("$.message", "encoding")]),
    ({"message": "\ud800"}, [("$.message", "encoding")]),
    ({"messengers_list": ...}, [("$.messengers_list", "missing")]),
    ({"messengers_list": ""}, [("$.messengers_list", "missing")]),
    ({"messengers_list": [""]}, [("$.messengers_list", "empty")]),
    ({"messengers_list": []}, [("$.messengers_list", "empty")]),
    ({"messengers_list": "Viber"}, [("$.messengers_list", "type")]),
    ({"messengers_list": ["Viber", "ICQ"]}, [("$.messengers_list[1]", "unknown_value")]),
    ({"messengers_list": [5]}, [("$.messengers_list[0]", "type")]),
    ({"users_list": ...}, [("$.users_list", "missing")]),
    ({"users_list": []}, [("$.users_list", "empty")]),
    ({"users_list": 1067000}, [("$.users_list", "type")]),
    ({"users_list": [True]}, [("$.users_list[0]", "type")]),
    ({"users_list": [1.5]}, [("$.users_list[0]", "type")]),
    ({"users_list": [1, 0], "messengers_list": ["Viber"]}, [("$.users_list[1]", "form")]),
    ({"users_list": [10**400], "messengers_list": ["Viber"]}, [("$.users_list[0]", "form")]),
    ({"users_list": [1, 2, 3, 4, 5, 6]}, [("$.users_list", "too_many")]),
    ({"deffered_time": "2126-12-01T10:00:00"}, [("$.deffered_time", "naive")]),
    ({"deffered_time": "tomorrow"}, [("$.deffered_time", "form")]),
    ({"deferred_time": "2126-12-01T10:00:00"}, [("$.deferred_time", "naive")]),
    ({"deffered_time": LATER, "deferred_time": LATER}, [("$.deferred_time", "repeated")]),
    ({"sender": "Shop"}, [("$.sender", "type")]),
    ({"sender": {"id": [1]}}, [("$.sender.id", "type")]),
    ({"sender": {"id": 2**64}}, [("$.sender.id", "too_large")]),
    ({"sender": {"phone": "1"}}, [("$.sender.phone", "unknown_field")]),
    ({"text": "Hello"}, [("$.text", "unknown_field")]),
]


@pytest.mark.parametrize(("members", "faults"), WRONG, ids=[repr(members)[:60] for members, _ in WRONG])
def test_a_wrong_parameter_is_named_and_nothing_is_stored(
    small_api: Api, members: dict[str, Any], faults: list[tuple[str, str]]
) -> None:
    reply = sendmsg(small_api, **members)

    assert (reply.status, sorted(set(reply.faults))) == (422, sorted(set(faults)))
    assert small_api.stored() == 0


def test_everything_wrong_is_named_at_once(small_api: Api) -> None:
    reply = sendmsg(small_api, messengers_list=["Viber", "ICQ"], users_list=[0, "+7"], message="", deffered_time="x")

    assert sorted(path for path, _ in reply.faults) == sorted(
        ["$.messengers_list[1]", "$.users_list[0]", "$.users_list[1]", "$.message", "$.deffered_time"]
    )


@pytest.mark.parametrize("path", ["/api/", "/api"])
def test_items_are_queued_each_with_an_id_of_its_own_in_order(
    delivering: Api, emulator: RunningEmulator, path: str
) -> None:
    asked = {
        "Telegram": [item(), item(text="message_2")],
        "WhatsApp": [item()],
        "viber": [{"sender_id": 5, "recipient_id": "1067000", "message": "message_1"}],
    }

    reply = ask(delivering, "POST", asked, path)

    assert words(reply) == ["SUCCESS"] * 4
    assert all(re.fullmatch("[0-9a-f]{32}", id_) for id_ in reply.json)
    messages = [delivering.hub.message(id_) for id_ in reply.json]
    assert [(m.deliveries[0].channel, m.text) for m in messages if m.deliveries] == [
        ("telegram", "message_1"),
        ("telegram", "message_2"),
        ("whatsapp", "message_1"),
        ("viber", "message_1"),
    ]
    assert messages[3].metadata == {"sender": {"id": 5}}
    emulator.wait_for(4)
    assert emulator.accepted().total() == 4


def test_what_already_went_to_this_user_is_pending(api: Api) -> None:
    assert words(ask(api, "POST", {"Telegram": [item(), item()]})) == ["SUCCESS", "PENDING"]
    assert words(ask(api, "POST", {"Telegram": [item(user="1067000")], "Viber": [item()]})) == ["PENDING", "SUCCESS"]


WRONG_ITEMS: list[Any] = [
    5,
    None,
    {},
    item(user=...),
    item(user=""),
    item(user=0),
    item(user=True),
    item(user=[1]),
    item(user="@x"),
    item(text=""),
    item(text=" "),
    item(text=5),
    item(text="x" * 4097),
    item(text="\ud800"),
    item(at="2019-12-30T16:09:00"),
    item(at="yesterday"),
    {**item(), "recipient_id": 2},
    {**item(), "sender_id": "x" * 256},
    {**item(), "phone": 2},
]


def test_an_item_that_is_wrong_is_failed_and_undoes_no_other(api: Api) -> None:
    wrong = [
        {name: value for name, value in given.items() if value is not ...} if isinstance(given, dict) else given
        for given in WRONG_ITEMS
    ]

    reply = ask(api, "POST", {"Telegram": [item(), *wrong, item(text="message_2")]})

    assert words(reply) == ["SUCCESS", *["FAILED"] * len(wrong), "SUCCESS"]
    assert api.stored() == 2


WRONG_BODIES: list[tuple[Any, list[tuple[str, str]]]] = [
    ([], [("$", "type")]),
    ({}, [("$", "empty")]),
    ({"Telegram": []}, [("$", "empty")]),
    ({"ICQ": [item()]}, [("$.ICQ", "unknown_field")]),
    ({"Telegram": item()}, [("$.Telegram", "type")]),
    ({"Telegram": [item()], "Viber": "x", "a b": []}, [("$.Viber", "type"), ("$['a b']", "unknown_field")]),
    ({"Telegram": [item()] * 3, "Viber": [item()] * 3}, [("$", "too_many")]),
]


@pytest.mark.parametrize(("body", "faults"), WRONG_BODIES)
def test_a_body_of_another_shape_is_refused(small_api: Api, body: Any, faults: list[tuple[str, str]]) -> None:
    reply = ask(small_api, "POST", body)

    assert (reply.status, reply.faults) == (422, faults)
    assert small_api.stored() == 0


def test_what_went_out_is_a_success_and_so_is_what_repeats_it(delivering: Api, emulator: RunningEmulator) -> None:
    first, second = ask(delivering, "POST", {"Telegram": [item(), item()]}).json
    delivering.hub.wait(first, timeout_s=20)

    assert ask(delivering, "GET", {"messages_id": [first, second]}).json == {first: "SUCCESS", second: "SUCCESS"}


def test_ids_may_be_asked_for_in_the_query(api: Api) -> None:
    ids = list(ask(api, "POST", {"Telegram": [item(at=LATER), item(at=LATER)]}).json)

    reply = api.get("/api/?" + urlencode([("messages_id", id_) for id_ in ids]))

    assert reply.json == dict.fromkeys(ids, "PENDING")
    assert api.get(f"/api?messages_id={ids[0]}").json == {ids[0]: "PENDING"}


def test_what_never_goes_out_is_failed(delivering: Api, emulator: RunningEmulator) -> None:
    emulator.script("telegram", "1067000", "400")
    failed, refused = ask(delivering, "POST", {"Telegram": [item(), {}]}).json
    delivering.hub.wait(failed, timeout_s=20)

    asked = [failed, refused, NOBODY, "nonsense"]

    assert ask(delivering, "GET", {"messages_id": asked}).json == dict.fromkeys(asked, "FAILED")


def test_put_cancels_what_is_deferred_and_says_where_it_was_too_late(delivering: Api) -> None:
    now, later = ask(delivering, "POST", {"Telegram": [item(), item(text="b", at=LATER)]}).json
    delivering.hub.wait(now, timeout_s=20)

    reply = ask(delivering, "PUT", {"message_id": [now, later, NOBODY, "x"]})

    assert reply.json == {now: "FAIL", later: "SUCCESS", NOBODY: "FAIL", "x": "FAIL"}
    assert ask(delivering, "PUT", {"message_id": [later]}, "/api").json == {later: "SUCCESS"}
    assert delivering.hub.message(later).status == "cancelled"


def test_put_cancels_what_sendmsg_deferred(api: Api) -> None:
    id_ = sendmsg(api, deffered_time=LATER).json["id"]

    assert ask(api, "PUT", {"message_id": [id_]}).json == {id_: "SUCCESS"}
    assert api.hub.message(id_).counts == {"cancelled": 6}


WRONG_IDS: list[tuple[str, Any, list[tuple[str, str]]]] = [
    ("GET", {}, [("$.messages_id", "missing")]),
    ("GET", {"messages_id": []}, [("$.messages_id", "empty")]),
    ("GET", {"messages_id": NOBODY}, [("$.messages_id", "type")]),
    ("GET", {"messages_id": [5, ""]}, [("$.messages_id[0]", "type"), ("$.messages_id[1]", "empty")]),
    ("GET", {"messages_id": ["\ud800"]}, [("$.messages_id[0]", "encoding")]),
    ("GET", {"messages_id": [NOBODY] * 6}, [("$.messages_id", "too_many")]),
    ("PUT", {"messages_id": [NOBODY]}, [("$.messages_id", "unknown_field"), ("$.message_id", "missing")]),
    ("PUT", [NOBODY], [("$", "type")]),
]


@pytest.mark.parametrize(("method", "body", "faults"), WRONG_IDS)
def test_wrong_ids_are_named(small_api: Api, method: str, body: Any, faults: list[tuple[str, str]]) -> None:
    reply = ask(small_api, method, body)

    assert (reply.status, sorted(reply.faults)) == (422, sorted(faults))


@pytest.mark.parametrize(("method", "path"), [("POST", "/api/sendmsg"), ("POST", "/api/"), ("PUT", "/api/")])
def test_a_body_that_is_no_json_is_a_400(small_api: Api, method: str, path: str) -> None:
    assert small_api.ask(method, path, b"{").status == 400


def test_a_query_without_ids_is_refused(small_api: Api) -> None:
    assert small_api.get("/api/?ids=1").faults == [("$.messages_id", "empty")]


@pytest.mark.parametrize(
    ("method", "path", "scope"),
    [("POST", "/api/sendmsg/", "read"), ("POST", "/api", "read"), ("PUT", "/api", "read"), ("GET", "/api", "send")],
)
def test_other_spellings_of_a_path_are_guarded_too(small_api: Api, method: str, path: str, scope: str) -> None:
    assert small_api.ask(method, path, Authorization="").status == 401
    small_api.key = str(small_api.hub.keys.create("narrow", [scope]).key)
    assert small_api.ask(method, path).status == 403


def test_a_wrong_method_is_told_those_that_are_right(small_api: Api) -> None:
    reply = small_api.ask("DELETE", "/api/")

    assert reply.status == 405
    assert set(reply.headers["Allow"].split(", ")) == {"GET", "HEAD", "POST", "PUT"}


def test_thousands_of_items_are_taken(make_hub: HubMaker, serve: Callable[[Hub], Api], database_url: str) -> None:
    api = serve(make_hub(worker=False, database_url=database_url))

    reply = ask(api, "POST", {"Telegram": [item(text=f"message_{i}") for i in range(2_000)]})

    assert words(reply) == ["SUCCESS"] * 2_000
    assert words(ask(api, "GET", {"messages_id": list(reply.json)})) == ["PENDING"] * 2_000
    assert words(ask(api, "PUT", {"message_id": list(reply.json)})) == ["SUCCESS"] * 2_000
