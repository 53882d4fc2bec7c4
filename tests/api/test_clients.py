"""/api/v1/clients: the directory."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from urllib.parse import quote

import pytest

from notifyhub import Hub
from tests.api.conftest import Api
from tests.conftest import HubMaker

CLIENTS = "/api/v1/clients"


def add(api: Api, phone: str = "79201234567", **members: Any) -> dict[str, Any]:
    reply = api.post(CLIENTS, {"phone": phone, **members})
    assert reply.status == 201, reply.json
    client: dict[str, Any] = reply.json
    return client


def phones(api: Api, query: str) -> list[str]:
    return [client["phone"] for client in api.get(f"{CLIENTS}?{query}").json["items"]]


def test_a_client_with_a_phone_alone_has_sensible_defaults(api: Api) -> None:
    reply = api.post(CLIENTS, {"phone": "79201234567"})

    client = reply.json
    assert (reply.status, reply.headers["Location"]) == (201, f"{CLIENTS}/{client['id']}")
    assert (
        client.items()
        >= {
            "phone": "79201234567",
            "operator_code": "920",
            "tags": [],
            "timezone": "Europe/Moscow",
            "addresses": {},
            "attributes": {},
            "opted_out": [],
        }.items()
    )
    assert api.get(f"{CLIENTS}/{client['id']}").json == client


def test_everything_that_is_given_is_kept(api: Api) -> None:
    given = {
        "operator_code": "999",
        "tags": ["b", "a", "a"],
        "timezone": "utc+5",
        "addresses": {"telegram": 1067000, "whatsapp": "+7 (916) 123-45-67"},
        "attributes": {"city": "Tver", "orders": 3, "new": True},
        "opted_out": ["viber"],
    }

    assert (
        add(api, "8 (920) 123-45-67", **given).items()
        >= {
            "phone": "79201234567",
            "operator_code": "999",
            "tags": ["a", "b"],
            "timezone": "+05:00",
            "addresses": {"telegram": "1067000", "whatsapp": "79161234567"},
            "attributes": {"city": "Tver", "orders": 3, "new": True},
            "opted_out": ["viber"],
        }.items()
    )


def test_the_forms_of_the_task_are_understood(api: Api) -> None:
    client = add(api, tag="vip", operator_code=921, opted_out=True)

    assert (client["tags"], client["operator_code"], client["opted_out"]) == (["vip"], "921", ["all"])


@pytest.mark.parametrize(
    ("members", "fault"),
    [
        ({"phone": "12345"}, ("$.phone", "form")),
        ({"phone": "4915112345678"}, ("$.phone", "form")),
        ({"phone": ...}, ("$.phone", "missing")),
        ({"phone": None}, ("$.phone", "type")),
        ({"phone": 10**30}, ("$.phone", "form")),
        ({"operator_code": "9x"}, ("$.operator_code", "form")),
        ({"tags": "vip"}, ("$.tags", "type")),
        ({"tags": ["vip", ""]}, ("$.tags[1]", "empty")),
        ({"tags": ["a\x00b"]}, ("$.tags[0]", "encoding")),
        ({"tags": ["x"] * 101}, ("$.tags", "too_long")),
        ({"tags": [], "tag": "x"}, ("$.tag", "repeated")),
        ({"timezone": "Mars/Olympus"}, ("$.timezone", "form")),
        ({"addresses": {"icq": "1"}}, ("$.addresses", "unknown_field")),
        ({"addresses": {"telegram": "?"}}, ("$.addresses", "form")),
        ({"addresses": []}, ("$.addresses", "type")),
        ({"attributes": {'a"b': 1}}, ("$.attributes", "form")),
        ({"attributes": {"x": ["a\x00b"]}}, ("$.attributes", "form")),
        ({"attributes": {"x": {"a\x00b": 1}}}, ("$.attributes", "form")),
        ({"attributes": {"x": "y" * 20_000}}, ("$.attributes", "too_long")),
        ({"opted_out": ["icq"]}, ("$.opted_out", "unknown_value")),
        ({"name": "Ann"}, ("$.name", "unknown_field")),
    ],
)
def test_what_is_wrong_with_a_client_is_named(api: Api, members: dict[str, Any], fault: tuple[str, str]) -> None:
    asked = {name: value for name, value in {"phone": "79201234567", **members}.items() if value is not ...}

    reply = api.post(CLIENTS, asked)

    assert (reply.status, reply.faults) == (422, [fault])
    assert api.get(CLIENTS).json["items"] == []


def test_other_countries_when_a_setting_allows(make_hub: HubMaker, serve: Callable[[Hub], Api]) -> None:
    api = serve(make_hub(worker=False, client_phones="any", default_timezone="+3"))

    client = add(api, "+49 1511 2345678")

    assert (client["phone"], client.get("operator_code"), client["timezone"]) == ("4915112345678", None, "+03:00")


def test_a_phone_that_is_taken_is_a_conflict(api: Api) -> None:
    id_ = add(api)["id"]

    reply = api.post(CLIENTS, {"phone": "+7 920 123 45 67"})

    assert (reply.status, reply.json["detail"]) == (409, f"client {id_} has this phone already: change that one")


def test_a_client_is_changed_member_by_member(api: Api) -> None:
    client = add(api, tags=["a"], attributes={"x": 1}, timezone="Asia/Omsk", addresses={"telegram": "5"})
    path = f"{CLIENTS}/{client['id']}"

    changed = api.ask("PATCH", path, b'{"phone": "79031112233", "tags": ["b", "c"], "timezone": null}').json

    assert (
        changed.items()
        >= {
            "phone": "79031112233",
            "operator_code": "903",
            "tags": ["b", "c"],
            "timezone": "Europe/Moscow",
            "addresses": {"telegram": "5"},
            "attributes": {"x": 1},
        }.items()
    )
    assert api.get(path).json == changed
    assert changed["updated_at"] >= client["updated_at"]


def test_a_given_operator_code_stays_when_the_phone_changes(api: Api) -> None:
    path = f"{CLIENTS}/{add(api, operator_code='999')['id']}"

    assert api.ask("PATCH", path, b'{"phone": "79031112233"}').json["operator_code"] == "999"
    assert api.ask("PATCH", path, b'{"operator_code": null}').json["operator_code"] == "903"


def test_null_empties_lists_and_objects(api: Api) -> None:
    path = f"{CLIENTS}/{add(api, tags=['a'], attributes={'x': 1}, opted_out=True)['id']}"

    changed = api.ask("PATCH", path, b'{"tags": null, "attributes": null, "opted_out": null}').json

    assert (changed["tags"], changed["attributes"], changed["opted_out"]) == ([], {}, [])


@pytest.mark.parametrize(
    ("body", "status", "fault"),
    [
        (b"{}", 422, ("$", "empty")),
        (b'{"phone": null}', 422, ("$.phone", "type")),
        (b'{"phone": "1"}', 422, ("$.phone", "form")),
        (b'{"id": 5}', 422, ("$.id", "unknown_field")),
        (b"[]", 422, ("$", "type")),
    ],
)
def test_what_is_wrong_with_a_change_is_named(api: Api, body: bytes, status: int, fault: tuple[str, str]) -> None:
    client = add(api)
    path = f"{CLIENTS}/{client['id']}"

    reply = api.ask("PATCH", path, body)

    assert (reply.status, reply.faults) == (status, [fault])
    assert api.get(path).json == client


def test_a_change_to_a_phone_that_is_taken_is_a_conflict(api: Api) -> None:
    first, second = add(api), add(api, "79031112233")

    reply = api.ask("PATCH", f"{CLIENTS}/{second['id']}", b'{"phone": "79201234567"}')

    assert reply.status == 409
    assert f"client {first['id']} has this phone already" in reply.json["detail"]
    assert api.ask("PATCH", f"{CLIENTS}/{second['id']}", b'{"phone": "79031112233"}').status == 200


def test_a_deleted_client_is_gone_and_its_phone_free(api: Api) -> None:
    client = add(api, tags=["a"])

    reply = api.ask("DELETE", f"{CLIENTS}/{client['id']}")

    assert (reply.status, reply.json) == (200, {"id": client["id"], "cancelled": 0, "too_late": 0})
    assert api.get(f"{CLIENTS}/{client['id']}").status == 404
    assert api.ask("DELETE", f"{CLIENTS}/{client['id']}").status == 404
    assert add(api)["id"] > client["id"]
    assert phones(api, "tag=a") == []


@pytest.mark.parametrize("id_", ["0", "99", "x", "9" * 30])
@pytest.mark.parametrize("method", ["GET", "PATCH", "DELETE"])
def test_an_unknown_id_is_not_found(api: Api, id_: str, method: str) -> None:
    reply = api.ask(method, f"{CLIENTS}/{id_}", b'{"tags": []}' if method == "PATCH" else None)

    assert (reply.status, reply.json["detail"]) == (404, f"there is no client {id_}")


def test_filters_are_alternatives_within_and_all_of_them_among_each_other(api: Api) -> None:
    add(api, "79030000001", tags=["a"])
    add(api, "79030000002", tags=["a", "b"], timezone="Asia/Omsk")
    add(api, "79050000003", tags=["c"])

    assert phones(api, "tag=a") == ["79030000002", "79030000001"]
    assert phones(api, "tag=b&tag=c") == ["79050000003", "79030000002"]
    assert phones(api, "tag=a&timezone=asia/omsk") == ["79030000002"]
    assert phones(api, "operator_code=905&operator_code=999") == ["79050000003"]
    assert phones(api, "phone=8(903)000-00-01") == ["79030000001"]


def test_a_search_finds_parts_of_phones_addresses_and_attributes_and_whole_tags(api: Api) -> None:
    add(api, "79030000001", attributes={"city": "Tver 100%"})
    add(api, "79030000002", addresses={"telegram": "@someone"})
    add(api, "79030000003", tags=["vip_one"])

    assert phones(api, "search=0000003") == ["79030000003"]
    assert phones(api, "search=tver") == ["79030000001"]
    assert phones(api, "search=100%25") == ["79030000001"]
    assert phones(api, "search=%25") == ["79030000001"]
    assert phones(api, "search=SOMEONE") == ["79030000002"]
    assert phones(api, "search=vip_one") == ["79030000003"]
    assert phones(api, "search=vip") == []


@pytest.mark.parametrize("search", ["тверь", "ТВЕРЬ", "Тверь", "ВЕР"])
def test_a_search_takes_capital_and_small_letters_of_any_alphabet_for_the_same(api: Api, search: str) -> None:
    add(api, "79030000001", attributes={"city": "Тверь"})
    add(api, "79030000002", attributes={"city": "Омск"})

    assert phones(api, f"search={quote(search)}") == ["79030000001"]


def test_a_list_is_read_page_by_page(api: Api) -> None:
    ids = [add(api, f"7920000000{n}")["id"] for n in range(5)]

    seen: list[int] = []
    path = f"{CLIENTS}?limit=2"
    while path:
        reply = api.get(path)
        seen += [client["id"] for client in reply.json["items"]]
        path = reply.headers.get("Link", "").partition("<")[2].partition(">")[0]

    assert seen == ids[::-1]
    assert [c["id"] for c in api.get(f"{CLIENTS}?before={ids[2]}").json["items"]] == ids[1::-1]


@pytest.mark.parametrize(
    ("query", "fault"),
    [
        ("colour=red", ("$.colour", "unknown_field")),
        ("timezone=Mars", ("$.timezone", "form")),
        ("phone=abc", ("$.phone", "form")),
        ("limit=0", ("$.limit", "limit")),
        ("cursor=x", ("$.cursor", "cursor")),
        ("tag=%00", ("$.tag", "form")),
        ("tag=", ("$.tag", "form")),
        ("operator_code=903&operator_code=", ("$.operator_code", "form")),
    ],
)
def test_what_is_wrong_with_a_filter_is_named(api: Api, query: str, fault: tuple[str, str]) -> None:
    reply = api.get(f"{CLIENTS}?{query}")

    assert (reply.status, reply.faults) == (422, [fault])


def test_a_key_without_the_scope_may_only_read(api: Api) -> None:
    client = add(api)
    api.key = str(api.hub.keys.create("reader", ["read"]).key)

    assert api.get(CLIENTS).status == 200
    assert api.post(CLIENTS, {"phone": "79030000001"}).status == 403
    assert api.ask("DELETE", f"{CLIENTS}/{client['id']}").status == 403
