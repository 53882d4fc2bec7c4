"""The four providers as cases of the conformance suite. A new messenger adds one `Case`."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from notifyhub.domain.envelope import Envelope
from notifyhub.domain.outcome import Outcome
from notifyhub.domain.retry import RetryPolicy
from notifyhub.providers.base import HttpProvider
from notifyhub.providers.gateway import GatewayProvider, msg_id
from notifyhub.providers.http import HttpRequest, HttpResponse
from notifyhub.providers.telegram import TelegramProvider
from notifyhub.providers.viber import ViberProvider
from notifyhub.providers.whatsapp import WhatsAppProvider

TOKEN = "123456:AAtoken-of_the_bot"
REFERENCE = "0198c0de-42"
ID = msg_id(REFERENCE)
POLICY = RetryPolicy()


@dataclass(frozen=True)
class Case:
    """One provider: how it is built, what it must put on the wire, and an answer of each kind."""

    name: str
    build: Callable[[Any, str], HttpProvider]
    address: str
    path: str
    headers: dict[str, str]
    payload: dict[str, Any]
    accepted: tuple[int, Any]
    messenger_id: str
    accepted_code: str
    limited: tuple[int, Any]
    limited_code: str
    wait_s: float
    refused: tuple[int, Any]
    refused_code: str
    misconfigured: tuple[int, Any]


CASES = [
    Case(
        name="telegram",
        build=lambda transport, url: TelegramProvider(transport, POLICY, base_url=url, token=TOKEN),
        address="42",
        path=f"/bot{TOKEN}/sendMessage",
        headers={"content-type": "application/json"},
        payload={"chat_id": 42, "text": "hi 😀"},
        accepted=(200, {"ok": True, "result": {"message_id": 17, "date": 1, "chat": {"id": 42, "type": "private"}}}),
        messenger_id="17",
        accepted_code="200",
        limited=(429, {"ok": False, "error_code": 429, "description": "x", "parameters": {"retry_after": 7}}),
        limited_code="429",
        wait_s=7,
        refused=(403, {"ok": False, "error_code": 403, "description": "Forbidden: bot was blocked by the user"}),
        refused_code="403",
        misconfigured=(401, {"ok": False, "error_code": 401, "description": "Unauthorized"}),
    ),
    Case(
        name="viber",
        build=lambda transport, url: ViberProvider(transport, POLICY, base_url=url, token=TOKEN, sender_name="Hub"),
        address="01234567890A=",
        path="/pa/send_message",
        headers={"content-type": "application/json", "x-viber-auth-token": TOKEN},
        payload={
            "receiver": "01234567890A=",
            "type": "text",
            "sender": {"name": "Hub"},
            "text": "hi 😀",
            "tracking_data": REFERENCE,
            "min_api_version": 1,
        },
        accepted=(200, {"status": 0, "status_message": "ok", "message_token": 5741311803571721087}),
        messenger_id="5741311803571721087",
        accepted_code="0",
        limited=(200, {"status": 12, "status_message": "tooManyRequests"}),
        limited_code="12",
        wait_s=10,
        refused=(200, {"status": 6, "status_message": "Not subscribed"}),
        refused_code="6",
        misconfigured=(200, {"status": 2, "status_message": "invalidAuthToken"}),
    ),
    Case(
        name="whatsapp",
        build=lambda transport, url: WhatsAppProvider(
            transport, POLICY, base_url=url, token=TOKEN, phone_number_id="106540352242922"
        ),
        address="16505551234",
        path="/v23.0/106540352242922/messages",
        headers={"content-type": "application/json", "authorization": f"Bearer {TOKEN}"},
        payload={
            "messaging_product": "whatsapp",
            "recipient_type": "individual",
            "to": "+16505551234",
            "type": "text",
            "text": {"preview_url": False, "body": "hi 😀"},
            "biz_opaque_callback_data": REFERENCE,
        },
        accepted=(200, {"messaging_product": "whatsapp", "messages": [{"id": "wamid.HBgL"}]}),
        messenger_id="wamid.HBgL",
        accepted_code="200",
        limited=(400, {"error": {"message": "pair rate limit hit", "type": "OAuthException", "code": 131056}}),
        limited_code="131056",
        wait_s=6,
        refused=(400, {"error": {"message": "undeliverable", "type": "OAuthException", "code": 131026}}),
        refused_code="131026",
        misconfigured=(401, {"error": {"message": "Invalid OAuth", "type": "OAuthException", "code": 190}}),
    ),
    Case(
        name="gateway",
        build=lambda transport, url: GatewayProvider(transport, POLICY, base_url=url, token=TOKEN),
        address="79201234567",
        path=f"/v1/send/{ID}",
        headers={"content-type": "application/json", "authorization": f"Bearer {TOKEN}"},
        payload={"id": ID, "phone": 79201234567, "text": "hi 😀"},
        accepted=(200, {"code": 0, "message": "OK"}),
        messenger_id=str(ID),
        accepted_code="0",
        limited=(429, {"code": 429, "message": "slow down"}),
        limited_code="429",
        wait_s=1,
        refused=(400, {"code": 400, "message": "bad phone"}),
        refused_code="400",
        misconfigured=(401, {"code": 401, "message": "Unauthorized"}),
    ),
]


class Raises:
    """A transport whose call ends with an error."""

    def __init__(self, error: Exception) -> None:
        self._error = error

    async def post(self, request: HttpRequest, timeout_s: float) -> HttpResponse:
        raise self._error

    async def aclose(self) -> None: ...


def envelope(case: Case, timeout_s: float = 20.0, text: str = "hi 😀") -> Envelope:
    return Envelope(case.address, text, REFERENCE, timeout_s)


NOT_CALLED = Raises(AssertionError("this test makes no call"))


def read(case: Case, status: int, body: bytes, headers: dict[str, str] | None = None) -> Outcome:
    return case.build(NOT_CALLED, "http://host").classify(HttpResponse(status, headers or {}, body))
