"""POST /api/v1/messages/{id}/cancel."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

from notifyhub import Hub
from tests.api.conftest import Api
from tests.conftest import HubMaker
from tests.emulated import RunningEmulator


def test_what_waits_is_cancelled_and_counted(api: Api) -> None:
    id_ = api.create(recipients=[{"telegram": "1"}, {"telegram": "2"}]).json["id"]

    reply = api.ask("POST", f"/api/v1/messages/{id_}/cancel")

    assert (reply.status, reply.json) == (200, {"id": id_, "cancelled": 2, "too_late": 0})
    assert api.get(f"/api/v1/messages/{id_}").json["status"] == "cancelled"


def test_what_was_sent_is_too_late(
    make_hub: HubMaker, serve: Callable[[Hub], Api], database_url: str, emulator: RunningEmulator
) -> None:
    api = serve(make_hub(database_url=database_url))
    id_ = api.create(send_at=...).json["id"]
    api.hub.wait(id_, timeout_s=20)

    assert api.ask("POST", f"/api/v1/messages/{id_}/cancel").json == {"id": id_, "cancelled": 0, "too_late": 1}


def test_cancelling_again_cancels_nothing_more(api: Api) -> None:
    id_ = api.create().json["id"]
    api.ask("POST", f"/api/v1/messages/{id_}/cancel")

    assert api.ask("POST", f"/api/v1/messages/{id_}/cancel").json == {"id": id_, "cancelled": 0, "too_late": 0}


def test_each_delivery_is_cancelled_by_one_of_many_at_once(api: Api) -> None:
    id_ = api.create(recipients=[{"telegram": str(i)} for i in range(1, 51)]).json["id"]

    with ThreadPoolExecutor(8) as pool:
        replies = list(pool.map(lambda _: api.ask("POST", f"/api/v1/messages/{id_}/cancel").json, range(8)))

    assert sum(reply["cancelled"] for reply in replies) == 50


def test_a_message_that_is_not_there_cannot_be_cancelled(api: Api) -> None:
    assert api.ask("POST", "/api/v1/messages/01a1fd9d-2e91-70c5-aee9-108a46972697/cancel").status == 404
    assert api.ask("POST", "/api/v1/messages/nonsense/cancel").status == 404
