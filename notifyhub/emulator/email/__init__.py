"""E-mail in the emulator: an SMTP server that accepts everything and delivers nothing."""

from notifyhub.emulator.email.answers import CODES, OUTCOMES

__all__ = ["CODES", "OUTCOMES"]
