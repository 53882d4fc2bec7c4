"""POST /api/v1/messages: what is taken, and what it is answered with."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest

from notifyhub import Hub
from tests.api.conftest import LATER, Api
from tests.conftest import HubMaker
from tests.emulated import RunningEmulator

VIBER = "EGAZ3SZRi6zW1D0uNYhQHg=="
PHONE = "79161234567"


def test_the_answer_is_as_promised(api: Api) -> None:
    reply = api.create(
        recipients=[{"telegram": "1067000", "viber": VIBER}, {"whatsapp": PHONE, "gateway": PHONE}],
        channels=["telegram", "viber", "whatsapp", "gateway"],
        expires_at="2126-12-02T10:00:00+03:00",
        max_attempts=5,
        priority="urgent",
        deduplicate=3600,
        on_unconfirmed="at_most_once",
        reference="order-17",
        metadata={"shop": 5},
    )

    assert reply.status == 202
    assert reply.headers["Content-Type"] == "application/json"
    assert (reply.json["status"], reply.json["accepted"], reply.json["duplicates"]) == ("scheduled", 4, 0)
    assert [(d["channel"], d["address"], d["status"], d["due_at"]) for d in reply.json["deliveries"]] == [
        ("telegram", "1067000", "scheduled", "2126-12-01T07:00:00Z"),
        ("viber", VIBER, "scheduled", "2126-12-01T07:00:00Z"),
        ("whatsapp", PHONE, "scheduled", "2126-12-01T07:00:00Z"),
        ("gateway", PHONE, "scheduled", "2126-12-01T07:00:00Z"),
    ]


def test_what_was_answered_is_stored(api: Api) -> None:
    created = api.create(reference="order-17", metadata={"shop": 5}, priority="bulk").json

    assert api.hub.message(created["id"]).model_dump(mode="json", exclude={"counts"}, exclude_none=True) == created


def test_location_leads_to_the_message(api: Api) -> None:
    reply = api.create()

    assert api.get(reply.headers["Location"]).json["id"] == reply.json["id"]


def test_a_request_with_nothing_optional_is_sent_at_once(
    make_hub: HubMaker, serve: Callable[[Hub], Api], database_url: str, emulator: RunningEmulator
) -> None:
    api = serve(make_hub(database_url=database_url))

    reply = api.post("/api/v1/messages", {"text": "Hello", "recipients": [{"telegram": "1067000"}]})

    assert reply.status == 202
    assert emulator.wait_for(1)[0]["text"] == "Hello"


def test_the_content_type_need_not_be_named(api: Api) -> None:
    """`curl -d` says that it sends a form."""
    body = json.dumps({"text": "Hello", "recipients": [{"telegram": "1"}], "send_at": LATER}).encode()

    assert api.post("/api/v1/messages", body, content_type="application/x-www-form-urlencoded").status == 202


def test_optional_members_may_be_null_where_absence_means_nothing_of_the_kind(api: Api) -> None:
    reply = api.create(channels=None, expires_at=None, max_attempts=None, reference=None)

    assert reply.status == 202


def test_a_number_is_taken_for_an_address(api: Api) -> None:
    assert api.create(recipients=[{"telegram": 1067000}]).json["deliveries"][0]["address"] == "1067000"


def test_only_the_channels_asked_for_are_used(api: Api) -> None:
    reply = api.create(
        recipients=[{"telegram": "1", "viber": VIBER}, {"viber": "another-viber-id"}], channels=["viber"]
    )

    assert [d["channel"] for d in reply.json["deliveries"]] == ["viber", "viber"]


def test_a_duplicate_names_the_delivery_that_it_repeats(api: Api) -> None:
    first = api.create().json["deliveries"][0]["id"]

    reply = api.create(recipients=[{"telegram": "1067000"}, {"telegram": "2"}])

    assert (reply.status, reply.json["accepted"], reply.json["duplicates"]) == (202, 1, 1)
    assert reply.json["deliveries"][0] == {
        "channel": "telegram",
        "address": "1067000",
        "status": "duplicate",
        "duplicate_of": first,
    }
    assert reply.json["deliveries"][1]["status"] == "scheduled"


def test_a_message_of_duplicates_only_is_a_duplicate(api: Api) -> None:
    api.create()

    assert api.create().json["status"] == "duplicate"


@pytest.mark.parametrize(("channel", "address", "most"), [("telegram", "1", 4096), ("whatsapp", PHONE, 4096)])
def test_text_may_be_as_long_as_its_channel_takes_and_no_longer(
    api: Api, channel: str, address: str, most: int
) -> None:
    assert api.create(text="ф" * most, recipients=[{channel: address}]).status == 202
    assert api.create(text="ф" * (most + 1), recipients=[{channel: address}]).faults == [("$.text", "too_long")]
    assert api.stored() == 1


def test_viber_text_may_have_7000_characters_and_no_more(api: Api) -> None:
    assert api.create(text="x" * 7000, recipients=[{"viber": VIBER}]).status == 202
    assert api.create(text="x" * 7001, recipients=[{"viber": VIBER}]).faults == [("$.text", "too_long")]


def test_gateway_text_may_have_65536_characters_and_no_more(api: Api) -> None:
    assert api.create(text="x" * 65_536, recipients=[{"gateway": PHONE}]).status == 202
    assert api.create(text="x" * 65_537, recipients=[{"gateway": PHONE}]).faults == [("$.text", "too_long")]


def test_text_is_measured_by_the_channels_used_and_not_by_those_left_out(api: Api) -> None:
    person = {"telegram": "1", "gateway": PHONE}

    assert api.create(text="x" * 5000, recipients=[person], channels=["gateway"]).status == 202


def test_metadata_may_have_16384_bytes_and_no_more(api: Api) -> None:
    wrapping = len('{"a":""}')

    assert api.create(metadata={"a": "x" * (16_384 - wrapping)}).status == 202
    assert api.create(metadata={"a": "x" * (16_385 - wrapping)}).faults == [("$.metadata", "too_long")]


def test_metadata_may_be_nested_100_deep_and_no_deeper(api: Api) -> None:
    def nested(levels: int) -> object:
        return [nested(levels - 1)] if levels else 1

    reply = api.create(metadata={"a": nested(99)})

    assert reply.status == 202
    assert api.get(reply.headers["Location"]).json["metadata"] == {"a": nested(99)}
    assert api.create(metadata={"a": nested(100)}).faults == [("$.metadata", "form")]


def test_metadata_comes_back_as_it_was(api: Api) -> None:
    metadata = {"": None, "é\u0000": [1.5, -0.0, 2**63, True, {"a.b": "\U0001f600"}]}

    assert api.get(api.create(metadata=metadata).headers["Location"]).json["metadata"] == metadata


def test_the_most_recipients_are_taken(small_api: Api) -> None:
    assert small_api.create(recipients=[{"telegram": str(i)} for i in range(1, 6)]).json["accepted"] == 5


def test_a_century_ahead_is_no_problem_and_neither_is_the_year_9999(api: Api) -> None:
    reply = api.create(send_at="9999-12-31T23:59:59.999Z")

    assert reply.json["deliveries"][0]["due_at"] == "9999-12-31T23:59:59.999000Z"


def test_an_end_just_after_the_start_is_taken(api: Api) -> None:
    start = datetime.now(UTC) + timedelta(hours=1)

    assert (
        api.create(send_at=start.isoformat(), expires_at=(start + timedelta(milliseconds=1)).isoformat()).status == 202
    )


def test_a_whole_number_may_be_written_with_a_point(api: Api) -> None:
    reply = api.post(
        "/api/v1/messages",
        {"text": "Hello", "recipients": [{"telegram": 1067000.0}], "max_attempts": 5.0, "deduplicate": 60.0},
    )

    assert reply.status == 202
    assert reply.json["deliveries"][0]["address"] == "1067000"
