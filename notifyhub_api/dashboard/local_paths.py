"""Where a browser is sent, after signing in or with a form: only to a page of this installation."""

from __future__ import annotations

HOME = "/"
LONGEST = 1000
"""Characters; the path travels in a cookie."""


def local_path(given: str) -> str:
    """The path with its query, or "/" if it could lead to another host.

    Browsers read `//host`, `/\\host` and `/<tab>/host` as another host.
    """
    begins = given.startswith("/") and not given.startswith("//")
    plain = given.isprintable() and "\\" not in given and " " not in given
    return given if begins and plain and len(given) <= LONGEST else HOME
