"""The hub: users call `Hub`; `notifyhub.hub.core` is behind it."""

from __future__ import annotations

from notifyhub.hub.hub import Hub, core_of

__all__ = ["Hub", "core_of"]
