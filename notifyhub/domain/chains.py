"""Chains: channels that are tried one after the other."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

NOT_CONFIRMED = "not_confirmed"
CONFIRMED_LATE = "confirmed_late"
"""Reasons of superseded deliveries: no receipt came in time; the receipt of a former step came after all."""

WITH_RECEIPTS = frozenset({"viber", "whatsapp"})
"""Channels whose messengers say whether a message was delivered."""

Asked = Sequence[str] | Mapping[str, Any]
"""Channels as a request has them: a list, or `{"first_of": […], "confirm_within": "PT10M"}`."""


def is_chain(channels: Asked) -> bool:
    return isinstance(channels, Mapping)


def names(channels: Asked) -> list[str]:
    """The channels, in their order."""
    return list(channels["first_of"]) if isinstance(channels, Mapping) else list(channels)
