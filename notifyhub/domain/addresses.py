"""The addresses of each channel, and their canonical form.

Two spellings of an address must become the same text, because the deduplication key is made from the canonical form.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from types import MappingProxyType

from notifyhub.domain.mailboxes import canonical_email
from notifyhub.domain.phones import DEFAULT_REGION, e164_digits

# [0-9] and not \d throughout: \d also takes the digits of other scripts, which no messenger does.
_CHAT_ID = re.compile(r"-?[0-9]{1,20}")
_USERNAME = re.compile(r"@[A-Za-z][A-Za-z0-9_]{3,31}")
_LINK = re.compile(r"(?:https?://)?(?:www\.)?t\.me/([A-Za-z][A-Za-z0-9_]{3,31})/?", re.IGNORECASE)
_VIBER_ID = re.compile(r"[A-Za-z0-9+/_-]{8,64}={0,2}")
_DIALLED = re.compile(r"\+? ?[0-9(][0-9 ()-]{0,40}")
_PLAIN_NUMBER = re.compile(r"0*([1-9][0-9]{0,14})")

_MAX_CHAT_ID = 2**52 - 1
_MAX_PHONE = 10**15 - 1


@dataclass(frozen=True, slots=True)
class AddressForm:
    """The address format of a channel.

    description  one line for people, used in error texts and in the OpenAPI document
    example      an address in canonical form
    parse        turns a caller's text into the canonical form; raises ValueError with a sentence
    parse_in     the same for addresses that depend on a country, which is its second argument; only for built-in
                 channels: those of plugins use `parse`
    """

    channel: str
    description: str
    example: str
    parse: Callable[[str | int], str]
    parse_in: Callable[[str | int, str], str] | None = None


def _chat_id(address: str | int) -> str:
    text = _text(address, _MAX_CHAT_ID, "a Telegram chat id has at most 52 bits")
    if link := _LINK.fullmatch(text):
        text = f"@{link.group(1)}"
    if _USERNAME.fullmatch(text):
        return text.lower()  # usernames are case-insensitive
    if text.startswith("+"):
        raise ValueError("telegram wants a chat id or @username, not a phone number")
    if not _CHAT_ID.fullmatch(text):
        raise ValueError("telegram wants a whole number (chat id) or @username of 4 to 32 letters, digits and _")
    number = int(text)
    if number == 0 or abs(number) > _MAX_CHAT_ID:
        raise ValueError("a Telegram chat id is not 0 and has at most 52 bits")
    return str(number)


def _viber_id(address: str | int) -> str:
    # a bare number is a phone number or a mistake
    text = address.strip() if isinstance(address, str) else "0"
    if _DIALLED.fullmatch(text):
        raise ValueError("viber wants the subscriber id (such as 01234567890A=), not a phone number")
    if not _VIBER_ID.fullmatch(text):
        raise ValueError("viber wants a subscriber id: 8 to 64 of A-Z a-z 0-9 + / _ - and up to two = at the end")
    return text


def _phone(address: str | int, region: str = DEFAULT_REGION) -> str:
    return _number(address, "whatsapp", region)


def _russian_phone(address: str | int, region: str = DEFAULT_REGION) -> str:
    digits = _number(address, "gateway", region)
    if len(digits) != 11 or not digits.startswith("7"):
        raise ValueError("gateway wants a phone number of 11 digits that begins with 7: 7XXXXXXXXXX")
    return digits


def _number(address: str | int, channel: str, region: str) -> str:
    text = _text(address, _MAX_PHONE, f"{channel} wants a phone number of at most 15 digits")
    try:
        return e164_digits(text, region)
    except ValueError as error:
        raise ValueError(f"{channel} {error}") from None


def _text(address: str | int, limit: int, too_big: str) -> str:
    if isinstance(address, str):
        return address.strip()
    if abs(address) > limit:  # before str(), which refuses huge numbers with words of its own
        raise ValueError(too_big)
    return str(address)


_forms = {
    form.channel: form
    for form in (
        AddressForm("telegram", "Telegram chat id (a whole number) or @username", "123456789", _chat_id),
        AddressForm("viber", "Viber subscriber id, not a phone number", "01234567890A=", _viber_id),
        AddressForm(
            "whatsapp",
            "Phone number with country code, or without for the default region",
            "16505551234",
            _phone,
            _phone,
        ),
        AddressForm("gateway", "Phone number 7XXXXXXXXXX, 11 digits", "79201234567", _russian_phone, _russian_phone),
        AddressForm("email", "E-mail address, without a name", "ann@example.com", canonical_email),
    )
}

FORMS = MappingProxyType(_forms)
"""Channel → the form of its addresses, in the order in which channels are listed to people. Grows by `register`."""

CHANNELS = tuple(FORMS)
"""The built-in channels; `FORMS` also has those of plugins."""


def register(form: AddressForm) -> None:
    """Register the channel of a plugin (see `notifyhub.plugins`)."""
    _forms[form.channel] = form


def canonical(channel: str, address: str | int, region: str = DEFAULT_REGION) -> str:
    """The canonical form of `address` on `channel`; `region` as in `e164_digits`.

    Raises ValueError, with a sentence for the caller, for an unknown channel or an invalid address.
    """
    form = FORMS.get(channel)
    if form is None:
        raise ValueError(f"there is no such channel; known are {', '.join(FORMS)}")
    # bool is an int in Python, but true is not an address
    if isinstance(address, bool) or not isinstance(address, (str, int)):
        raise ValueError(f"{channel} wants a text or a whole number as an address")
    return form.parse(address) if form.parse_in is None else form.parse_in(address, region)


def known_by_number(channel: str, address: str | int, region: str = DEFAULT_REGION) -> str:
    """Like `canonical`, for callers who use one number for a person on every messenger.

    Viber and WhatsApp then get a whole number of up to 15 digits as it is, and judge it themselves.
    """
    if channel in ("viber", "whatsapp") and not isinstance(address, bool):
        text = _text(address, _MAX_PHONE, f"{channel} wants a whole number of at most 15 digits")
        if number := _PLAIN_NUMBER.fullmatch(text):
            return number.group(1)
    return canonical(channel, address, region)
