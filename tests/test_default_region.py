"""The country of phone numbers without a country code: one setting, and every door reads them by it."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest

from notifyhub import Hub
from notifyhub.errors import InvalidRequest
from notifyhub.requests import MessageRequest, batch_request, checked_filters, dialects, message_request
from tests.conftest import HubMaker

NOW = datetime(2026, 1, 1, tzinfo=UTC)
BERLIN = "030 901820"
ASKED = {"text": "Hello", "recipients": [{"whatsapp": BERLIN}]}
PLACE = ("whatsapp", "4930901820")


def test_a_request_is_read_by_it() -> None:
    assert message_request(ASKED, now=NOW, max_recipients=1, region="DE").pairs() == [PLACE]


def test_without_one_a_national_number_is_refused_at_its_place() -> None:
    with pytest.raises(InvalidRequest) as refused:
        message_request(ASKED, now=NOW, max_recipients=1, region="")

    assert [fault.path for fault in refused.value.faults] == ["$.recipients[0].whatsapp"]


def test_a_batch_is_read_by_it() -> None:
    (checked,) = batch_request({"messages": [ASKED]}, now=NOW, max_recipients=1, region="DE")

    assert isinstance(checked, MessageRequest)
    assert checked.pairs() == [PLACE]


def test_a_filter_by_address_is_read_by_it() -> None:
    assert checked_filters({"channel": "whatsapp", "address": BERLIN}, "DE").places == (PLACE,)


def test_the_requests_of_other_services_are_read_by_it() -> None:
    asked = {"messengers_list": ["WhatsApp"], "users_list": [BERLIN], "message": "Hello"}

    assert dialects.sendmsg(json.dumps(asked).encode(), most=1, region="DE").pairs() == [PLACE]


def test_the_items_of_other_services_are_read_by_it() -> None:
    asked = {"WhatsApp": [{"user_id": BERLIN, "message": "Hello"}]}

    (item,) = dialects.items(json.dumps(asked).encode(), most=1, region="DE")

    assert isinstance(item, MessageRequest)
    assert item.pairs() == [PLACE]


def test_a_hub_sends_and_looks_by_its_setting(make_hub: HubMaker) -> None:
    hub = make_hub(worker=False, default_region="DE")

    sent = hub.send("Hello", to={"whatsapp": BERLIN})

    assert sent.deliveries is not None
    assert sent.deliveries[0].address == "4930901820"
    assert [found.id for found in hub.messages(address=BERLIN, channel="whatsapp")] == [sent.id]


def test_a_hub_for_tests_sends_and_looks_by_its_own() -> None:
    hub = Hub.fake(default_region="DE")

    hub.send("Hello", to={"whatsapp": BERLIN})

    hub.assert_sent(to={"whatsapp": BERLIN})
    hub.assert_sent(to={"whatsapp": "+49 30 901820"})
