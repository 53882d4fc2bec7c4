"""GET /api/v1/mailings/{id}/deliveries: the list of deliveries, of one mailing."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.api.conftest import Api
from tests.conftest import HubMaker
from tests.emulated import RunningEmulator
from tests.mailings.conftest import ended, fill

PATH = "/api/v1/mailings/1/deliveries"


@pytest.fixture
def sent(make_hub: HubMaker, serve: Callable[..., Api], database_url: str, emulator: RunningEmulator) -> Api:
    """A service with two mailings to five clients; the first failed for one of them."""
    hub = make_hub(database_url=database_url)
    emulator.script("telegram", "1000001", "blocked")
    fill(hub, 5)
    for name in ("First", "Second"):
        ended(hub, hub.mailings.create(name, name, ["telegram"]))
    return serve(hub)


def test_only_deliveries_of_the_mailing_are_listed(sent: Api) -> None:
    items = sent.get(PATH).json["items"]

    assert items == sent.get("/api/v1/deliveries?mailing_id=1").json["items"]
    assert [item["mailing_id"] for item in items] == [1] * 5


def test_the_filters_of_lists_choose_among_them(sent: Api) -> None:
    (failed,) = sent.get(f"{PATH}?status=failed&operator_code=903&channel=telegram").json["items"]

    assert failed["client_id"] == 2
    assert sent.get(f"{PATH}?reason={failed['reason']}").json["items"] == [failed]
    assert sent.get(f"{PATH}?client_id=2&status=sent").json["items"] == []


def test_pages_go_on_where_the_last_one_ended(sent: Api) -> None:
    first = sent.get(f"{PATH}?limit=3")
    assert first.headers["Link"].startswith(f"<{PATH}?")

    rest = sent.get(f"{PATH}?limit=3&cursor={first.json['next']}")

    ids = [item["id"] for page in (first, rest) for item in page.json["items"]]
    assert len(set(ids)) == 5
    assert "next" not in rest.json
    assert sent.get(f"{PATH}?before={ids[2]}").json["items"] == rest.json["items"]


@pytest.mark.parametrize("id_", ["99", "0", "x", str(2**70)])
def test_an_unknown_mailing_is_not_found(api: Api, id_: str) -> None:
    assert api.get(f"/api/v1/mailings/{id_}/deliveries").status == 404


def test_a_deleted_mailing_is_not_found(sent: Api) -> None:
    sent.hub.mailings.delete(1)

    assert sent.get(PATH).status == 404


def test_the_mailing_is_named_by_the_path_alone(sent: Api) -> None:
    reply = sent.get(f"{PATH}?mailing_id=2&colour=red")

    assert (reply.status, sorted(reply.faults)) == (
        422,
        [("$.colour", "unknown_field"), ("$.mailing_id", "unknown_field")],
    )
