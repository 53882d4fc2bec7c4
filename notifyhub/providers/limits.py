"""The documented limits of the messengers; each stands beside its provider."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from notifyhub.domain.rates import ChannelLimits
from notifyhub.providers import telegram, viber, whatsapp

DOCUMENTED: Mapping[str, ChannelLimits] = MappingProxyType(
    {
        "telegram": telegram.LIMITS,
        "viber": viber.LIMITS,
        "whatsapp": whatsapp.LIMITS,
        "gateway": ChannelLimits(),
        "email": ChannelLimits(),
    }
)
"""By channel. The gateway and e-mail document none, and neither do channels from other packages."""
