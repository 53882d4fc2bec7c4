"""The hub: `Hub` is what users call, `notifyhub.hub.core` what stands behind it."""

from __future__ import annotations

from notifyhub.hub.hub import Hub, core_of

__all__ = ["Hub", "core_of"]
