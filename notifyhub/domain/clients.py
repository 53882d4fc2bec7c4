"""What is known of a person without asking anyone: operator code, addresses, what they wish not to get."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping, Sequence

ALL = "all"
"""An opt-out from every channel, those that are added later included."""

BY_PHONE = ("whatsapp", "gateway")
"""The channels whose address is the phone, unless another is given."""

_RUSSIAN = re.compile(r"7[0-9]{10}")


def is_russian(phone: str) -> bool:
    """Is this `7XXXXXXXXXX`?"""
    return _RUSSIAN.fullmatch(phone) is not None


def operator_code_of(phone: str) -> str | None:
    """Digits 2 to 4 of a phone `7XXXXXXXXXX`; None for a phone of another country."""
    return phone[1:4] if is_russian(phone) else None


def address_on(channel: str, phone: str, addresses: Mapping[str, str]) -> str | None:
    """The address of a client on a channel, or None. `addresses` has those that were given."""
    if (given := addresses.get(channel)) is not None:
        return given
    if channel == "gateway":
        return phone if is_russian(phone) else None  # it has no others
    return phone if channel in BY_PHONE else None


def is_opted_out(opted_out: Collection[str], channel: str) -> bool:
    """Does a client wish to get nothing on this channel?"""
    return bool(opted_out) and (channel in opted_out or ALL in opted_out)


def choose(
    channels: Sequence[str], phone: str, addresses: Mapping[str, str], opted_out: Collection[str], *, first: bool
) -> list[tuple[str, str]]:
    """The (channel, address) pairs on which a client gets a mailing, in the order of preference.

    first  only the first channel on which the client has an address and wants messages
    """
    found = _reached(channels, phone, addresses, opted_out)
    return [next(iter(found))] if first and found else found


def _reached(
    channels: Iterable[str], phone: str, addresses: Mapping[str, str], opted_out: Collection[str]
) -> list[tuple[str, str]]:
    return [
        (channel, address)
        for channel in channels
        if (address := address_on(channel, phone, addresses)) is not None and not is_opted_out(opted_out, channel)
    ]
