"""The interface between providers and an HTTP client: one method with three possible ends."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import Protocol

# Below the 5 s after which uvicorn and Node close an idle connection: to post on one that the server is just
# closing ends in "nobody can know".
KEEP_ALIVE_S = 4.0
CONNECT_S = 5.0
# Less time than this is none: clients take a timeout of 0 for no timeout at all.
SHORTEST_S = 0.001
BODY_LIMIT = 1 << 20
"""Bytes of an answer that are read at most. No messenger's answer to a send comes near it."""

LONGEST_WAIT_S = 7 * 86_400.0
"""A longer wait than a week, in seconds, is taken as a week: beyond it lies garbage, and overflow."""


@dataclass(frozen=True, slots=True)
class HttpRequest:
    """A POST: absolute URL, headers and body."""

    url: str
    body: bytes
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class HttpResponse:
    """A complete answer, cut at `BODY_LIMIT`. Header names are in lower case."""

    status: int
    headers: Mapping[str, str]
    body: bytes


@dataclass(frozen=True, slots=True)
class Connection:
    """How to connect to a messenger.

    proxy       URL of an HTTP proxy, with credentials; None: connect directly
    ca_file     PEM file of additional trusted authorities
    verify_tls  False: accept any certificate
    """

    proxy: str | None = None
    ca_file: Path | None = None
    verify_tls: bool = True


STRAIGHT = Connection()


class NotConnected(Exception):
    """No connection was made, so nothing was sent: safe to retry."""


class AnswerLost(Exception):
    """The request may have been sent, but no complete answer arrived. `code`: `timeout` or `connection_lost`."""

    def __init__(self, code: str, text: str) -> None:
        self.code = code
        super().__init__(text)


class Transport(Protocol):
    """An HTTP client with pooled keep-alive connections, used from one event loop."""

    async def post(self, request: HttpRequest, timeout_s: float) -> HttpResponse:
        """Post and return the complete answer.

        Raises NotConnected if nothing was sent, AnswerLost if that is unknown.
        """
        ...

    async def aclose(self) -> None: ...


def retry_after_s(headers: Mapping[str, str]) -> float | None:
    """Seconds that the header Retry-After asks for (RFC 9110, 10.2.3), or None if it is absent or unusable.

    Zero and the past are unusable too: a wait costs no attempt, so without length it would loop.
    """
    value = headers.get("retry-after")
    if value is None:
        return None
    value = value.strip()
    wait_s = _seconds(value) if value.isascii() and value.isdigit() else _until(value, headers.get("date"))
    return min(wait_s, LONGEST_WAIT_S) if wait_s > 0 else None


def _seconds(digits: str) -> float:
    return float(digits) if len(digits) < 12 else LONGEST_WAIT_S


def _until(value: str, date: str | None) -> float:
    """Measured from the server's Date if there is one, so that a wrong clock here does no harm."""
    moment, now = _http_date(value), _http_date(date or "") or datetime.now(UTC)
    return (moment - now).total_seconds() if moment else 0.0


def _http_date(value: str) -> datetime | None:
    try:
        moment = parsedate_to_datetime(value)
    except (ValueError, TypeError, OverflowError, IndexError):
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
