"""notifyhub: a message is taken once and gets to people on Telegram, Viber, WhatsApp and an HTTP gateway.

    from notifyhub import send

    send("Hello", to={"telegram": "1067000"})

Importing has no side effects: nothing is opened, read or started before the first call.
"""

from __future__ import annotations

import threading
from typing import Any

from notifyhub.answers import Attempt, Cancelled, Delivery, DeliveryResult, Message, Receipt, Retried
from notifyhub.errors import (
    Conflict,
    Fault,
    InvalidRequest,
    NotFound,
    NotifyhubError,
    NotSigned,
    SettingsError,
    StoreUnavailable,
    WaitTimedOut,
)
from notifyhub.hub import Hub
from notifyhub.requests import To
from notifyhub.settings import Settings

__version__ = "0.1.0"

__all__ = [
    # sending
    "send",
    "Hub",
    "Settings",
    # what comes back
    "Message",
    "Delivery",
    "Attempt",
    "Receipt",
    "Cancelled",
    "Retried",
    "DeliveryResult",
    # errors
    "NotifyhubError",
    "SettingsError",
    "InvalidRequest",
    "Fault",
    "NotFound",
    "Conflict",
    "NotSigned",
    "StoreUnavailable",
    "WaitTimedOut",
]

_FINISH_DUE_S = 5.0
_lock = threading.Lock()
_hub: Hub | None = None


def send(text: str, to: To, **options: Any) -> Message:
    """Send with the hub that the environment describes (`NOTIFYHUB_*`); see `Hub.send` for the options.

    A script may end right after this: what is due is given up to 5 seconds to go out, and the rest waits in the
    store for the next process.
    """
    return _default_hub().send(text, to, **options)


def _default_hub() -> Hub:
    global _hub
    with _lock:
        if _hub is None:
            import atexit

            _hub = Hub()
            atexit.register(_hub.close, finish_due_s=_FINISH_DUE_S)
        return _hub
