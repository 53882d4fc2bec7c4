"""The edges of what people can write: times, text, numbers, in our requests and in the dialects."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any, TypeVar

import pytest
from hypothesis import given
from hypothesis import strategies as st

from notifyhub.domain.addresses import CHANNELS
from notifyhub.errors import InvalidRequest
from notifyhub.requests import MessageRequest, dialects, message_request
from tests.texts import TEXTS, texts

R = TypeVar("R")
NOW = datetime(2026, 1, 1, tzinfo=UTC)
USERS = (
    st.integers()
    | st.text(max_size=20)
    | st.none()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.lists(st.integers(), max_size=2)
)


def plain(**members: Any) -> MessageRequest:
    asked = {"text": "Hello", "recipients": [{"telegram": "1"}], **members}
    return message_request(json.dumps(asked).encode(), now=NOW, max_recipients=10)


def sendmsg(**members: Any) -> MessageRequest:
    asked = {"messengers_list": ["Telegram"], "users_list": [1], "message": "Hello", **members}
    return dialects.sendmsg(json.dumps(asked).encode(), most=10)


def tried(request: Callable[[], R]) -> tuple[R | None, list[str]]:
    """What the request came to, or the paths of its faults."""
    try:
        return request(), []
    except InvalidRequest as refused:
        return None, [fault.path for fault in refused.faults]


def faults(refused: Any) -> list[tuple[str, str]]:
    return [(fault.path, fault.code) for fault in refused.value.faults]


TIMES = {
    "2126-12-01T10:00:00+03:00": "2126-12-01T07:00:00+00:00",
    "2126-12-01 10:00:00+03:00": "2126-12-01T07:00:00+00:00",
    "2126-12-01T10:00:00Z": "2126-12-01T10:00:00+00:00",
    "2126-12-01t10:00:00z": "2126-12-01T10:00:00+00:00",
    "2126-12-01T10:00Z": "2126-12-01T10:00:00+00:00",
    "20261201T100000Z": "2026-12-01T10:00:00+00:00",
    "2126-12-31T23:59:59.999999-12:00": "2127-01-01T11:59:59.999999+00:00",
    "2028-02-29T00:00:00+14:00": "2028-02-28T10:00:00+00:00",
    "0001-01-01T00:00:00Z": "0001-01-01T00:00:00+00:00",
    "9999-12-31T23:59:59Z": "9999-12-31T23:59:59+00:00",
    "2126-12-01T10:00:00-23:59": "2126-12-02T09:59:00+00:00",
}
NO_TIMES = {
    "2026-12-31T23:59:60Z": "form",  # a leap second
    "2026-06-30T24:00:01Z": "form",
    "2027-02-29T00:00:00Z": "form",
    "0000-01-01T00:00:00Z": "form",
    "10000-01-01T00:00:00Z": "form",
    "0001-01-01T00:00:00+00:01": "form",
    "9999-12-31T23:59:59-00:01": "form",
    "2126-12-01T10:00:00+24:00": "form",
    "2126-12-01T10:00:00 Europe/Moscow": "form",
    "2126-12-01": "form",
    "\u0662\u0661\u0662\u0666-12-01T10:00:00Z": "form",
    " 2126-12-01T10:00:00Z": "form",
    "2126-12-01T10:00:00": "naive",
    "2126-12-01T10": "naive",
}


@pytest.mark.parametrize(("written", "meant"), TIMES.items())
def test_a_time_means_the_same_in_every_request(written: str, meant: str) -> None:
    found = (plain(send_at=written).send_at, sendmsg(deffered_time=written).send_at)

    assert found == (datetime.fromisoformat(meant),) * 2


@pytest.mark.parametrize(("written", "code"), NO_TIMES.items())
def test_what_is_no_time_is_refused_by_its_name_in_every_request(written: str, code: str) -> None:
    with pytest.raises(InvalidRequest) as ours:
        plain(send_at=written)
    with pytest.raises(InvalidRequest) as theirs:
        sendmsg(deffered_time=written)

    assert (faults(ours), faults(theirs)) == ([("$.send_at", code)], [("$.deffered_time", code)])


@pytest.mark.parametrize("text", TEXTS)
def test_text_is_kept_to_the_byte(text: str) -> None:
    assert plain(text=text).text == sendmsg(message=text).text == text


@given(text=texts)
def test_any_text_is_kept_to_the_byte(text: str) -> None:
    assert plain(text=text).text.encode() == sendmsg(message=text).text.encode() == text.encode()


@given(messenger=st.sampled_from(dialects.SPELLINGS), user=USERS)
def test_any_user_is_one_address_or_one_parameter_named(messenger: str, user: Any) -> None:
    request, wrong = tried(lambda: sendmsg(messengers_list=[messenger], users_list=[user]))

    assert set(wrong) <= {"$.users_list[0]", "$.users_list"}
    if request:
        ((channel, address),) = request.pairs()
        assert (channel in CHANNELS, address.isascii()) == (True, True)


anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)
sendmsg_like = st.dictionaries(st.sampled_from(sorted(dialects.SendRequest.model_fields)), anything)
item_like = st.dictionaries(st.sampled_from(sorted(dialects.Item.model_fields)), anything)
items_like = st.dictionaries(
    st.sampled_from([*dialects.SPELLINGS, "TELEGRAM", "ICQ"]), st.lists(item_like | anything, max_size=3) | anything
)


@given(asked=anything | sendmsg_like)
def test_nothing_but_invalid_request_comes_of_any_sendmsg(asked: Any) -> None:
    request, wrong = tried(lambda: dialects.sendmsg(json.dumps(asked).encode(), most=10))

    assert bool(request) != bool(wrong)
    assert all(path.startswith("$") for path in wrong)


@given(asked=anything | items_like)
def test_every_item_is_a_message_or_has_faults_under_its_own_path(asked: Any) -> None:
    found, _ = tried(lambda: dialects.items(json.dumps(asked).encode(), most=10))
    if found is None:
        return
    places = [f"$.{name}[{i}]" for name, listed in asked.items() for i in range(len(listed))]
    assert len(found) == len(places)
    for item, place in zip(found, places, strict=True):
        assert isinstance(item, MessageRequest) or (item and all(fault.path.startswith(place) for fault in item))


@given(asked=anything | st.fixed_dictionaries({"messages_id": anything}))
def test_ids_are_texts_or_refused(asked: Any) -> None:
    ids, wrong = tried(lambda: dialects.asked_ids(json.dumps(asked).encode(), most=10))

    assert bool(ids) != bool(wrong)
    assert all(isinstance(id_, str) and id_.encode() for id_ in ids or ())


@pytest.mark.parametrize(
    "text", ["\u200b", "\u200b\ufeff \u2060", "\x07\x1b", "\u3164", "\u2800\n", "\ufe0f", "\u00ad"]
)
def test_a_text_of_which_nothing_can_be_seen_is_blank(text: str) -> None:
    with pytest.raises(InvalidRequest) as refused:
        plain(text=text)
    assert faults(refused) == [("$.text", "empty")]


@pytest.mark.parametrize("text", ["\u200bHi", "\U0001f468\u200d\U0001f469", "\u2764\ufe0f", "."])
def test_a_text_with_invisible_parts_is_no_blank_one(text: str) -> None:
    assert plain(text=text).text == text
