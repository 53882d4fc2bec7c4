"""The kinds of values that settings have, with the checks of each."""

from __future__ import annotations

import json
import re
from typing import Annotated, Any

from pydantic import BeforeValidator, Field
from pydantic_settings import NoDecode

from notifyhub.domain.phones import is_region
from notifyhub.domain.zones import canonical_zone

_ORIGIN = re.compile(r"\*|https?://[a-z0-9.:\[\]-]+")

_ADDRESS = re.compile(r"[^\s@<>,;\"]{1,64}@[^\s@<>,;\"]{1,253}")

Port = Annotated[int, Field(ge=0, le=65535)]


def checked_address(given: str) -> str:
    """An e-mail address as it is. Raises ValueError."""
    address = given.strip()
    if not _ADDRESS.fullmatch(address):
        raise ValueError(f"must be an e-mail address such as ann@example.com (not {address[:100]!r})")
    return address


def _origins(given: Any) -> Any:
    """`https://a.example, https://b.example`, or the same as a JSON array."""
    if isinstance(given, str):
        given = json.loads(given) if given.lstrip().startswith("[") else [part.strip() for part in given.split(",")]
    if not isinstance(given, list | tuple) or not all(_ORIGIN.fullmatch(str(origin)) for origin in given):
        raise ValueError("must be origins as browsers write them, such as https://example.com, or *")
    return given


def _words(given: Any) -> Any:
    """`STOP, /stop`, or the same as a JSON array; "none" for none, because empty variables count as not set."""
    if given in ("", "none"):
        return ()
    if isinstance(given, str):
        given = json.loads(given) if given.lstrip().startswith("[") else given.split(",")
    if not isinstance(given, list | tuple) or not all(isinstance(word, str) and word.strip() for word in given):
        raise ValueError("must be words, separated by commas, or none")
    return tuple(word.strip() for word in given)


def _region(given: Any) -> Any:
    """A country with a phone numbering plan; empty for "none", because empty variables count as not set."""
    if given in ("", "none"):
        return ""
    if not isinstance(given, str) or not is_region(given):
        raise ValueError("must be a two-letter country code in capitals, such as RU, or none")
    return given


def _zone(given: Any) -> Any:
    if not isinstance(given, str):
        raise ValueError("must be a time zone, such as Europe/Moscow or +03:00")
    return canonical_zone(given)


Zone = Annotated[str, BeforeValidator(_zone)]
Region = Annotated[str, BeforeValidator(_region)]
Words = Annotated[tuple[str, ...], NoDecode, BeforeValidator(_words)]
Origins = Annotated[tuple[str, ...], NoDecode, BeforeValidator(_origins)]
