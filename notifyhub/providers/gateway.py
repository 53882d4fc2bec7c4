"""The HTTP gateway: `POST /v1/send/{msgId}` as in the OpenAPI document "Probe Server" 1.0.0.

Accepted is HTTP 200 *and* `code` 0 in valid JSON; the service is known to return wrong data at times. `msgId` is
chosen by the caller and is the same for all attempts, so that the gateway can drop a repetition.
"""

from __future__ import annotations

from dataclasses import replace
from hashlib import blake2b

import orjson

from notifyhub.domain.envelope import Envelope
from notifyhub.domain.outcome import Outcome, Sent
from notifyhub.domain.retry import RetryPolicy
from notifyhub.providers.base import HttpProvider, integer_in, json_object
from notifyhub.providers.http import HttpRequest, HttpResponse, Transport
from notifyhub.providers.meaning import Meaning, by_status, temporary

_OK = 0
_INT64_MAX = 2**63 - 1
_REFUSED = temporary("refused")  # 200, but another code; none is documented, so another try may help


class GatewayProvider(HttpProvider):
    """Sends text to a phone through an SMS-like gateway.

    base_url  scheme, host and port, without `/v1`
    token     JWT, sent as Bearer
    """

    channel: str = "gateway"

    def __init__(self, transport: Transport, retry: RetryPolicy, *, base_url: str, token: str) -> None:
        super().__init__(transport, retry, (token,))
        self._url = f"{base_url.rstrip('/')}/v1/send/"
        self._headers = {
            "Content-Type": "application/json",
            "Accept": "application/json",
            "Authorization": f"Bearer {token}",
        }

    async def send(self, envelope: Envelope) -> Outcome:
        outcome = await super().send(envelope)
        # The gateway names nothing itself: the id is ours.
        return replace(outcome, messenger_id=str(msg_id(envelope.reference))) if isinstance(outcome, Sent) else outcome

    def request(self, envelope: Envelope) -> HttpRequest:
        number = msg_id(envelope.reference)
        # `phone` is a JSON number and has no plus.
        body = orjson.dumps({"id": number, "phone": int(envelope.address), "text": envelope.text})
        return HttpRequest(f"{self._url}{number}", body, self._headers)

    def classify(self, response: HttpResponse) -> Outcome:
        code = integer_in(json_object(response.body), "code")
        if response.status != 200 or code is None:
            return self.judged_by_status(response)
        return self.sent(None, "0", response) if code == _OK else self.failed(_REFUSED, str(code), response)


def recall(code: int, detail: str) -> Meaning | None:
    """The meaning of a stored code (see `providers.codes`): an HTTP status, or the code of a 200."""
    return by_status(code) or _REFUSED


def msg_id(reference: str) -> int:
    """The gateway's id for a delivery: a positive 63-bit number, always the same for the same reference."""
    digest = blake2b(reference.encode(), digest_size=8).digest()
    return (int.from_bytes(digest, "big") & _INT64_MAX) or 1
