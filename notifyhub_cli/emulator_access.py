"""Who may use an emulator, depending on the address it listens on."""

from __future__ import annotations

import ipaddress
import secrets

from notifyhub.emulator.web.guards import THIS_MACHINE, Guards, with_key
from notifyhub.emulator.web.key_asked import one_key
from notifyhub.settings import Settings


def only_this_machine_reaches(address: str) -> bool:
    return ipaddress.ip_address(address).is_loopback


def guards_alone(address: str, settings: Settings) -> tuple[Guards, str | None]:
    """Guards for a standalone emulator, and the key generated for it if it needs one and none is set."""
    around = THIS_MACHINE if only_this_machine_reaches(address) else None
    if settings.emulator_key is not None:
        return with_key(one_key(settings.emulator_key.get_secret_value()), around), None
    if around is not None:
        return around, None
    made = secrets.token_urlsafe(32)
    return with_key(one_key(made)), made
