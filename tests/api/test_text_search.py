"""The filter `text`: part of what a message says, found without an index and in a bounded time."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

import pytest

from benchmarks import million
from notifyhub import InvalidRequest
from notifyhub.hub import core_of
from notifyhub.store.searches import MOST_ROWS
from tests.api.conftest import LATER, Api


def found(api: Api, **query: object) -> list[str]:
    return [message["text"] for message in api.get(f"/api/v1/messages?{urlencode(query)}").json["items"]]


def walked(api: Api, path: str) -> tuple[int, list[Any]]:
    """How many pages a search has, and the items of all of them."""
    pages, items, following = 0, list[Any](), path
    while following:
        reply = api.get(following)
        pages, items, link = pages + 1, items + reply.json["items"], reply.headers["Link"]
        following = link[1 : link.index(">")] if link else ""
    return pages, items


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("order 17", ["Your Order 17 is READY"]),
        ("ready", ["Your Order 17 is READY"]),
        ("ПРИВЕТ", ["Привет, Ёлка"]),
        ("ёЛК", ["Привет, Ёлка"]),
        ("100%", ["100% off_season"]),
        ("0% of", ["100% off_season"]),
        ("%", ["100% off_season"]),
        ("f_s", ["100% off_season"]),
        ("_", ["100% off_season"]),
        ("STRASSE", ["An der Straße"]),
        ("nowhere", []),
        ("' OR 1=1 --", []),
    ],
)
def test_a_part_of_the_text_in_any_letters_finds_a_message(api: Api, text: str, expected: list[str]) -> None:
    for one in ("Your Order 17 is READY", "Привет, Ёлка", "100% off_season", "An der Straße"):
        api.create(text=one)

    assert found(api, text=text) == expected


def test_deliveries_are_found_by_the_text_of_their_message(api: Api) -> None:
    api.create(text="Hello Ann", recipients=[{"telegram": "1"}, {"telegram": "2"}])
    api.create(text="Hello Bob", recipients=[{"telegram": "3"}])

    items = api.get("/api/v1/deliveries?text=ANN").json["items"]

    assert [item["address"] for item in items] == ["2", "1"]


def test_a_text_goes_with_all_other_filters(api: Api) -> None:
    api.create(text="Hello Ann", recipients=[{"telegram": "1"}], reference="a")
    api.create(text="Hello Bob", recipients=[{"gateway": "79161234567"}], reference="b")

    assert found(api, text="hello", channel="gateway") == ["Hello Bob"]
    assert found(api, text="hello", reference="a") == ["Hello Ann"]
    assert found(api, text="hello", status="failed") == []
    assert found(api, text="hello", created_to="2020-01-01T00:00Z") == []
    assert found(api, text="bob", address="1") == []


def test_what_a_delivery_says_in_other_words_than_its_message_is_found(api: Api) -> None:
    hub = api.hub
    hub.templates.set("code", "Для всех: {{ code }}")
    hub.templates.set("code", "Шлюзом: {{ code }}", channel="gateway")
    to = {"telegram": "1", "gateway": "79161234567"}
    sent = hub.send(template="code", variables={"code": 7}, to=to, at=LATER)

    assert [d.channel for d in hub.deliveries(text="ШЛЮЗОМ")] == ["gateway"]
    assert [d.channel for d in hub.deliveries(text="для ВСЕХ: 7")] == ["telegram"]
    assert [m.id for m in hub.messages(text="шлюзом")] == [sent.id]


def test_the_pages_of_a_search_show_everything_once_and_in_order(api: Api) -> None:
    for i in range(9):
        api.create(text=f"{'even' if i % 2 == 0 else 'odd'} {i}")

    pages, items = walked(api, "/api/v1/messages?text=EVEN&limit=2")

    assert [item["text"] for item in items] == ["even 8", "even 6", "even 4", "even 2", "even 0"]
    assert pages == 3


@pytest.mark.parametrize("kind", ["messages", "deliveries"])
def test_a_search_through_many_rows_stops_and_goes_on_with_its_cursor(api: Api, kind: str) -> None:
    api.create(text="the needle", send_at=LATER)
    api.in_the_store("UPDATE messages SET created_at = 1")
    api.in_the_store("UPDATE deliveries SET created_at = 1")
    million.fill(core_of(api.hub).database, 2 * MOST_ROWS + 5_000)
    path = f"/api/v1/{kind}?text=NEEDLE&channel=telegram"

    first = api.get(path).json
    pages, items = walked(api, path)

    assert first["items"] == []
    assert pages > 1
    assert len(items) == 1
    assert len(api.hub.messages(text="needle") if kind == "messages" else api.hub.deliveries(text="needle")) == 1


@pytest.mark.parametrize("text", ["", "x" * 256, "a\0b"])
def test_a_text_that_cannot_be_looked_for_is_refused(small_api: Api, text: str) -> None:
    assert small_api.get(f"/api/v1/messages?{urlencode({'text': text})}").faults == [("$.text", "form")]


@pytest.mark.parametrize("path", ["clients", "mailings", "messages", "deliveries", "audit", "reachability"])
def test_a_filter_that_a_list_has_not_is_refused(small_api: Api, path: str) -> None:
    assert small_api.get(f"/api/v1/{path}?serch=x").faults == [("$.serch", "unknown_field")]


@pytest.mark.parametrize("name", ["text", "reference", "reason", "operator_code"])
def test_half_of_a_surrogate_pair_cannot_be_looked_for(small_api: Api, name: str) -> None:
    with pytest.raises(InvalidRequest, match="half of a surrogate pair"):
        small_api.hub.messages(**{name: "\ud800"})
