"""How much text a channel carries."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from notifyhub.domain.addresses import CHANNELS
from notifyhub.domain.limits import MAX_CHARACTERS, text_fault


@pytest.mark.parametrize(("channel", "limit"), [("telegram", 4096), ("viber", 7000), ("whatsapp", 4096)])
def test_a_text_of_just_the_limit_is_carried(channel: str, limit: int) -> None:
    assert text_fault(channel, "x" * limit) is None


@pytest.mark.parametrize(("channel", "limit"), [("telegram", 4096), ("viber", 7000), ("whatsapp", 4096)])
def test_a_text_one_over_the_limit_is_refused_with_both_numbers(channel: str, limit: int) -> None:
    fault = text_fault(channel, "x" * (limit + 1))
    assert fault == f"{channel} takes at most {limit} characters, this text has {limit + 1}"


def test_characters_are_counted_as_code_points() -> None:
    assert text_fault("telegram", "😀" * 4096) is None


def test_viber_carries_the_longest_text_of_the_widest_characters() -> None:
    assert text_fault("viber", "😀" * 7000) is None


def test_viber_refuses_a_text_that_grows_too_big_as_json() -> None:
    assert text_fault("viber", "x\x01" * 3500) is None
    fault = text_fault("viber", "\x01" * 5000)
    assert fault == "viber takes at most 28000 bytes of text as JSON, this text has 30000"


def test_the_gateway_documents_no_limit() -> None:
    assert text_fault("gateway", "x" * 100_000) is None


@pytest.mark.parametrize("channel", CHANNELS)
@pytest.mark.parametrize("blank", ["", " \n\t", "\u2003"])
def test_a_blank_text_goes_over_no_channel(channel: str, blank: str) -> None:
    assert text_fault(channel, blank) == "the text is blank"


@pytest.mark.parametrize("channel", CHANNELS)
def test_half_of_a_surrogate_pair_goes_over_no_channel(channel: str) -> None:
    assert "surrogate" in (text_fault(channel, "hi \ud83d") or "")


def test_every_channel_has_a_line_in_the_table() -> None:
    assert tuple(MAX_CHARACTERS)[: len(CHANNELS)] == CHANNELS  # those of one's own follow


@given(channel=st.sampled_from(CHANNELS), text=st.text())
def test_any_text_is_judged_without_raising(channel: str, text: str) -> None:
    assert text_fault(channel, text) is None or isinstance(text_fault(channel, text), str)
