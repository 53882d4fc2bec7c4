"""GET of messages and deliveries."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from notifyhub import Hub
from tests.api.conftest import Api
from tests.conftest import HubMaker
from tests.emulated import RunningEmulator


def test_a_message_shows_where_its_deliveries_stand(api: Api) -> None:
    created = api.create(recipients=[{"telegram": "1"}, {"telegram": "2"}]).json

    found = api.get(f"/api/v1/messages/{created['id']}").json

    assert found["counts"] == {"scheduled": 2}
    assert found["deliveries"] == created["deliveries"]


def test_a_message_shows_its_duplicates_in_their_places(api: Api) -> None:
    api.create(recipients=[{"telegram": "2"}])

    created = api.create(recipients=[{"telegram": "1"}, {"telegram": "2"}, {"telegram": "3"}]).json

    assert [d["status"] for d in created["deliveries"]] == ["scheduled", "duplicate", "scheduled"]
    assert api.get(f"/api/v1/messages/{created['id']}").json["deliveries"] == created["deliveries"]


def test_a_delivery_shows_its_attempts(
    make_hub: HubMaker, serve: Callable[[Hub], Api], database_url: str, emulator: RunningEmulator
) -> None:
    api = serve(make_hub(database_url=database_url))
    emulator.script("telegram", "1067000", "500")
    created = api.create(send_at=...).json
    api.hub.wait(created["id"], timeout_s=20)

    found = api.get(f"/api/v1/deliveries/{created['deliveries'][0]['id']}").json

    assert (found["status"], found["message_id"]) == ("sent", created["id"])
    assert [(a["number"], a["outcome"]) for a in found["attempts"]] == [(1, "temporary_failure"), (2, "sent")]


def test_a_delivery_that_was_not_tried_yet_has_no_attempts(api: Api) -> None:
    created = api.create().json

    assert api.get(f"/api/v1/deliveries/{created['deliveries'][0]['id']}").json["attempts"] == []


@pytest.mark.parametrize(
    "path",
    [
        "/api/v1/messages/01a1fd9d-2e91-70c5-aee9-108a46972697",
        "/api/v1/messages/nonsense",
        "/api/v1/messages/%00%ff%0a",
        "/api/v1/messages/nonsense/deliveries",
        "/api/v1/deliveries/1",
        "/api/v1/deliveries/0",
        "/api/v1/deliveries/-1",
        "/api/v1/deliveries/1e3",
        "/api/v1/deliveries/9223372036854775807",
        "/api/v1/deliveries/9223372036854775808",
        "/api/v1/deliveries/%D9%A1",
    ],
)
def test_what_is_not_there_is_a_404(api: Api, path: str) -> None:
    reply = api.get(path)

    assert reply.status == 404
    assert reply.headers["Content-Type"] == "application/problem+json"


def test_an_id_may_be_written_without_hyphens_and_in_capitals(api: Api) -> None:
    id_ = api.create().json["id"]

    assert api.get(f"/api/v1/messages/{id_.replace('-', '').upper()}").json["id"] == id_
