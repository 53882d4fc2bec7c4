"""Messages with very many deliveries: a link to pages in the place of the list."""

from __future__ import annotations

import re
from base64 import urlsafe_b64encode

import pytest

from notifyhub.hub import core_of
from notifyhub.store.models import Delivery
from tests.api.conftest import Api

NEXT = re.compile(r'<(\S+)>; rel="next"')


def people(count: int) -> list[dict[str, str]]:
    return [{"telegram": str(i)} for i in range(1, count + 1)]


def addresses(api: Api, path: str) -> list[str]:
    """The address of every delivery, page by page, as the Link headers lead."""
    found: list[str] = []
    while True:
        reply = api.get(path)
        assert reply.status == 200, reply.body
        found += [item["address"] for item in reply.json["items"]]
        link = NEXT.fullmatch(reply.headers.get("Link", ""))
        if link is None:
            assert "next" not in reply.json
            return found
        path = link.group(1)


def test_a_thousand_deliveries_stand_in_the_answer(api: Api) -> None:
    reply = api.create(recipients=people(1_000))

    assert len(reply.json["deliveries"]) == 1_000
    assert len(api.get(reply.headers["Location"]).json["deliveries"]) == 1_000


def test_more_than_a_thousand_are_linked_to(api: Api) -> None:
    reply = api.create(recipients=people(1_001))

    assert reply.json["accepted"] == 1_001
    assert "deliveries" not in reply.json
    assert reply.json["deliveries_url"] == f"/api/v1/messages/{reply.json['id']}/deliveries"
    found = api.get(reply.headers["Location"]).json
    assert "deliveries" not in found
    assert found["deliveries_url"] == reply.json["deliveries_url"]


@pytest.mark.parametrize("query", ["", "?limit=1000", "?limit=7"])
def test_the_pages_hold_every_delivery_once_in_the_order_asked_for(api: Api, query: str) -> None:
    url = api.create(recipients=people(1_001)).json["deliveries_url"]

    assert addresses(api, url + query) == [str(i) for i in range(1, 1_002)]


def test_the_pages_hold_duplicates_in_their_places(api: Api) -> None:
    api.create(recipients=[{"telegram": str(i)} for i in range(3, 1_001, 3)])
    url = api.create(recipients=people(1_001)).json["deliveries_url"]

    assert addresses(api, url + "?limit=100") == [str(i) for i in range(1, 1_002)]
    items = api.get(url + "?limit=3").json["items"]
    assert [item["status"] for item in items] == ["scheduled", "scheduled", "duplicate"]
    assert items[2]["duplicate_of"]


def test_the_pages_lose_nothing_when_rows_were_not_numbered_in_order(api: Api) -> None:
    """Which happens to a row that had to be tried again, because the one that it repeated was just given up."""
    id_ = api.create(recipients=people(9)).json["id"]

    def turn_round(database: object, _: object) -> list[None]:
        Delivery.update(position=9 - Delivery.id).execute(database)
        return [None]

    core_of(api.hub).database.write(turn_round, None).result()

    found = addresses(api, f"/api/v1/messages/{id_}/deliveries?limit=2")
    assert sorted(found) == [str(i) for i in range(1, 10)]


def test_the_list_of_a_small_message_can_be_paged_too(api: Api) -> None:
    id_ = api.create(recipients=people(3)).json["id"]

    assert addresses(api, f"/api/v1/messages/{id_}/deliveries?limit=2") == ["1", "2", "3"]


def test_the_last_full_page_has_no_next(api: Api) -> None:
    id_ = api.create(recipients=people(4)).json["id"]

    assert "next" not in api.get(f"/api/v1/messages/{id_}/deliveries?limit=4").json


@pytest.mark.parametrize("limit", ["0", "1001", "-1", "x", "", "1.0", "%00", "%D9%A1", "9" * 50])
def test_a_wrong_limit_is_refused(small_api: Api, limit: str) -> None:
    id_ = small_api.create().json["id"]

    reply = small_api.get(f"/api/v1/messages/{id_}/deliveries?limit={limit}")

    assert (reply.status, reply.faults) == (422, [("$.limit", "limit")])


def encoded(text: str) -> str:
    return urlsafe_b64encode(text.encode()).decode()


@pytest.mark.parametrize(
    "cursor", ["", "x", "!!!!", "%00", "%FF", encoded("-1"), encoded("1e3"), encoded("9" * 30), encoded(" 1 "), "M!Q=="]
)
def test_a_cursor_that_no_list_gave_out_is_refused(small_api: Api, cursor: str) -> None:
    id_ = small_api.create().json["id"]

    reply = small_api.get(f"/api/v1/messages/{id_}/deliveries?cursor={cursor}")

    assert (reply.status, reply.faults) == (422, [("$.cursor", "cursor")])
