"""GET /api/v1/deliveries/{id}/why, and the same through the library."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest

from notifyhub import Hub, NotFound
from tests.api.conftest import LATER, Api
from tests.conftest import HubMaker
from tests.emulated import RunningEmulator


@pytest.fixture
def delivering(make_hub: HubMaker, serve: Callable[[Hub], Api], database_url: str) -> Api:
    return serve(make_hub(database_url=database_url))


def test_a_retried_and_refused_delivery_tells_all_of_it(delivering: Api, emulator: RunningEmulator) -> None:
    emulator.script("telegram", "1067000", "500", "403")
    created = delivering.create(send_at=...).json
    delivering.hub.wait(created["id"], timeout_s=20)

    story = delivering.get(f"/api/v1/deliveries/{created['deliveries'][0]['id']}/why").json

    assert (story["status"], story["channel"], story["address"]) == ("failed", "telegram", "1067000")
    assert [event["event"] for event in story["events"]] == ["accepted", "attempt", "retried", "attempt", "failed"]
    assert "(code 500): it has an error of its own" in story["events"][1]["words"]
    assert "(code 403)" in story["events"][3]["words"]
    assert story["next"].startswith("Nothing happens automatically.")
    times = [event["at"] for event in story["events"]]
    assert times == sorted(times, key=datetime.fromisoformat)  # whole seconds are written without a fraction


def test_a_deferred_delivery_tells_when_it_goes_out(api: Api) -> None:
    created = api.create().json

    story = api.get(f"/api/v1/deliveries/{created['deliveries'][0]['id']}/why").json

    assert [event["event"] for event in story["events"]] == ["accepted", "deferred"]
    assert story["next"].startswith("Will be sent at 2126-12-01 07:00:00 UTC")
    assert story["next"].endswith("attempt 1 of 5.")


def test_a_message_tells_of_each_recipient_in_order_and_of_those_left_out(api: Api) -> None:
    first = api.create().json["deliveries"][0]["id"]
    id_ = api.create(recipients=[{"telegram": "7"}, {"telegram": "1067000"}, {"telegram": "8"}]).json["id"]

    stories = api.hub.why(id_)

    assert [(story.address, story.status, story.duplicate_of) for story in stories] == [
        ("7", "scheduled", None),
        ("1067000", "duplicate", first),
        ("8", "scheduled", None),
    ]
    assert stories[1].next == f"Nothing: see delivery {first}, which is now scheduled."


def test_a_cancelled_delivery_says_so(api: Api) -> None:
    created = api.create().json
    api.ask("POST", f"/api/v1/messages/{created['id']}/cancel")

    (story,) = api.hub.why(created["deliveries"][0]["id"])

    assert [event.event for event in story.events] == ["accepted", "deferred", "cancelled"]


def test_an_own_limit_of_attempts_is_told(api: Api) -> None:
    (story,) = api.hub.why(api.create(max_attempts=2, send_at=LATER).json["id"])

    assert story.next.endswith("attempt 1 of 2.")


@pytest.mark.parametrize("id_", [1, "1", "01a1fd9d-2e91-70c5-aee9-108a46972697", "nonsense", "\u0664", "9" * 40])
def test_why_of_what_is_not_there_is_not_found(api: Api, id_: int | str) -> None:
    with pytest.raises(NotFound):
        api.hub.why(id_)


def test_the_story_of_a_message_is_not_under_deliveries(api: Api) -> None:
    assert api.get(f"/api/v1/deliveries/{api.create().json['id']}/why").status == 404


def test_the_stories_of_a_message_are_those_of_the_library(api: Api) -> None:
    id_ = api.create(recipients=[{"telegram": "7"}, {"telegram": "7"}, {"telegram": "8"}]).json["id"]

    told = api.get(f"/api/v1/messages/{id_}/why").json["items"]

    assert told == [story.model_dump(mode="json", exclude_none=True) for story in api.hub.why(id_)]


@pytest.mark.parametrize("limit", [1, 2, 3, 5])
def test_the_stories_of_a_message_are_read_page_by_page(api: Api, limit: int) -> None:
    id_ = api.create(recipients=[{"telegram": str(number)} for number in (7, 8, 7, 9, 8)]).json["id"]

    told: list[dict[str, Any]] = []
    path = f"/api/v1/messages/{id_}/why?limit={limit}"
    while path:
        page = api.get(path)
        assert len(page.json["items"]) <= limit
        told += page.json["items"]
        path = (page.headers["Link"] or "").partition(">")[0].removeprefix("<")

    assert [(story["address"], story["status"]) for story in told] == [
        ("7", "scheduled"),
        ("8", "scheduled"),
        ("7", "duplicate"),
        ("9", "scheduled"),
        ("8", "duplicate"),
    ]


def test_a_wrong_cursor_of_stories_is_refused(api: Api) -> None:
    id_ = api.create().json["id"]

    reply = api.get(f"/api/v1/messages/{id_}/why?cursor=nonsense&limit=5")

    assert (reply.status, reply.faults) == (422, [("$.cursor", "cursor")])


def test_of_no_message_there_is_no_story(api: Api) -> None:
    assert api.get("/api/v1/messages/01a1fdc9-524d-76a2-a653-642f75c95fee/why").status == 404
