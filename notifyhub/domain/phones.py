"""Phone numbers: however they are written, one number in E.164 digits (ITU-T E.164, without the plus sign)."""

from __future__ import annotations

import re
import unicodedata
from typing import Any

from notifyhub.domain.numbering_plans import Use, is_country_code, national_mobile, use_of

DEFAULT_REGION = "RU"
"""Where a number without its country code is dialled from, unless it is said otherwise."""

_DIALLED = re.compile(r"\+? ?[0-9(][0-9 ()-]{0,40}")
_FIRST_GROUP = re.compile(r"\(?([0-9]{1,4})[ ()-]+[0-9]")
_NOT_DIGITS = re.compile(r"[^0-9]")
# Eleven digits after 7 9, and after 1 but for 0 and 1, are possible numbers of Russia and of North America.
_PLAINLY_INTERNATIONAL = re.compile(r"(?:79|1[2-9])[0-9]{9}")
# There is no country code 89, so this is a Russian mobile number after the 8 of a call inside the country.
_PLAINLY_RUSSIAN = re.compile(r"89[0-9]{9}")
_LONGEST = 15


def e164_digits(written: str, region: str = DEFAULT_REGION) -> str:
    """The number as E.164 digits: `8 (916) 123-45-67` is 79161234567.

    Read as an international number, with or without its plus sign, else as a national one of `region` (ISO 3166-1
    alpha-2; empty: international form only). National comes first if the groups of digits show no country code.
    Raises ValueError, with a sentence that begins with a verb.
    """
    if _PLAINLY_INTERNATIONAL.fullmatch(written):
        return written  # first, because most numbers of a large import are written so
    text = _in_ascii_digits(written.strip())
    if not _DIALLED.fullmatch(text):
        raise ValueError("wants a phone number: digits, with + spaces hyphens and parentheses allowed")
    digits = _NOT_DIGITS.sub("", text)
    if _PLAINLY_INTERNATIONAL.fullmatch(digits):
        return digits
    is_international = text.startswith("+")
    if region == "RU" and not is_international and _PLAINLY_RUSSIAN.fullmatch(digits):
        return f"7{digits[1:]}"
    if region and not is_international and _is_grouped_nationally(text) and (number := _national(digits, region)):
        return number
    use = use_of(digits)
    if use is Use.MOBILE:
        return digits
    if use is Use.NONE and not is_international and (number := national_mobile(digits, region)):
        return number
    if is_international:
        number, in_use = _international(text)
        settled = in_use and number == digits
    else:
        number = _without_plus(digits, region)
        settled = number == digits
    # It is kept without its plus sign and its trunk zero. Read once more, a number that nobody has might lose another
    # zero (31 0000000 of the Netherlands) or be somebody else's.
    if not settled and _without_plus(number, region) != number:
        raise ValueError("wants a phone number in use: nobody has this one, and without its + or 0 it would be another")
    return number


def is_region(name: str) -> bool:
    """Is there a numbering plan of this country (ISO 3166-1 alpha-2)?"""
    if name == DEFAULT_REGION:
        return True
    import phonenumbers

    return name in phonenumbers.SUPPORTED_REGIONS


def _is_grouped_nationally(text: str) -> bool:
    """Is the first group of digits in parentheses, or no country code, as in 8 (495) 123-45-67 and 495 123-45-67?

    The digits alone may be in use elsewhere: 84 is Viet Nam's code and 49 is Germany's, but nobody writes 8 (4 or 495.
    """
    group = _FIRST_GROUP.match(text)
    return group is not None and (text[0] == "(" or not is_country_code(group[1]))


def _without_plus(digits: str, region: str) -> str:
    if _PLAINLY_INTERNATIONAL.fullmatch(digits):
        return digits
    # The same digits may be possible in one country and in use in another: 9161234567 has the length of an Indian
    # number, which nobody has, and is a Russian mobile number. So those in use come first.
    try:
        international, in_use = _international(f"+{digits}")
    except ValueError:
        if region and (national := _national(digits, region)):
            return national
        raise
    if in_use or not region:
        return international
    return _national(digits, region) or international


def _international(text: str) -> tuple[str, bool]:
    """The digits of a possible number, and whether its country gives out such numbers. Raises ValueError."""
    # Here, because the numbering plans of the world take a while to load.
    import phonenumbers

    number = _parsed(text, None)
    if number is None:
        raise ValueError("wants a phone number with a country code that exists")
    verdict = phonenumbers.is_possible_number_with_reason(number)
    if verdict == phonenumbers.ValidationResult.TOO_SHORT:
        raise ValueError("wants a phone number: this one is too short for its country")
    if verdict == phonenumbers.ValidationResult.TOO_LONG:
        raise ValueError("wants a phone number: this one is too long for its country")
    digits = _digits(number)
    if verdict != phonenumbers.ValidationResult.IS_POSSIBLE or len(digits) > _LONGEST:
        raise ValueError("wants a phone number: there are none of this length in its country")
    return digits, phonenumbers.is_valid_number(number)


def _national(text: str, region: str) -> str | None:
    import phonenumbers

    number = _parsed(text, region)
    return _digits(number) if number is not None and phonenumbers.is_valid_number(number) else None


def _parsed(text: str, region: str | None) -> Any:
    import phonenumbers

    try:
        return phonenumbers.parse(text, region)
    except phonenumbers.NumberParseException:
        return None


def _digits(number: Any) -> str:
    import phonenumbers

    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)[1:]


def _in_ascii_digits(text: str) -> str:
    """Arabic, full-width and other decimal digits as 0 to 9; a full-width plus sign as +."""
    if text.isascii():
        return text
    return "".join(
        str(unicodedata.decimal(char)) if char.isdecimal() else "+" if char == "\uff0b" else char for char in text
    )
