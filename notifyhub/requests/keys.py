"""What a caller may ask of an API key."""

from __future__ import annotations

from collections.abc import Sequence

from notifyhub.errors import Fault, InvalidRequest

ADMIN = "admin"
SCOPES = ("send", "read", ADMIN)
LONGEST_NAME = 255


def check_key(name: str, scopes: Sequence[str]) -> None:
    """Raises InvalidRequest with everything that is wrong."""
    faults = []
    if not name.strip():
        faults.append(Fault("$.name", "empty", "must not be empty"))
    if len(name) > LONGEST_NAME or not name.isprintable():
        faults.append(Fault("$.name", "form", f"takes at most {LONGEST_NAME} characters, all of them printable"))
    if not scopes:
        faults.append(Fault("$.scope", "empty", f"needs at least one of {', '.join(SCOPES)}"))
    known = ", ".join(SCOPES)
    wrong = [scope for scope in scopes if scope not in SCOPES]
    faults += [Fault("$.scope", "unknown_value", f"there is no {scope!r}; there are {known}") for scope in wrong]
    if faults:
        raise InvalidRequest(faults)
