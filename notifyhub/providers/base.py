"""The base of all providers, and what all HTTP providers share."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable
from dataclasses import replace
from typing import Any, Protocol
from urllib.parse import quote

import orjson

from notifyhub.domain.envelope import Envelope
from notifyhub.domain.outcome import Outcome, PermanentFailure, Sent, TemporaryFailure, Unconfirmed
from notifyhub.domain.retry import RetryPolicy
from notifyhub.errors import SettingsError
from notifyhub.providers.http import AnswerLost, HttpRequest, HttpResponse, NotConnected, Transport, retry_after_s
from notifyhub.providers.meaning import Meaning, by_status
from notifyhub.providers.shown import LONGEST_BODY, ShownCall

DETAIL_LIMIT = 500
MASK = "***"
# Masking a whole megabyte to keep 500 characters of it would be waste.
_DETAIL_BYTES = 16_384


class Provider(Protocol):
    """Speaks the protocol of one channel. One instance serves all deliveries of its channel in a process."""

    channel: str
    retry: RetryPolicy

    async def send(self, envelope: Envelope) -> Outcome:
        """Make one call. Never raises for anything the network or the messenger does."""
        ...

    async def aclose(self) -> None:
        """Close the connections."""
        ...


class HttpProvider(ABC):
    """A provider over HTTP: subclasses define the request and the meaning of the answer.

    secrets  tokens; they are masked in every `detail`. Raises SettingsError for one that is invalid in a
             URL or a header.
    """

    channel: str
    retry: RetryPolicy

    @property
    def settings_prefix(self) -> str:
        """The prefix of this channel's settings."""
        return f"NOTIFYHUB_{self.channel.upper()}_"

    def __init__(self, transport: Transport, retry: RetryPolicy, secrets: Iterable[str]) -> None:
        self._transport = transport
        self.retry = retry
        self._secrets = tuple(form for secret in secrets for form in self._forms(secret))

    @abstractmethod
    def request(self, envelope: Envelope) -> HttpRequest:
        """The request for this envelope."""

    @abstractmethod
    def classify(self, response: HttpResponse) -> Outcome:
        """The outcome for the messenger's answer. Never raises, whatever the answer is."""

    async def send(self, envelope: Envelope) -> Outcome:
        answer = await self.exchange(envelope)
        return self.classify(answer) if isinstance(answer, HttpResponse) else answer

    async def exchange(self, envelope: Envelope) -> HttpResponse | Outcome:
        """Post the request for this envelope. Returns the answer, or the outcome if there was none."""
        try:
            request = self.request(envelope)
        except orjson.JSONEncodeError as error:
            # Half of a surrogate pair in the text: it cannot be sent, and a retry would not help.
            return PermanentFailure("bad_request", code="not_encodable", detail=self.mask(str(error)))
        return await self.call(request, envelope.timeout_s)

    async def call(self, request: HttpRequest, timeout_s: float) -> HttpResponse | Outcome:
        """Post a request. Returns the answer, or the outcome if there was none."""
        try:
            return await self._transport.post(request, timeout_s=timeout_s)
        except NotConnected as error:
            return TemporaryFailure(reason="unreachable", code="not_connected", detail=self.mask(str(error)))
        except AnswerLost as error:
            return Unconfirmed(code=error.code, detail=self.mask(str(error)))

    def sent(self, messenger_id: str | None, code: str, response: HttpResponse) -> Sent:
        """Accepted under this id; the answer is kept as evidence."""
        return Sent(messenger_id, code, self._detail(response))

    def failed(self, meaning: Meaning, code: str, response: HttpResponse, asked_s: float | None = None) -> Outcome:
        """Not accepted. A wait in the messenger's answer overrides the header, and that overrides the table."""
        if asked_s is None:
            asked_s = retry_after_s(response.headers)
        if meaning.mend:
            meaning = replace(meaning, mend=meaning.mend.replace("$", self.settings_prefix))
        return meaning.outcome(code, self._detail(response), asked_s)

    def bad_answer(self, response: HttpResponse) -> Unconfirmed:
        """An unusable answer: the message may have been accepted after all."""
        return Unconfirmed("bad_answer", self._detail(response))

    def judged_by_status(self, response: HttpResponse) -> Outcome:
        """The outcome for a body without information."""
        meaning = by_status(response.status)
        return self.bad_answer(response) if meaning is None else self.failed(meaning, str(response.status), response)

    def shown(self, envelope: Envelope) -> ShownCall:
        """The call for this envelope, which is not made, without secrets."""
        request = self.request(envelope)
        headers = {name: self._masked(value) for name, value in request.headers.items()}
        body = self._masked(request.body.decode("utf-8", "replace"))
        return ShownCall("POST", self._masked(request.url), headers, body[:LONGEST_BODY])

    def mask(self, text: str) -> str:
        """`text` that may be stored: without secrets, at most `DETAIL_LIMIT` characters."""
        return self._masked(text)[:DETAIL_LIMIT].replace("\x00", "")

    def _masked(self, text: str) -> str:
        for secret in self._secrets:
            text = text.replace(secret, MASK)
        return text

    async def aclose(self) -> None:
        await self._transport.aclose()

    def _detail(self, response: HttpResponse) -> str:
        return self.mask(response.body[:_DETAIL_BYTES].decode("utf-8", "replace"))

    def _forms(self, secret: str) -> set[str]:
        if not secret or not secret.isascii() or not secret.isprintable() or " " in secret:
            raise SettingsError(f"the token of {self.channel} must be printable ASCII without spaces, and not empty")
        quoted = quote(secret, safe="")
        return {secret, quoted, quoted.replace("%3A", "%3a"), quote(secret)}


def json_object(body: bytes) -> dict[str, Any]:
    """The JSON object in `body`; empty for anything else, so that callers need not distinguish the two."""
    try:
        answer = orjson.loads(body)
    except orjson.JSONDecodeError:
        return {}
    return answer if isinstance(answer, dict) else {}


def object_in(answer: dict[str, Any], key: str) -> dict[str, Any]:
    """The object under `key`; empty when there is none."""
    value = answer.get(key)
    return value if isinstance(value, dict) else {}


def integer_in(answer: dict[str, Any], key: str) -> int | None:
    """The whole number under `key`. Not a bool, which Python takes for one, and not a number in quotes."""
    value = answer.get(key)
    return value if type(value) is int else None
