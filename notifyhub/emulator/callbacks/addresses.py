"""A bot's own address on its way to the wire."""

from __future__ import annotations

import re
from collections.abc import Mapping
from urllib.parse import unquote_plus, urlencode

from yarl import URL

AS_WRITTEN = re.compile(r"[!-~]+")


def with_parameters(url: str, parameters: Mapping[str, str]) -> str:
    """The address with these at the end of its query; all else stays as it was written, byte for byte.

    A parameter of the same name that the address already has gives way: whoever reads one shall find one.
    """
    address, mark, fragment = url.partition("#")
    path, _, query = address.partition("?")
    kept = [pair for pair in query.split("&") if _name(pair) not in parameters] if query else []
    return f"{path}?{'&'.join((*kept, urlencode(parameters)))}{mark}{fragment}"


def on_the_wire(url: str) -> URL:
    """As it was written, so that the bot finds every byte of it; what no request line can hold is escaped."""
    return URL(url, encoded=AS_WRITTEN.fullmatch(url) is not None)


def _name(pair: str) -> str:
    return unquote_plus(pair.partition("=")[0])
