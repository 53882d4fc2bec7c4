"""Viber: a bot's calls, and the callbacks that it gets."""

from notifyhub.emulator.viber import account, sending
from notifyhub.emulator.viber.errors import OUTCOMES
from notifyhub.emulator.viber.messenger import Viber

LIMITS = sending.LIMITS | account.LIMITS

__all__ = ["LIMITS", "OUTCOMES", "Viber"]
