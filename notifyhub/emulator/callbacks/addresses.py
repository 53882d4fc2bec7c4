"""URLs of bots, as sent on the wire."""

from __future__ import annotations

import re
from collections.abc import Mapping
from urllib.parse import unquote_plus, urlencode

from yarl import URL

AS_WRITTEN = re.compile(r"[!-~]+")


def with_parameters(url: str, parameters: Mapping[str, str]) -> str:
    """The URL with these parameters at the end of its query; everything else is unchanged, byte for byte.

    A parameter of the same name in the URL is replaced, so that there is only one.
    """
    address, mark, fragment = url.partition("#")
    path, _, query = address.partition("?")
    kept = [pair for pair in query.split("&") if _name(pair) not in parameters] if query else []
    return f"{path}?{'&'.join((*kept, urlencode(parameters)))}{mark}{fragment}"


def on_the_wire(url: str) -> URL:
    """The URL unchanged, byte for byte; only what is invalid in a request line is escaped."""
    return URL(url, encoded=AS_WRITTEN.fullmatch(url) is not None)


def _name(pair: str) -> str:
    return unquote_plus(pair.partition("=")[0])
