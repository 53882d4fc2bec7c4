"""The WhatsApp Cloud API: `/{version}/{phone-number-id}/messages`, with or without the version.

Facts from developers.facebook.com/documentation/business-messaging/whatsapp and GitHub `facebook/openapi`.
"""

from __future__ import annotations

import base64
import re
from http import HTTPStatus
from typing import Any

import orjson

from notifyhub.emulator.wire import NOT_DIGITS, Answer, Arrival, Call, Refusal, Tokens, html

PATH = re.compile(r"(?:v[0-9]+\.[0-9]+/)?(?P<phone_id>[^/]+)/messages/?")
PHONE = re.compile(r"\+?[0-9 ()-]+")
PHONE_DIGITS = 15
TEXT_LIMIT = 4096
REFERENCE_LIMIT = 512
TYPES = (
    "audio",
    "contacts",
    "document",
    "image",
    "interactive",
    "location",
    "reaction",
    "sticker",
    "template",
    "text",
    "video",
)

# HTTP status and text of the codes that a fault may ask for; the rest answer 400.
CODES = {
    0: (401, "AuthException"),
    1: (400, "API Unknown"),
    2: (503, "Service temporarily unavailable"),
    3: (500, "Capability or permissions issue"),
    4: (400, "Application request limit reached"),
    10: (403, "Permission denied"),
    100: (400, "Invalid parameter"),
    190: (401, "Invalid OAuth access token - Cannot parse access token"),
    368: (403, "Temporarily blocked for policies violations"),
    80007: (400, "Rate limit issues"),
    130429: (400, "Rate limit hit"),
    130472: (400, "User's number is part of an experiment"),
    130497: (403, "Business account is restricted from messaging users in this country."),
    131000: (500, "Something went wrong"),
    131005: (403, "Access denied"),
    131008: (400, "Required parameter is missing"),
    131009: (400, "Parameter value is not valid"),
    131016: (500, "Service unavailable"),
    131021: (400, "Recipient cannot be sender"),
    131026: (400, "Message undeliverable"),
    131030: (400, "Recipient phone number not in allowed list"),
    131031: (403, "Account has been locked"),
    131045: (500, "Incorrect certificate"),
    131047: (400, "Re-engagement message"),
    131048: (400, "Spam rate limit hit"),
    131051: (400, "Unsupported message type"),
    131056: (400, "(Business Account, Consumer Account) pair rate limit hit"),
    131057: (500, "Account in maintenance mode"),
    132001: (404, "Template does not exist"),
    133000: (500, "Incomplete deregistration"),
    133004: (503, "Server temporarily unavailable"),
}
CODE_OF_STATUS = {400: 100, 401: 190, 403: 131005, 404: 132001, 429: 130429, 500: 131000, 503: 133004}


class WhatsApp:
    """Accepts messages for any business number and any token; every recipient has WhatsApp."""

    channel = "whatsapp"

    def __init__(self) -> None:
        self._tokens = Tokens()

    def aside(self, call: Call) -> Answer | None:
        if PATH.fullmatch(call.path) and call.method == "POST":
            return None
        message = f"Unknown path components: /{call.path}"
        return self._error(400, 2500, message)

    def read(self, call: Call) -> Arrival:
        fields = _fields(call)
        token = call.bearer() or dict(call.query_pairs()).get("access_token") or fields.get("access_token")
        text = fields.get("text")
        body = text.get("body") if isinstance(text, dict) else None
        return Arrival(_address(fields), body if isinstance(body, str) else "", _str(token), fields)

    def answer(self, call: Call, arrival: Arrival) -> Answer:
        if not arrival.token:
            return self._coded(190)
        phone_id = _phone_id(call)
        if NOT_DIGITS.search(phone_id):
            return self._unknown_object(phone_id)
        fields = arrival.content or {}
        fault = _fault(fields)
        return self._error(400, *fault) if fault else self._accept(fields, arrival.address)

    def refuse(self, refusal: Refusal) -> Answer:
        code = refusal.code if refusal.code is not None else CODE_OF_STATUS.get(refusal.status)
        if code is None:
            return html(refusal.status, f"{refusal.status} {HTTPStatus(refusal.status).phrase}")
        answer = self._coded(code)
        answer.status = refusal.status or answer.status
        answer.headers = refusal.headers()
        return answer

    def _coded(self, code: int) -> Answer:
        status, title = CODES.get(code, (400, "Unknown error"))
        return self._error(status, code, title if code in (0, 190) else f"(#{code}) {title}")

    def _unknown_object(self, phone_id: str) -> Answer:
        message = (
            f"Unsupported post request. Object with ID '{phone_id}' does not exist, cannot be loaded due to missing "
            "permissions, or does not support this operation"
        )
        return self._error(400, 100, message, kind="GraphMethodException", error_subcode=33)

    def _error(self, status: int, code: int, message: str, *, kind: str = "OAuthException", **more: Any) -> Answer:
        error = {
            "message": message,
            "type": kind,
            "code": code,
            **more,
            "error_data": {"messaging_product": "whatsapp", "details": message},
            "fbtrace_id": self._trace_id(),
        }
        return Answer(status=status, body=orjson.dumps({"error": error}), code=code)

    def _trace_id(self) -> str:
        return "A" + base64.urlsafe_b64encode(self._tokens.next().to_bytes(16)).decode().rstrip("=")

    def _accept(self, fields: dict[str, Any], address: str) -> Answer:
        message_id = self._message_id(address)
        body = {
            "messaging_product": "whatsapp",
            "contacts": [{"input": _str(fields.get("to") or fields.get("recipient")), "wa_id": address}],
            "messages": [{"id": message_id}],
        }
        return Answer(status=200, body=orjson.dumps(body), accepted=True, messenger_id=message_id)

    def _message_id(self, address: str) -> str:
        # The shape of real ids: tagged, length-prefixed recipient and 18 upper-case hexadecimal digits.
        to = address.encode()[:64]
        raw = bytes((0x1C, 0x18, len(to))) + to + b"\x15\x02\x00\x11\x18\x12%018X\x00" % self._tokens.next()
        return "wamid." + base64.b64encode(raw).decode()


def _fields(call: Call) -> dict[str, Any]:
    if call.content_type() != "application/x-www-form-urlencoded":
        return call.json_object() or {}
    return {name: _nested(value) for name, value in call.form_pairs()}


def _nested(value: str) -> Any:
    """Objects travel as JSON text inside a form; everything else is text."""
    if not value.startswith("{"):
        return value
    try:
        return orjson.loads(value)
    except orjson.JSONDecodeError:
        return value


def _phone_id(call: Call) -> str:
    match = PATH.fullmatch(call.path)
    return match["phone_id"] if match else ""


def _str(value: Any) -> str:
    return str(value) if isinstance(value, str | int) and not isinstance(value, bool) else ""


def _address(fields: dict[str, Any]) -> str:
    """Digits only for a phone number; a group id or a business-scoped user id as it stands."""
    to = _str(fields.get("to"))
    if not to:
        return _str(fields.get("recipient"))
    return to if fields.get("recipient_type") == "group" else NOT_DIGITS.sub("", to)


def _fault(fields: dict[str, Any]) -> tuple[int, str] | None:
    product = fields.get("messaging_product")
    if not product:
        return _required("messaging_product")
    if product != "whatsapp":
        return 100, f'(#100) Param messaging_product must be one of {{WHATSAPP}} - got "{product}".'
    return _recipient_fault(fields) or _content_fault(fields)


def _required(name: str) -> tuple[int, str]:
    return 100, f"(#100) The parameter {name} is required."


def _recipient_fault(fields: dict[str, Any]) -> tuple[int, str] | None:
    to = _str(fields.get("to"))
    if not to:
        return None if _str(fields.get("recipient")) else _required("to")
    kind = fields.get("recipient_type") or "individual"
    if kind not in ("individual", "group"):
        return 100, f'(#100) Param recipient_type must be one of {{INDIVIDUAL, GROUP}} - got "{kind}".'
    if kind == "group":
        return None
    good = PHONE.fullmatch(to) and 1 <= len(NOT_DIGITS.sub("", to)) <= PHONE_DIGITS
    return None if good else (131009, "(#131009) Parameter value is not valid")


def _content_fault(fields: dict[str, Any]) -> tuple[int, str] | None:
    # Without `type` the message is a text.
    kind = fields.get("type") or "text"
    if kind not in TYPES:
        return 100, f'(#100) Param type must be one of {{{", ".join(TYPES).upper()}}} - got "{kind}".'
    if len(_str(fields.get("biz_opaque_callback_data"))) > REFERENCE_LIMIT:
        return 100, f"(#100) Param biz_opaque_callback_data must be at most {REFERENCE_LIMIT} characters long."
    return _text_fault(fields.get("text")) if kind == "text" else None


def _text_fault(text: Any) -> tuple[int, str] | None:
    if text is None:
        return _required("text")
    body = text.get("body") if isinstance(text, dict) else None
    if body is None or body == "":
        return _required("text['body']")
    if not isinstance(body, str):
        return 100, "(#100) Param text['body'] must be a string."
    return (
        (100, f"(#100) Param text['body'] must be at most {TEXT_LIMIT} characters long.")
        if len(body) > TEXT_LIMIT
        else None
    )
