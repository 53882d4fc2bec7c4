"""Phone numbers as people write them, and the one number that each of them is."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from notifyhub.domain import phones
from notifyhub.domain.addresses import canonical
from notifyhub.domain.phones import e164_digits


@pytest.mark.parametrize(
    ("written", "number"),
    [
        ("8 (916) 123-45-67", "79161234567"),
        ("8 (495) 123-45-67 ", "74951234567"),  # no country has the code 8, so the 8 is that of a call inside Russia
        ("8-495-123-45-67", "74951234567"),
        ("84951234567", "84951234567"),  # ambiguous without groups: in use in Viet Nam, and international comes first
        ("84 95 123 45 67", "84951234567"),
        ("(495) 123-45-67", "74951234567"),  # not 49 51234567, which is in use in Germany
        ("495 123-45-67", "74951234567"),
        ("49 51234567", "4951234567"),
        ("447 400 123 456", "447400123456"),
        ("1 (650) 555-1234", "16505551234"),
        ("9161234567", "79161234567"),
        ("+7 916 123-45-67", "79161234567"),
        ("+44 (0) 1632 960961", "441632960961"),
        ("441632960961", "441632960961"),
        ("16505551234", "16505551234"),
        ("\u0667\u0669\u0661\u0666\u0661\u0662\u0663\u0664\u0665\u0666\u0667", "79161234567"),
        ("\uff0b\uff17\uff19\uff11\uff16\uff11\uff12\uff13\uff14\uff15\uff16\uff17", "79161234567"),
    ],
)
def test_a_number_is_kept_as_its_e164_digits(written: str, number: str) -> None:
    assert e164_digits(written) == number


@pytest.mark.parametrize(
    ("written", "why"),
    [
        ("7916123456", "too short"),
        ("+7 916 123-45-6", "too short"),
        ("+1 650 555 12345", "too long"),
        ("+7 916 123-45-678", "none of this length"),
        ("+999 12345678", "country code"),
        ("99912345678", "country code"),
        ("+91 61234567", "nobody has"),  # without its plus sign this would be a Russian mobile number
        ("310000000", "nobody has"),  # a trunk zero would be taken off at each reading
        ("call me", "digits"),
    ],
)
def test_what_is_no_number_is_refused_with_the_reason(written: str, why: str) -> None:
    with pytest.raises(ValueError, match=why):
        e164_digits(written)


def test_without_a_region_only_the_international_form_is_taken() -> None:
    assert e164_digits("79161234567", region="") == "79161234567"
    with pytest.raises(ValueError, match="country code"):
        e164_digits("89161234567", region="")


def test_a_national_number_is_read_in_the_region_that_is_given() -> None:
    assert e164_digits("0 30 901820", region="DE") == "4930901820"
    assert e164_digits("8 (495) 123-45-67", region="DE") == "84951234567"


@pytest.mark.parametrize("channel", ["whatsapp", "gateway"])
def test_every_spelling_is_one_address(channel: str) -> None:
    spellings = ("8 916 123 45 67", "9161234567", "+7 (916) 123-45-67", "79161234567", 79161234567)

    assert {canonical(channel, spelling) for spelling in spellings} == {"79161234567"}


@pytest.mark.parametrize("spelling", ["7916{:07}", "+7 (916) {:07}", "8 (916) {:07}"])
def test_the_usual_spellings_of_ten_thousand_russian_numbers_are_read_without_the_numbering_plans(
    spelling: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(phones, "_parsed", None)

    assert len({e164_digits(spelling.format(number)) for number in range(10_000)}) == 10_000


@given(st.from_regex(r"\+?[0-9]{5,16}", fullmatch=True))
def test_a_number_that_is_kept_is_read_as_itself(written: str) -> None:
    try:
        number = e164_digits(written)
    except ValueError:
        return
    assert e164_digits(number) == number


@pytest.mark.parametrize(
    "link", ["https://t.me/durov", "http://t.me/durov", "t.me/Durov", "https://t.me/durov/", "https://www.t.me/durov"]
)
def test_a_link_to_a_person_on_telegram_is_read_as_the_username(link: str) -> None:
    assert canonical("telegram", link) == "@durov"
