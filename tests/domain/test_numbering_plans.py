"""The quick check of phone numbers agrees with the package phonenumbers."""

from __future__ import annotations

import random
from collections.abc import Iterator

import phonenumbers
import pytest

from notifyhub.domain.numbering_plans import Use, national_mobile, use_of

TYPES = range(9)
VARIANTS = 12


def e164(number: phonenumbers.PhoneNumber) -> str:
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)[1:]


def read(text: str, region: str | None = None) -> tuple[str | None, bool]:
    """What the package makes of a number: its E.164 digits, and whether it is in use."""
    try:
        number = phonenumbers.parse(text, region)
    except phonenumbers.NumberParseException:
        return None, False
    return e164(number), phonenumbers.is_valid_number(number)


def examples(region: str) -> Iterator[str]:
    """Numbers of a region, and what becomes of them by slips: other digits, one more, one less, a trunk zero."""
    chance = random.Random(region)
    for kind in TYPES:
        example = phonenumbers.example_number_for_type(region, kind)
        if example is None:
            continue
        digits = e164(example)
        yield digits
        code = len(str(example.country_code))
        yield digits[:code] + "0" + digits[code:]
        for _ in range(VARIANTS):
            slipped = list(digits)
            for _ in range(chance.randrange(1, 5)):
                slipped[chance.randrange(len(slipped))] = chance.choice("0123456789")
            yield chance.choice(
                ("".join(slipped), "".join(slipped[:-1]), "".join(slipped) + chance.choice("0123456789"))
            )


@pytest.mark.parametrize("region", sorted(phonenumbers.SUPPORTED_REGIONS))
def test_numbers_of_a_region_are_judged_as_the_package_judges_them(region: str) -> None:
    for digits in examples(region):
        number, in_use = read(f"+{digits}")
        use = use_of(digits)
        assert use is not Use.MOBILE or (in_use and number == digits), digits
        assert use is not Use.NONE or not in_use, digits


@pytest.mark.parametrize("region", sorted(phonenumbers.SUPPORTED_REGIONS))
def test_national_numbers_of_a_region_are_read_as_the_package_reads_them(region: str) -> None:
    code = str(phonenumbers.country_code_for_region(region))
    for digits in examples(region):
        national = digits.removeprefix(code)
        found = national_mobile(national, region)
        assert found is None or (found, True) == read(national, region), national


@pytest.mark.parametrize(
    ("digits", "use"),
    [
        ("447400123456", Use.MOBILE),
        ("4915112345678", Use.MOBILE),
        ("4407400123456", Use.UNKNOWN),
        ("442079460018", Use.UNKNOWN),
        ("9161234567", Use.NONE),
        ("999123456789", Use.UNKNOWN),
        ("0447400123456", Use.UNKNOWN),
        ("", Use.UNKNOWN),
    ],
)
def test_only_what_is_certain_is_decided(digits: str, use: Use) -> None:
    assert use_of(digits) is use


def test_a_mobile_number_without_its_country_code_is_known_in_its_region() -> None:
    assert national_mobile("9161234567", "RU") == "79161234567"
    assert national_mobile("9161234567", "DE") is None
    assert national_mobile("9161234567", "") is None
