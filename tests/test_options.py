"""What may be asked of single messengers, from the request to the wire."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from notifyhub import InvalidRequest
from notifyhub.domain.dedup import dedup_key
from notifyhub.requests import MessageRequest, message_request, options_of
from tests.conftest import HubMaker

TO = {"telegram": "1", "viber": "EGAZ3SZRi6zW1D0uNYhQHg==", "whatsapp": "79161234567", "gateway": "79161234567"}
TEMPLATE = {"name": "hello_world", "language": "en_US", "components": [{"type": "body", "parameters": []}]}
GOOD: dict[str, dict[str, Any]] = {
    "telegram": {"parse_mode": "MarkdownV2", "silent": True, "link_preview": False, "protect": True, "thread_id": 7},
    "viber": {
        "sender_name": "Shop",
        "sender_avatar": "https://example.com/a.png",
        "tracking_data": "order 7",
        "min_api_version": 3,
    },
    "whatsapp": {"preview_url": True, "template": TEMPLATE},
    "gateway": {"sender": "alerts"},
}
HTML = {"telegram": {"parse_mode": "HTML"}}


def request(options: Any, text: str = "Hello", to: Any = TO, **more: Any) -> MessageRequest:
    asked = {"text": text, "recipients": [to], "options": options}
    return message_request(asked, now=datetime(2026, 1, 1, tzinfo=UTC), max_recipients=9, **more)


def faults(options: Any, **more: Any) -> dict[str, str]:
    with pytest.raises(InvalidRequest) as refused:
        request(options, **more)
    return {fault.path: fault.code for fault in refused.value.faults}


def test_options_of_every_channel_are_taken() -> None:
    assert options_of(request(GOOD)) == GOOD


@pytest.mark.parametrize("nothing", [None, {}, {"telegram": {}}, {"telegram": {"silent": None}}])
def test_nothing_asked_is_nothing_kept(nothing: Any) -> None:
    assert options_of(request(nothing)) == {}


def test_everything_that_is_wrong_is_named_at_once() -> None:
    wrong = {
        "telegram": {"parse_mode": "BBCode", "silent": "yes", "thread_id": 0, "volume": 11},
        "viber": {"sender_name": "x" * 29, "sender_avatar": "file:///etc/passwd", "min_api_version": True},
        "whatsapp": {"preview_url": 1, "template": {"name": "", "language": "english please", "components": "x"}},
        "pigeon": {},
    }
    assert faults(wrong) == {
        "$.options.telegram.parse_mode": "unknown_value",
        "$.options.telegram.silent": "type",
        "$.options.telegram.thread_id": "too_small",
        "$.options.telegram.volume": "unknown_field",
        "$.options.viber.sender_name": "too_long",
        "$.options.viber.sender_avatar": "form",
        "$.options.viber.min_api_version": "type",
        "$.options.whatsapp.preview_url": "type",
        "$.options.whatsapp.template.name": "empty",
        "$.options.whatsapp.template.language": "form",
        "$.options.whatsapp.template.components": "type",
        "$.options.pigeon": "unknown_field",
    }


def test_components_that_are_too_large_are_refused() -> None:
    huge = [{"type": "body", "text": "x" * 20_000}]
    assert faults({"whatsapp": {"template": {**TEMPLATE, "components": huge}}}) == {
        "$.options.whatsapp.template.components": "too_long"
    }


def test_a_sender_that_there_is_not_is_refused() -> None:
    senders = {"telegram": {"alerts"}}
    assert options_of(request({"telegram": {"sender": "alerts"}}, senders=senders))
    assert faults({"telegram": {"sender": "other"}}, senders=senders) == {"$.options.telegram.sender": "unknown_sender"}


def test_marks_do_not_count_for_the_length_of_a_text() -> None:
    text, to = "<b>x</b>" * 1000, {"telegram": "1"}
    assert request(HTML, text, to)
    assert faults(None, text=text, to=to) == {"$.text": "too_long"}


def test_a_marked_up_text_has_a_limit_too() -> None:
    assert faults(HTML, text="x" * 32_769, to={"telegram": "1"}) == {"$.text": "too_long"}


def test_options_that_change_the_content_make_it_another_content() -> None:
    plain = dedup_key("telegram", "1", "Hello")
    assert dedup_key("telegram", "1", "Hello", {"parse_mode": "HTML"}) != plain
    assert dedup_key("whatsapp", "1", "Hello", {"template": TEMPLATE}) != dedup_key("whatsapp", "1", "Hello")


def test_options_that_only_change_how_it_is_sent_do_not() -> None:
    plain = dedup_key("telegram", "1", "Hello")
    assert dedup_key("telegram", "1", "Hello", {"silent": True, "sender": "alerts"}) == plain
    assert dedup_key("telegram", "1", "Hello", {}) == plain


def test_the_order_of_members_makes_no_other_content() -> None:
    turned = dict(reversed(TEMPLATE.items()))
    one, other = ({"template": template} for template in (TEMPLATE, turned))
    assert dedup_key("whatsapp", "1", "Hello", one) == dedup_key("whatsapp", "1", "Hello", other)


def test_options_are_kept_with_the_message_and_given_back(make_hub: HubMaker, database_url: str) -> None:
    hub = make_hub(worker=False, database_url=database_url)
    asked = {channel: options for channel, options in GOOD.items() if channel != "gateway"}

    message = hub.send("Hello", to=TO, options=asked)

    assert message.options == hub.message(message.id).options == asked


def test_the_same_text_marked_up_in_another_way_is_no_duplicate(make_hub: HubMaker, database_url: str) -> None:
    hub = make_hub(worker=False, database_url=database_url)
    hub.send("Hello", to={"telegram": "1"})

    assert hub.send("Hello", to={"telegram": "1"}, options=HTML).duplicates == 0
    assert hub.send("Hello", to={"telegram": "1"}, options={"telegram": {"silent": True}}).duplicates == 1
