"""Whose commands these are."""

from __future__ import annotations

import os
import sys


def account() -> str:
    """The account on this machine that runs this process: its name, or its number if it has none."""
    if sys.platform == "win32":
        from getpass import getuser

        return getuser()
    # Not getpass, which believes what LOGNAME says.
    import pwd

    try:
        return pwd.getpwuid(os.getuid()).pw_name
    except KeyError:
        return f"uid {os.getuid()}"
