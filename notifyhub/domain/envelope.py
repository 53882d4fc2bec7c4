"""What a provider is given: no row, no model, nothing it could change."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

NONE: Mapping[str, Any] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Envelope:
    """One text on its way to one address.

    address    canonical form of the channel (see `domain.addresses`)
    text       the message text
    reference  stable over all attempts of this delivery and unique over all installs,
               so that a messenger that knows idempotency keys can use it as one
    timeout_s  seconds the call may take at most; already cut to what is left before `expires_at`
    options    what the caller asked of this channel (see `requests.options`), only what was given
    """

    address: str
    text: str
    reference: str
    timeout_s: float
    options: Mapping[str, Any] = field(default_factory=lambda: NONE)
