"""GET /api/v1/messages and /api/v1/deliveries: filters, pages, and everything wrong with a query at once."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

import pytest

from tests.api.conftest import LATER, Api, Reply

PHONE = "79161234567"


def find(api: Api, kind: str, **query: object) -> Reply:
    return api.get(f"/api/v1/{kind}?{urlencode(query, doseq=True)}")


def texts(api: Api, **query: object) -> list[str]:
    return [message["text"] for message in find(api, "messages", **query).json["items"]]


def addresses(api: Api, **query: object) -> list[tuple[str, str]]:
    return [(d["channel"], d["address"]) for d in find(api, "deliveries", **query).json["items"]]


@pytest.fixture
def filled(api: Api) -> Api:
    """One: Telegram, cancelled. Two: Telegram and WhatsApp, scheduled. Three: scheduled, with a reference."""
    one = api.create(text="one", recipients=[{"telegram": "1"}]).json["id"]
    api.create(text="two", recipients=[{"telegram": "2", "whatsapp": PHONE}])
    api.create(text="three", recipients=[{"gateway": PHONE}], reference="order-17")
    api.ask("POST", f"/api/v1/messages/{one}/cancel")
    return api


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ({}, ["three", "two", "one"]),
        ({"status": "cancelled"}, ["one"]),
        ({"status": "cancelled,scheduled"}, ["three", "two", "one"]),
        ({"status": ["cancelled", "failed"]}, ["one"]),
        ({"status": "sending"}, []),
        ({"channel": "telegram"}, ["two", "one"]),
        ({"channel": "telegram", "status": "scheduled"}, ["two"]),
        ({"channel": ["gateway", "whatsapp"]}, ["three", "two"]),
        ({"address": "+7 (916) 123-45-67"}, ["three", "two"]),
        ({"address": PHONE, "channel": "gateway"}, ["three"]),
        ({"reference": "order-17"}, ["three"]),
        ({"reference": "order-17", "status": "cancelled"}, []),
        ({"reference": "order-17", "channel": "gateway", "address": PHONE, "status": "scheduled"}, ["three"]),
        ({"reference": "order-1"}, []),
        ({"created_from": "2020-01-01T00:00Z", "created_to": "2126-01-01T00:00Z"}, ["three", "two", "one"]),
        ({"created_from": "2126-01-01T00:00Z"}, []),
        ({"created_to": "2020-01-01T00:00Z", "channel": "telegram"}, []),
    ],
    ids=str,
)
def test_filters_of_messages(filled: Api, query: dict[str, Any], expected: list[str]) -> None:
    assert texts(filled, **query) == expected


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ({}, [("gateway", PHONE), ("whatsapp", PHONE), ("telegram", "2"), ("telegram", "1")]),
        ({"status": "cancelled"}, [("telegram", "1")]),
        ({"status": "scheduled", "channel": "telegram"}, [("telegram", "2")]),
        ({"status": "scheduled,sending", "channel": "telegram,gateway"}, [("gateway", PHONE), ("telegram", "2")]),
        ({"address": PHONE}, [("gateway", PHONE), ("whatsapp", PHONE)]),
        ({"address": PHONE, "channel": "whatsapp", "status": "scheduled"}, [("whatsapp", PHONE)]),
        ({"reference": "order-17"}, [("gateway", PHONE)]),
        ({"reference": "order-17", "channel": "telegram"}, []),
        ({"created_from": "2126-01-01T00:00Z"}, []),
    ],
    ids=str,
)
def test_filters_of_deliveries(filled: Api, query: dict[str, Any], expected: list[tuple[str, str]]) -> None:
    assert addresses(filled, **query) == expected


def test_a_moment_with_its_plus_unescaped_is_understood(filled: Api) -> None:
    assert len(filled.get("/api/v1/messages?created_from=2020-01-01T00:00+03:00").json["items"]) == 3


def test_the_edges_of_time_are_from_and_before(filled: Api) -> None:
    newest = find(filled, "messages", limit=1).json["items"][0]

    assert newest["text"] in texts(filled, created_from=newest["created_at"])
    assert newest["text"] not in texts(filled, created_to=newest["created_at"])


def test_a_message_fits_when_one_delivery_fits_all_filters_together(filled: Api) -> None:
    assert texts(filled, channel="telegram", address=PHONE) == []


@pytest.mark.parametrize(
    ("query", "faults"),
    [
        ("status=gone", [("$.status", "unknown_value")]),
        ("channel=sms&status=sent,x", [("$.channel", "unknown_value"), ("$.status", "unknown_value")]),
        ("address=%21", [("$.address", "form")]),
        ("address=%2B79161234567&channel=telegram", [("$.address", "form")]),
        ("address=1&address=2", [("$.address", "repeated")]),
        ("reference=", [("$.reference", "form")]),
        ("created_from=2126-01-01T00:00", [("$.created_from", "form")]),
        ("created_to=yesterday", [("$.created_to", "form")]),
        ("created_from=2026-01-02T00:00Z&created_to=2026-01-01T00:00Z", [("$.created_to", "too_early")]),
        ("size=5&colour=6", [("$.size", "unknown_field"), ("$.colour", "unknown_field")]),
        ("limit=0&cursor=x", [("$.limit", "limit"), ("$.cursor", "cursor")]),
        (
            "status=x&limit=x&nonsense=1",
            [("$.nonsense", "unknown_field"), ("$.status", "unknown_value"), ("$.limit", "limit")],
        ),
    ],
)
@pytest.mark.parametrize("kind", ["messages", "deliveries"])
def test_everything_wrong_with_a_query_is_told_at_once(
    small_api: Api, kind: str, query: str, faults: list[tuple[str, str]]
) -> None:
    reply = small_api.get(f"/api/v1/{kind}?{query}")

    assert reply.status == 422
    assert reply.faults == faults


def test_a_naive_moment_is_refused_with_the_reason(small_api: Api) -> None:
    errors = small_api.get("/api/v1/messages?created_from=2026-01-01T00:00").json["errors"]

    assert "must have a UTC offset" in errors[0]["message"]


def walk(api: Api, path: str) -> list[list[Any]]:
    """The ids of each page, by following Link headers."""
    pages = []
    following: str | None = path
    while following:
        reply = api.get(following)
        assert reply.status == 200
        pages.append([item["id"] for item in reply.json["items"]])
        link = reply.headers["Link"]
        assert (link is None) == (reply.json.get("next") is None)
        following = link and link[1 : link.index(">")]
    return pages


@pytest.mark.parametrize(
    "query",
    [
        "",
        "status=scheduled&",
        "channel=telegram,gateway&",
        "address=7&",
        "reference=r&",
        "reference=r&status=scheduled&",
    ],
)
@pytest.mark.parametrize("kind", ["messages", "deliveries"])
def test_pages_show_everything_once_and_in_order(api: Api, kind: str, query: str) -> None:
    for i in range(7):
        api.create(text=f"Hello {i}", recipients=[{"telegram": "7"}, {"telegram": "8"}], reference="r")
    whole = [item["id"] for item in api.get(f"/api/v1/{kind}?{query}").json["items"]]

    pages = walk(api, f"/api/v1/{kind}?{query}limit=3")

    assert [id_ for page in pages for id_ in page] == whole
    assert [len(page) for page in pages[:-1]] == [3] * (len(pages) - 1)
    assert len(whole) == (7 if kind == "messages" or query.startswith("address") else 14)


@pytest.mark.parametrize("kind", ["messages", "deliveries"])
def test_a_cursor_stays_good_while_rows_are_added(api: Api, kind: str) -> None:
    for i in range(4):
        api.create(text=f"old {i}")
    first = find(api, kind, limit=2).json
    rest = [item["id"] for item in find(api, kind).json["items"]][2:]

    for i in range(3):
        api.create(text=f"new {i}")

    assert [item["id"] for item in find(api, kind, limit=2, cursor=first["next"]).json["items"]] == rest


def test_a_cursor_of_another_list_is_refused(api: Api) -> None:
    for i in range(2):
        api.create(text=f"Hello {i}")
    cursor = find(api, "messages", limit=1).json["next"]

    assert find(api, "deliveries", cursor=cursor).faults == [("$.cursor", "cursor")]


def test_messages_to_many_are_summed_up_without_being_counted(api: Api) -> None:
    id_ = api.create(recipients=[{"telegram": str(i)} for i in range(1, 61)]).json["id"]

    (listed,) = find(api, "messages").json["items"]
    assert (listed["id"], listed["status"]) == (id_, "scheduled")
    assert "counts" not in listed

    api.ask("POST", f"/api/v1/messages/{id_}/cancel")
    assert find(api, "messages").json["items"][0]["status"] == "cancelled"


def test_a_message_of_duplicates_only_is_in_the_list_and_found_by_its_reference(api: Api) -> None:
    api.create()
    api.create(reference="again")

    assert [m["status"] for m in find(api, "messages", reference="again").json["items"]] == ["duplicate"]
    assert find(api, "deliveries", reference="again").json["items"] == []


def test_the_library_takes_the_same_filters(filled: Api) -> None:
    hub = filled.hub

    assert [m.text for m in hub.messages(channel=["telegram"], status="scheduled")] == ["two"]
    newest = hub.deliveries(limit=2)
    assert [d.address for d in hub.deliveries(before=newest[-1])] == ["2", "1"]
    assert [m.text for m in hub.messages(before=hub.messages(limit=1)[0])] == ["two", "one"]


def test_lists_are_in_the_same_order_for_what_was_made_in_one_moment(api: Api) -> None:
    messages = [{"text": f"Hello {i}", "recipients": [{"telegram": "1"}], "send_at": LATER} for i in range(20)]
    api.post("/api/v1/messages/batch", {"messages": messages})

    for query in ("", "status=scheduled&"):
        pages = walk(api, f"/api/v1/messages?{query}limit=6")
        assert len({id_ for page in pages for id_ in page}) == 20


@pytest.mark.parametrize("kind", ["messages", "deliveries"])
def test_a_list_begins_after_what_is_named(filled: Api, kind: str) -> None:
    every = [item["id"] for item in find(filled, kind).json["items"]]

    for place, id_ in enumerate(every):
        assert [item["id"] for item in find(filled, kind, before=id_).json["items"]] == every[place + 1 :]


@pytest.mark.parametrize(
    ("kind", "id_"),
    [("messages", "01a1fdc9-524d-76a2-a653-642f75c95fee"), ("messages", "x"), ("deliveries", 99), ("deliveries", "x")],
)
def test_before_what_is_not_there_nothing_can_be_listed(filled: Api, kind: str, id_: object) -> None:
    assert find(filled, kind, before=id_).status == 404


def test_a_page_begins_in_one_place_only(filled: Api) -> None:
    page = find(filled, "messages", limit=1).json

    reply = find(filled, "messages", before=page["items"][0]["id"], cursor=page["next"])

    assert reply.faults == [("$.before", "too_many")]
