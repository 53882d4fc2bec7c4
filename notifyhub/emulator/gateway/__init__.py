"""The HTTP gateway in the emulator."""

from notifyhub.emulator.gateway.messenger import OUTCOMES, Gateway

__all__ = ["OUTCOMES", "Gateway"]
