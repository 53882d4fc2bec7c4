"""`order`: lists that begin with the oldest, and cursors that belong to one order."""

from __future__ import annotations

from typing import Any

import pytest

from tests.api.conftest import LATER, Api

LISTS = ("messages", "deliveries", "mailings", "clients", "audit", "erasures")
FILTERED = (
    "messages?status=scheduled",
    "messages?channel=telegram,gateway&status=scheduled,sent",
    "messages?text=hello",
    "messages?reference=r",
    "deliveries?status=scheduled",
    "deliveries?channel=telegram,gateway",
    "deliveries?reference=r",
    "deliveries?address=7",
    "deliveries?text=hello",
    "mailings?status=draft",
    "clients?tag=a",
    "audit?action=client.created",
)


@pytest.fixture
def filled(api: Api) -> Api:
    """Four of everything."""
    for i in range(4):
        api.create(text=f"Hello {i}", recipients=[{"telegram": "7"}, {"gateway": "79161234567"}], reference="r")
        client = api.hub.clients.create(f"7920123456{i}", tags=["a"])
        api.hub.clients.erase(api.hub.clients.create(f"7930123456{i}").id, reason="asked")
        api.hub.clients.update(client.id, attributes={"n": i})
        api.hub.mailings.create(f"Sale {i}", "Hello", ["telegram"], starts_at=LATER, draft=True)
    return api


def path_of(wanted: str, **more: object) -> str:
    query = "&".join(f"{name}={value}" for name, value in more.items())
    return f"/api/v1/{wanted}{'&' if '?' in wanted else '?'}{query}"


def walked(api: Api, following: str) -> list[Any]:
    found = list[Any]()
    while following:
        reply = api.get(following)
        assert reply.status == 200
        found += [item["id"] for item in reply.json["items"]]
        link = reply.headers["Link"]
        following = link[1 : link.index(">")] if link else ""
    return found


@pytest.mark.parametrize("wanted", [*LISTS, *FILTERED])
def test_the_oldest_come_first_if_they_are_asked_for(filled: Api, wanted: str) -> None:
    newest = [item["id"] for item in filled.get(path_of(wanted, limit=1000)).json["items"]]

    assert len(newest) >= 4
    assert walked(filled, path_of(wanted, limit=3, order="oldest")) == newest[::-1]
    assert walked(filled, path_of(wanted, limit=3, order="newest")) == newest


@pytest.mark.parametrize("wanted", LISTS)
def test_a_cursor_of_the_other_order_is_refused(filled: Api, wanted: str) -> None:
    for order, other in (("newest", "oldest"), ("oldest", "newest")):
        cursor = filled.get(path_of(wanted, limit=1, order=order)).json["next"]

        reply = filled.get(path_of(wanted, cursor=cursor, order=other))

        assert (reply.status, reply.faults) == (422, [("$.cursor", "cursor")])
        assert "the other order" in reply.json["errors"][0]["message"]


@pytest.mark.parametrize("wanted", LISTS)
def test_an_order_that_there_is_not_is_refused(small_api: Api, wanted: str) -> None:
    assert small_api.get(path_of(wanted, order="random")).faults == [("$.order", "unknown_value")]


@pytest.mark.parametrize("wanted", LISTS)
def test_a_list_in_the_other_order_begins_after_what_is_named(filled: Api, wanted: str) -> None:
    every = walked(filled, path_of(wanted, order="oldest"))
    middle = len(every) // 2

    assert walked(filled, path_of(wanted, order="oldest", before=every[middle])) == every[middle + 1 :]


def test_the_library_takes_an_order(filled: Api) -> None:
    hub = filled.hub

    assert [m.text for m in hub.messages(order="oldest", limit=2)] == ["Hello 0", "Hello 1"]
    assert [m.name for m in hub.mailings.list(order="oldest", limit=2)] == ["Sale 0", "Sale 1"]
    oldest = hub.clients.list(order="oldest")
    assert oldest == hub.clients.list()[::-1]
    assert hub.clients.list(order="oldest", before=oldest[0]) == oldest[1:]
    assert hub.audit.list(order="oldest", limit=1000) == hub.audit.list(limit=1000)[::-1]
    assert hub.clients.erasures(order="oldest") == hub.clients.erasures()[::-1]
