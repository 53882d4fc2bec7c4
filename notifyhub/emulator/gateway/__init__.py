"""The HTTP gateway as the emulator speaks it."""

from notifyhub.emulator.gateway.messenger import OUTCOMES, Gateway

__all__ = ["OUTCOMES", "Gateway"]
