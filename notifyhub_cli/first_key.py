"""The first API key, so that somebody can begin."""

from __future__ import annotations

import os

from notifyhub import Hub
from notifyhub_cli.welcome import key_file


def first_key(hub: Hub) -> str | None:
    """Create the first API key and save it in a file that only its owner can read. None if there are keys already."""
    if hub.keys.list():
        return None
    path = key_file(hub.settings)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.unlink(missing_ok=True)
    # Write the file first: a key that could not be saved would be lost, and the next start would not create another.
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w") as file:
        key = hub.keys.create("first", ("admin",)).key
        file.write(f"{key}\n")
    return key
