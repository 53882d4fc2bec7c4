"""The Telegram Bot API as the emulator speaks it."""

from notifyhub.emulator.telegram.errors import OUTCOMES
from notifyhub.emulator.telegram.messenger import Telegram
from notifyhub.emulator.telegram.posting import LIMITS

__all__ = ["LIMITS", "OUTCOMES", "Telegram"]
