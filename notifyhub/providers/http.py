"""The seam between providers and an HTTP client: one method, three ways it can end."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol


@dataclass(frozen=True, slots=True)
class HttpRequest:
    """A POST: absolute URL, headers and body as they go out."""

    url: str
    body: bytes
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class HttpResponse:
    """An answer that arrived whole. Header names are lower-case."""

    status: int
    headers: Mapping[str, str]
    body: bytes


class NotConnected(Exception):
    """No connection was made, so nothing was sent: safe to try again."""


class AnswerLost(Exception):
    """The request may have gone out, but no whole answer came back. `code`: `timeout` or `connection_lost`."""

    def __init__(self, code: str, text: str) -> None:
        self.code = code
        super().__init__(text)


class Transport(Protocol):
    """An HTTP client with pooled keep-alive connections."""

    async def post(self, request: HttpRequest, timeout_s: float) -> HttpResponse:
        """Post and return the whole answer.

        Raises NotConnected when nothing was sent, AnswerLost when that cannot be known.
        """
        ...

    async def aclose(self) -> None: ...
