"""One call to a bot's URL, and its result."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Literal

import aiohttp
from yarl import URL

from notifyhub.emulator.callbacks.addresses import on_the_wire, with_parameters
from notifyhub.emulator.callbacks.egress import NearConnector

ANSWER_KEPT = 65_536
TIMEOUT = aiohttp.ClientTimeout(total=30.0)

Hosts = Literal["near", "any"]


@dataclass(frozen=True, slots=True)
class Repeats:
    """How a messenger retries without a 2xx: `times` retries, with pauses from `first_s`, times `factor`, up to
    `most_s`.

    A `Retry-After` of the receiver is respected up to `retry_after_limit_s`; 0: ignored.
    """

    times: int = 5
    first_s: float = 1.0
    factor: float = 2.0
    most_s: float = 60.0
    retry_after_limit_s: float = 0.0

    def pause_s(self, attempt: int, retry_after: str) -> float | None:
        """Seconds between a failed attempt (1 is the first) and the next; None if there is no next."""
        if attempt > self.times:
            return None
        if self.retry_after_limit_s and retry_after.isascii() and retry_after.isdigit():
            return min(float(retry_after), self.retry_after_limit_s)
        return float(min(self.first_s * self.factor ** min(attempt - 1, 64), self.most_s))


@dataclass(frozen=True, slots=True)
class CallbackResult:
    """One try. `status` and `answer` are the receiver's; `error` is set if there was none. `last`: no more tries."""

    channel: str
    bot: str
    kind: str
    url: str
    at: float
    attempt: int
    status: int | None = None
    error: str | None = None
    last: bool = True
    retry_after: str = ""
    about: str = ""
    content_type: str = ""
    answer: bytes = field(default=b"", repr=False)

    @property
    def delivered(self) -> bool:
        return self.status is not None and 200 <= self.status < 300

    def describe(self) -> dict[str, Any]:
        """For people: without the query of the URL, where bots keep secrets."""
        shown = ("channel", "bot", "kind", "about", "at", "attempt", "status", "error", "last")
        return {name: getattr(self, name) for name in shown} | {"url": self.url.partition("?")[0]}


@dataclass(frozen=True, slots=True)
class Callback:
    """One call. Callbacks of one `bot` (an id, never a secret) keep their order, even while one is retried.

    `url` is the bot's URL, as shown to people; `parameters` are added to its query by the messenger. `told` is called
    after each try, in the event loop. `about` is the id of the message it is about.
    """

    channel: str
    bot: str
    kind: str
    url: str
    body: bytes = field(repr=False)
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    parameters: Mapping[str, str] = field(default_factory=dict, repr=False)
    method: str = "POST"
    repeats: Repeats = Repeats()
    about: str = ""
    told: Callable[[CallbackResult], None] | None = field(default=None, repr=False)

    @property
    def address(self) -> URL:
        """The URL that is really called."""
        return on_the_wire(with_parameters(self.url, self.parameters) if self.parameters else self.url)


class Caller:
    """Makes the calls. `hosts` "near" allows only this machine and private networks."""

    def __init__(self) -> None:
        self._sessions: dict[Hosts, aiohttp.ClientSession] = {}

    async def close(self) -> None:
        sessions, self._sessions = list(self._sessions.values()), {}
        for session in sessions:
            await session.close()

    async def call(self, callback: Callback, attempt: int, hosts: Hosts) -> CallbackResult:
        """One try. Never raises for errors of the receiver or the network."""
        who = (callback.channel, callback.bot, callback.kind, callback.url)
        result = CallbackResult(*who, time.time(), attempt, about=callback.about)
        try:
            return await self._send(callback, result, self._session(hosts))
        except (aiohttp.ClientError, OSError, ValueError) as error:
            return replace(result, error=str(error) or type(error).__name__)

    async def _send(self, callback: Callback, result: CallbackResult, session: aiohttp.ClientSession) -> CallbackResult:
        request = session.request(
            callback.method, callback.address, data=callback.body, headers=callback.headers, allow_redirects=False
        )
        async with request as response:
            answer = await _beginning(response.content)
            return replace(
                result,
                status=response.status,
                answer=answer,
                retry_after=response.headers.get("Retry-After", ""),
                content_type=response.headers.get("Content-Type", ""),
            )

    def _session(self, hosts: Hosts) -> aiohttp.ClientSession:
        session = self._sessions.get(hosts)
        if session is None:
            connector = NearConnector() if hosts == "near" else None
            session = self._sessions[hosts] = aiohttp.ClientSession(connector=connector, timeout=TIMEOUT)
        return session


async def _beginning(content: aiohttp.StreamReader) -> bytes:
    """The part of an answer that is kept; it may arrive in pieces."""
    answer = b""
    while len(answer) < ANSWER_KEPT and not content.at_eof():
        answer += await content.read(ANSWER_KEPT - len(answer))
    return answer
