"""What a caller may ask, tried with everything that hypothesis can think of."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from notifyhub.domain.addresses import CHANNELS, FORMS
from notifyhub.errors import Fault, InvalidRequest
from notifyhub.requests import MessageRequest, message_request
from notifyhub.requests.faults import json_path
from tests.texts import shows_something

NOW = datetime(2026, 1, 1, tzinfo=UTC)
GOOD: dict[str, Any] = {"text": "Hello", "recipients": [{"telegram": "1"}]}


def ask(given_: Any, most: int = 100) -> MessageRequest:
    return message_request(given_, now=NOW, max_recipients=most)


def faults(given_: Any, most: int = 100) -> list[Fault]:
    with pytest.raises(InvalidRequest) as refused:
        ask(given_, most)
    return list(refused.value.faults)


def tried(given_: Any) -> tuple[MessageRequest | None, list[str]]:
    """The request, or the paths of its faults."""
    try:
        return ask(given_), []
    except InvalidRequest as refused:
        return None, [fault.path for fault in refused.faults]


offsets = st.timedeltas(timedelta(hours=-23, minutes=-59), timedelta(hours=23, minutes=59)).map(
    lambda offset: timezone(timedelta(minutes=offset // timedelta(minutes=1)))
)
far_from_the_ends = {"min_value": datetime(2, 1, 1), "max_value": datetime(9998, 12, 31)}  # noqa: DTZ001


@given(moment=st.datetimes(**far_from_the_ends, timezones=offsets))
def test_any_moment_with_an_offset_is_kept_exactly(moment: datetime) -> None:
    for written in (moment, moment.isoformat()):
        assert ask({**GOOD, "send_at": written}).send_at == moment
    assert ask(json.dumps({**GOOD, "send_at": moment.isoformat()}).encode()).send_at == moment


@given(moment=st.datetimes(**far_from_the_ends))
def test_any_moment_without_an_offset_is_refused(moment: datetime) -> None:
    for written in (moment, moment.isoformat()):
        assert [(fault.path, fault.code) for fault in faults({**GOOD, "send_at": written})] == [("$.send_at", "naive")]


@given(
    written=st.text(max_size=40) | st.from_regex(r"\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d)?([+-]\d\d:\d\d|Z)?", fullmatch=True)
)
def test_any_text_for_a_time_is_a_time_in_utc_or_one_fault(written: str) -> None:
    request, wrong = tried({**GOOD, "send_at": written})

    assert wrong == ([] if request else ["$.send_at"])
    assert request is None or (request.send_at is not None and request.send_at.utcoffset() == timedelta(0))


@given(end=st.datetimes(timezones=st.just(UTC)), start=st.none() | st.datetimes(timezones=st.just(UTC)))
def test_an_end_is_taken_when_it_is_after_now_and_after_the_start(end: datetime, start: datetime | None) -> None:
    given_ = {**GOOD, "expires_at": end, "send_at": start}

    if end > NOW and (start is None or end > start):
        assert ask(given_).expires_at == end
    else:
        assert [fault.path for fault in faults(given_)] == ["$.expires_at"]


@pytest.mark.parametrize("channel", CHANNELS)
@given(written=st.text(max_size=70) | st.integers() | st.from_regex(r"\+?[0-9 ()-]{5,20}", fullmatch=True))
def test_an_address_has_one_canonical_form_or_one_fault(channel: str, written: str | int) -> None:
    request, wrong = tried({**GOOD, "recipients": [{channel: written}]})

    assert wrong == ([] if request else [f"$.recipients[0].{channel}"])
    if request:
        ((_, address),) = request.pairs()
        assert ask({**GOOD, "recipients": [{channel: address}]}).pairs() == [(channel, address)]


@given(
    text=st.text(st.characters(codec="utf-8", exclude_characters="\x00"), min_size=1, max_size=4_000).filter(
        shows_something
    )
)
def test_any_text_that_people_can_write_is_kept_as_it_is(text: str) -> None:
    assert ask({**GOOD, "text": text}).text == text
    assert ask(json.dumps({**GOOD, "text": text}).encode()).text == text


@given(text=st.text(st.sampled_from("a\ud800\udfff \x00"), max_size=5))
def test_text_that_is_none_has_one_fault(text: str) -> None:
    if text.strip() and set(text) <= {"a", " "}:
        assert ask({**GOOD, "text": text}).text == text
    else:
        assert [fault.path for fault in faults({**GOOD, "text": text})] == ["$.text"]


json_numbers = st.integers() | st.floats() | st.booleans()


def is_whole(number: float) -> bool:
    """As JSON Schema has it: 5.0 is 5, true is no number."""
    return not isinstance(number, bool) and float(number).is_integer() if abs(number) < 2**53 else False


@given(number=json_numbers)
def test_only_whole_numbers_in_range_are_attempts(number: float) -> None:
    if is_whole(number) and 1 <= number <= 100:
        assert ask({**GOOD, "max_attempts": number}).max_attempts == number
    else:
        assert [fault.path for fault in faults({**GOOD, "max_attempts": number})] == ["$.max_attempts"]


@given(number=json_numbers)
def test_only_whole_numbers_in_range_are_a_window(number: float) -> None:
    if is_whole(number) and 1 <= number <= 10 * 366 * 86_400:
        assert ask({**GOOD, "deduplicate": number}).deduplicate == number
    else:
        assert [fault.path for fault in faults({**GOOD, "deduplicate": number})] == ["$.deduplicate"]


anything = st.recursive(
    st.none() | json_numbers | st.text() | st.binary() | st.datetimes(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text() | st.integers(), inner) | st.sets(st.integers()),
    max_leaves=10,
)


@given(asked=anything | st.dictionaries(st.sampled_from(sorted(MessageRequest.model_fields)), anything))
def test_nothing_but_invalid_request_is_ever_raised(asked: Any) -> None:
    request, wrong = tried(asked)

    assert request or wrong
    assert all(path.startswith("$") for path in wrong)


@given(text=st.binary())
def test_bytes_are_read_as_json_or_refused(text: bytes) -> None:
    assert faults(text)


@given(metadata=st.dictionaries(st.text(), st.recursive(st.none() | json_numbers | st.text(), st.lists, max_leaves=5)))
def test_metadata_is_taken_only_if_it_comes_back_the_same(metadata: dict[str, Any]) -> None:
    request, wrong = tried({**GOOD, "metadata": metadata})

    assert wrong == ([] if request else ["$.metadata"])
    assert request is None or orjson.loads(orjson.dumps(request.metadata)) == metadata


def test_a_fault_for_blank_text_is_told_once_for_all_channels() -> None:
    everyone = {channel: form.example for channel, form in FORMS.items()}

    assert len(faults({"text": " ", "recipients": [everyone]})) == 1


def test_recipients_above_the_limit_are_not_even_looked_at() -> None:
    people = [{"telegram": "x"}] * 1_000

    told = faults({**GOOD, "recipients": people}, most=3)

    assert [fault.path for fault in told] == ["$.recipients", *(f"$.recipients[{i}].telegram" for i in range(3))]
    assert told[0].message == "at most 3 in one request, these are 1000"


def test_the_request_of_the_caller_is_left_as_it_was() -> None:
    given_ = {**GOOD, "recipients": [{"telegram": 1}] * 5}
    faults(given_, most=3)

    assert given_ == {**GOOD, "recipients": [{"telegram": 1}] * 5}


def test_names_repeated_at_any_depth_are_found() -> None:
    text = b'{"text": "a", "recipients": [{"telegram": "1"}], "metadata": {"a": [{"b": 1, "b": 2, "b": 3}]}}'

    assert [(fault.path, fault.code) for fault in faults(text)] == [("$.metadata.a[0].b", "repeated")]


@pytest.mark.parametrize(
    ("location", "path"),
    [
        ((), "$"),
        (("recipients", 0, "telegram"), "$.recipients[0].telegram"),
        (("a b",), "$['a b']"),
        (("it's",), r"$['it\'s']"),
        (('"',), "$['\"']"),
        (("\\",), r"$['\\']"),
        (("",), "$['']"),
        (("é\ud800",), r"$['\u00e9\ud800']"),
    ],
)
def test_paths_are_json_paths(location: tuple[str | int, ...], path: str) -> None:
    assert json_path(location) == path
