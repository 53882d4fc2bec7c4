"""Viber: the calls of bots, and their callbacks."""

from notifyhub.emulator.viber import account, sending
from notifyhub.emulator.viber.errors import OUTCOMES
from notifyhub.emulator.viber.messenger import Viber

LIMITS = sending.LIMITS | account.LIMITS

__all__ = ["LIMITS", "OUTCOMES", "Viber"]
