"""What a provider gets: no row, no model, nothing that it could change."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

NONE: Mapping[str, Any] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Envelope:
    """One text for one address.

    address    canonical form of the channel (see `domain.addresses`)
    text       the message text
    reference  the same for all attempts of this delivery and unique across installs,
               so that it can be a messenger's idempotency key
    timeout_s  longest duration of the call in seconds; already limited to the time left before `expires_at`
    options    the message's options for this channel (see `requests.options`), only those given
    """

    address: str
    text: str
    reference: str
    timeout_s: float
    options: Mapping[str, Any] = field(default_factory=lambda: NONE)
