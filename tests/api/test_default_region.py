"""The country of phone numbers without a country code, over REST."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from notifyhub import Hub
from tests.api.conftest import Api
from tests.conftest import HubMaker

BERLIN = "030901820"


@pytest.fixture
def german(make_hub: HubMaker, serve: Callable[[Hub], Api]) -> Api:
    return serve(make_hub(worker=False, default_region="DE"))


def test_a_list_is_searched_by_it(german: Api) -> None:
    german.create(recipients=[{"whatsapp": BERLIN}])

    found = german.get(f"/api/v1/deliveries?channel=whatsapp&address={BERLIN}").json["items"]

    assert [delivery["address"] for delivery in found] == ["4930901820"]


def test_the_requests_of_other_services_are_read_by_it(german: Api) -> None:
    # With a space, because a bare number is left to WhatsApp there.
    asked = {"messengers_list": ["WhatsApp"], "users_list": ["030 901820"], "message": "Hello"}

    assert german.post("/api/sendmsg", asked).json["deliveries"][0]["address"] == "4930901820"
