"""WhatsApp: the calls of businesses, and the updates that they get."""

from notifyhub.emulator.whatsapp.errors import OUTCOMES
from notifyhub.emulator.whatsapp.messenger import WhatsApp
from notifyhub.emulator.whatsapp.sending import LIMITS

__all__ = ["LIMITS", "OUTCOMES", "WhatsApp"]
