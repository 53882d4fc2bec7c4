"""What every provider is, and the part of the road that all HTTP providers share."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable
from typing import ClassVar, Protocol

from notifyhub.domain.envelope import Envelope
from notifyhub.domain.outcome import Outcome, TemporaryFailure, Unconfirmed
from notifyhub.domain.retry import RetryPolicy
from notifyhub.providers.http import AnswerLost, HttpRequest, HttpResponse, NotConnected, Transport

DETAIL_LIMIT = 500
MASK = "***"


class Provider(Protocol):
    """Speaks one channel's wire. One instance serves all deliveries of its channel in a process."""

    channel: str
    retry: RetryPolicy

    async def send(self, envelope: Envelope) -> Outcome:
        """Make one call. Never raises for anything the network or the messenger does."""
        ...

    async def aclose(self) -> None:
        """Close the connections."""
        ...


class HttpProvider(ABC):
    """A provider over HTTP: subclasses say what to post and what the answer means."""

    channel: ClassVar[str]
    retry: RetryPolicy

    def __init__(self, transport: Transport, retry: RetryPolicy, secrets: Iterable[str]) -> None:
        self._transport = transport
        self.retry = retry
        self._secrets = tuple(secret for secret in secrets if secret)

    @abstractmethod
    def request(self, envelope: Envelope) -> HttpRequest:
        """The call that carries this envelope."""

    @abstractmethod
    def classify(self, response: HttpResponse) -> Outcome:
        """What the messenger's answer means."""

    async def send(self, envelope: Envelope) -> Outcome:
        try:
            response = await self._transport.post(self.request(envelope), timeout_s=envelope.timeout_s)
        except NotConnected as error:
            return TemporaryFailure(reason="unreachable", code="not_connected", detail=self.mask(str(error)))
        except AnswerLost as error:
            return Unconfirmed(code=error.code, detail=self.mask(str(error)))
        return self.classify(response)

    def mask(self, text: str) -> str:
        """`text` fit to be kept: without secrets, not longer than `DETAIL_LIMIT` characters."""
        for secret in self._secrets:
            text = text.replace(secret, MASK)
        return text[:DETAIL_LIMIT].replace("\x00", "")

    async def aclose(self) -> None:
        await self._transport.aclose()
