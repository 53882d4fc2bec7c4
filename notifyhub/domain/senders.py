"""Which account of a channel sends a delivery."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from notifyhub.domain.circuit_breaker import DEFAULT_SENDER


def sender_of(address: str, options: Mapping[str, Any], *, by_address: bool) -> str:
    """The account: the one named in the channel's `options`, or its own.

    by_address  each address of the channel is an account of its own
    """
    return str(options.get("sender", address if by_address else DEFAULT_SENDER))


def name_of(channel: str, sender: str) -> str:
    """An account in words."""
    return f"sender {sender} of {channel}" if sender else channel
