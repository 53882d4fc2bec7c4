"""POST /api/v1/mailings/{id}/test: the text of a mailing for a few people first."""

from __future__ import annotations

from typing import Any

import pytest

from tests.api.conftest import Api

PATH = "/api/v1/mailings/1/test"


@pytest.fixture
def draft(api: Api) -> Api:
    """A service with a client, and a draft on two channels."""
    api.hub.clients.create("79030000001", addresses={"telegram": "1067000"})
    api.hub.mailings.create("Sale", "Hello", ["telegram", "viber"], draft=True)
    return api


def test_a_test_is_accepted_as_a_message_that_can_be_looked_at(draft: Api) -> None:
    reply = draft.post(PATH, {"clients": [1], "recipients": [{"viber": "01234567890A="}]})

    assert reply.status == 202
    assert reply.json["metadata"] == {"test_of_mailing": 1}
    found = draft.get(reply.headers["Location"]).json
    assert [(one["channel"], one["address"]) for one in found["deliveries"]] == [
        ("telegram", "1067000"),
        ("viber", "01234567890A="),
    ]


def test_a_repeat_with_the_same_key_sends_nothing_more(draft: Api) -> None:
    first, again = (draft.post(PATH, {"clients": [1]}, Idempotency_Key="once") for _ in range(2))

    assert (again.status, again.json["id"]) == (202, first.json["id"])
    assert draft.stored() == 1


@pytest.mark.parametrize(
    ("body", "faults"),
    [
        ({}, [("$", "empty")]),
        ({"clients": []}, [("$.clients", "empty")]),
        ({"clients": [1, 9]}, [("$.clients[1]", "unknown_client")]),
        (
            {"recipients": [{"viber": "01234567890A="}, {"whatsapp": "79161234567"}]},
            [("$.recipients[1]", "no_address")],
        ),
        ({"clients": ["x"], "to": []}, [("$.clients[0]", "type"), ("$.to", "unknown_field")]),
    ],
)
def test_the_entry_that_is_wrong_is_named(draft: Api, body: Any, faults: list[tuple[str, str]]) -> None:
    reply = draft.post(PATH, body)

    assert (reply.status, reply.faults) == (422, faults)
    assert draft.stored() == 0


def test_a_mailing_that_has_ended_is_a_conflict_and_an_unknown_one_is_not_found(draft: Api) -> None:
    draft.hub.mailings.cancel(1)

    assert draft.post(PATH, {"clients": [1]}).status == 409
    assert draft.post("/api/v1/mailings/99/test", {"clients": [1]}).status == 404


def test_who_may_only_read_may_not_test(draft: Api) -> None:
    reader = str(draft.hub.keys.create("reader", ["read"]).key)

    assert draft.post(PATH, {"clients": [1]}, Authorization=f"Bearer {reader}").status == 403
