"""WhatsApp: the calls of businesses, and their updates."""

from notifyhub.emulator.whatsapp.errors import OUTCOMES
from notifyhub.emulator.whatsapp.messenger import WhatsApp
from notifyhub.emulator.whatsapp.sending import LIMITS

__all__ = ["LIMITS", "OUTCOMES", "WhatsApp"]
