"""The channels and their outcomes."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Literal, get_args

from notifyhub.emulator import email, gateway, telegram, viber, whatsapp
from notifyhub.emulator.shared.wire import NOT_DIGITS

Channel = Literal["telegram", "viber", "whatsapp", "gateway", "email"]

CHANNELS: tuple[Channel, ...] = get_args(Channel)
OWN_CODES = frozenset({"viber", "whatsapp", "email"})
BY_DIGITS = frozenset({"whatsapp", "gateway"})

OUTCOMES: Mapping[str, frozenset[str]] = MappingProxyType(
    {
        "telegram": frozenset(telegram.OUTCOMES),
        "viber": frozenset(viber.OUTCOMES),
        "whatsapp": frozenset(whatsapp.OUTCOMES),
        "gateway": frozenset(gateway.OUTCOMES),
        "email": frozenset(email.OUTCOMES),
    }
)
"""Channel → its outcomes, such as `blocked`: trouble with a recipient or a token, told in the messenger's own way."""

EVERY_OUTCOME = frozenset().union(*OUTCOMES.values())


def canonical(channel: str, address: str) -> str:
    """`address` as in the journal: phone numbers are digits only, mail addresses are in lower case."""
    if channel == "email":
        return address.lower()
    return (NOT_DIGITS.sub("", address) or address) if channel in BY_DIGITS else address
