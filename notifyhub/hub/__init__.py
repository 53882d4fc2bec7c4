"""The hub: `Hub` is what users call, `Core` what stands behind it."""

from __future__ import annotations

from notifyhub.hub.core import Core
from notifyhub.hub.hub import Hub, core_of

__all__ = ["Core", "Hub", "core_of"]
