"""Calls to the provider: no redirect is followed, each ends in time, and no answer may be large."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

import httpx
import orjson

from notifyhub.errors import SettingsError
from notifyhub.settings import without_secrets
from notifyhub_api.dashboard.oidc.refusals import AWAY, UNUSABLE, OidcSignInRefused

LARGEST_ANSWER = 2**20
"""Bytes; those of real providers have a few thousand."""
_TOO_MANY_REQUESTS = 429

Document = dict[str, Any]


class Answer(NamedTuple):
    """What the provider answered: `body` is a JSON object."""

    status: int
    body: Document


class Fetcher:
    """Makes the calls, each on a connection of its own: there are few, and so nothing is kept open.

    timeout_s  of a whole call, from connecting to the last byte, in seconds
    ca_file    PEM file of certificate authorities to trust in addition to the usual ones

    Raises SettingsError if that file is none.
    """

    def __init__(self, timeout_s: float, ca_file: Path | None = None) -> None:
        self._timeout_s = timeout_s
        self._trusted = _trusted(ca_file)

    async def get(self, url: str, headers: Mapping[str, str] | None = None) -> Document:
        """The JSON object at this URL. Raises OidcSignInRefused, also for every status but 200."""
        answer = await self.call("GET", url, headers=headers)
        if answer.status != httpx.codes.OK:
            raise _unusable(url, f"answered {answer.status}")
        return answer.body

    async def call(self, method: str, url: str, **asked: Any) -> Answer:
        """One call. Raises OidcSignInRefused if there is no answer, a busy one, or one that is no JSON object."""
        try:
            # httpx bounds each step only: whoever sends a byte now and then would never end.
            async with asyncio.timeout(self._timeout_s):
                status, content = await self._received(method, url, asked)
        except (TimeoutError, httpx.TimeoutException):
            raise _away(url, f"no answer within {self._timeout_s:g} s") from None
        except httpx.InvalidURL as error:
            raise _unusable(url, f"is not a valid URL: {error}") from None
        except httpx.HTTPError as error:
            raise _away(url, str(error) or type(error).__name__) from None
        if status >= httpx.codes.INTERNAL_SERVER_ERROR or status == _TOO_MANY_REQUESTS:
            raise _away(url, f"answered {status}")
        return Answer(status, _document(url, status, content))

    async def _received(self, method: str, url: str, asked: Mapping[str, Any]) -> tuple[int, bytes]:
        async with (
            httpx.AsyncClient(verify=self._trusted, trust_env=False, timeout=self._timeout_s) as http,
            http.stream(method, url, **asked) as response,
        ):
            if response.is_redirect:
                raise _unusable(url, f"answered {response.status_code}, and redirects are not followed")
            return response.status_code, await _limited(url, response)


def _trusted(ca_file: Path | None) -> ssl.SSLContext:
    context = ssl.create_default_context()
    try:
        if ca_file is not None:
            context.load_verify_locations(ca_file)
    except ssl.SSLError as error:
        raise SettingsError(f"{ca_file} is not a PEM file of certificates: {error}") from None
    return context


async def _limited(url: str, response: httpx.Response) -> bytes:
    content = bytearray()
    # As it came: what is packed could become large.
    async for chunk in response.aiter_raw():
        content += chunk
        if len(content) > LARGEST_ANSWER:
            raise _unusable(url, f"answered more than {LARGEST_ANSWER} bytes")
    return bytes(content)


def _document(url: str, status: int, content: bytes) -> Document:
    try:
        document = orjson.loads(content)
    except orjson.JSONDecodeError:
        document = None
    if not isinstance(document, dict):
        raise _unusable(url, f"answered {status} with something that is not a JSON object")
    return document


def _away(url: str, why: str) -> OidcSignInRefused:
    return OidcSignInRefused(AWAY, f"{without_secrets(url)}: {why}")


def _unusable(url: str, why: str) -> OidcSignInRefused:
    return OidcSignInRefused(UNUSABLE, f"{without_secrets(url)}: {why}")
