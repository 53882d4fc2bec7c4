"""Paths that others hand us: only ever pages of ours."""

from __future__ import annotations

import re

_LOCAL = re.compile(r"/(?![/\\])[^\\\x00-\x20\x7f]*")


def local(path: str | None) -> str:
    """The path, if it leads to a page of this service; otherwise the overview.

    `//elsewhere.example` and `/\\elsewhere.example` are other sites to a browser.
    """
    return path if path is not None and _LOCAL.fullmatch(path) else "/"
