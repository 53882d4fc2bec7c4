"""How many clients an audience has, without looking at what each of them would get."""

from __future__ import annotations

from typing import Any

import pytest

from notifyhub import Hub, InvalidRequest
from tests.mailings.conftest import fill


@pytest.mark.parametrize(
    "audience",
    [
        None,
        {},
        {"tag": "even"},
        {"tag": ["even", "nobody"]},
        {"not": {"tag": "even"}},
        {"all": [{"tag": "even"}, {"not": {"tag": "even"}}]},
        {"any": [{"operator_code": "903"}, {"timezone": "Europe/Moscow"}]},
        {"got": 1},
    ],
)
def test_it_is_the_number_of_clients_that_a_mailing_would_have(hub: Hub, audience: dict[str, Any] | None) -> None:
    fill(hub, 7)

    counted = hub.clients.count(audience)
    preview = hub.mailings.preview_as(
        {"text": "Hello", "channels": ["telegram"], **({"audience": audience} if audience else {})}
    )

    assert (counted.matched, counted.audience_words) == (preview.matched, preview.audience_words)


def test_of_tagged_clients_each_is_counted_once(hub: Hub) -> None:
    hub.clients.create(79031234567, tags=["a", "b"])
    hub.clients.create(79031234568, tags=["b"])

    assert hub.clients.count({"tag": ["a", "b"]}).matched == 2


@pytest.mark.parametrize(
    ("audience", "fault"),
    [
        ({"tags": ["a"]}, ("audience.tags", "unknown_field")),
        ({"timezone": "Mars"}, ("audience.timezone", "form")),
        ({"tag": []}, ("audience.tag", "empty")),
    ],
)
def test_what_is_wrong_is_named(hub: Hub, audience: dict[str, Any], fault: tuple[str, str]) -> None:
    with pytest.raises(InvalidRequest) as caught:
        hub.clients.count(audience)

    assert [(one.path, one.code) for one in caught.value.faults] == [fault]
