"""The Viber REST Bot API: `/pa/<endpoint>`. Facts from developers.viber.com/docs/api/rest-bot-api.

Application errors come with HTTP 200; the verdict is the integer `status` in the body.
"""

from __future__ import annotations

import re
from http import HTTPStatus
from typing import Any

import orjson

from notifyhub.emulator.wire import Answer, Arrival, Call, Refusal, Tokens, html

TEXT_LIMIT = 7000
NAME_LIMIT = 28
TRACKING_LIMIT = 4000
VIBER_BODY_LIMIT = 30 * 1024
HOST = "SN-CHAT-01_"
PHONE = re.compile(r"\+?[0-9]+")
TYPES = frozenset({"text", "picture", "video", "file", "contact", "location", "url", "sticker", "rich_media"})

STATUSES = {
    1: "invalidUrl",
    2: "invalidAuthToken",
    3: "badData",
    4: "missingData",
    5: "receiverNotRegistered",
    6: "receiverNotSubscribed",
    7: "publicAccountBlocked",
    8: "publicAccountNotFound",
    9: "publicAccountSuspended",
    10: "webhookNotSet",
    11: "receiverNoSuitableDevice",
    12: "tooManyRequests",
    13: "apiVersionNotSupported",
    14: "incompatibleWithVersion",
    15: "publicAccountNotAuthorized",
    16: "inchatReplyMessageNotAllowed",
    17: "publicAccountIsNotInline",
    18: "noPublicChat",
    19: "cannotSendBroadcast",
    20: "broadcastNotAllowed",
    21: "unsupportedCountry",
    22: "paymentUnsupported",
    23: "freeMessagesExceeded",
    24: "noBalance",
    999: "Bad receiver ID",
}
BAD_DATA, MISSING_DATA, BAD_RECEIVER = 3, 4, 999

# HTTP words of a fault, as the code that says the same here. Other statuses are real HTTP: trouble of the front end.
CODE_OF_STATUS = {400: 3, 401: 2, 403: 6, 404: 5, 429: 12}
# Outcome of a fault → status. Viber has no word for "blocked": who leaves a bot is not subscribed any more.
OUTCOMES = {"blocked": 6, "not_a_user": 5, "token_revoked": 2}


class Viber:
    """Answers send_message and get_account_info for any token, given in the header or in the body."""

    channel = "viber"

    def __init__(self) -> None:
        self._tokens = Tokens()

    def aside(self, call: Call) -> Answer | None:
        if call.path == "pa/send_message":
            return None if call.method == "POST" else html(405, "405 Method Not Allowed")
        if call.path != "pa/get_account_info":
            return html(404, "404 Not Found")
        return _token_fault(_token(call, call.json_object() or {})) or _account()

    def read(self, call: Call) -> Arrival:
        content = call.json_object()
        fields = content or {}
        token = _token(call, fields)
        return Arrival(_text(fields.get("receiver")), _text(fields.get("text")), _text(token), content)

    def answer(self, call: Call, arrival: Arrival) -> Answer:
        fields = arrival.content
        if fields is None:
            return self._verdict(BAD_DATA)
        refused = _token_fault(_token(call, fields))
        if refused:
            return refused
        code = BAD_DATA if len(call.body) > VIBER_BODY_LIMIT else _fault(fields)
        return self._verdict(code) if code else self._accept()

    def refuse(self, refusal: Refusal) -> Answer:
        if refusal.outcome is not None:
            return self._verdict(OUTCOMES[refusal.outcome])
        code = refusal.code if refusal.code is not None else CODE_OF_STATUS.get(refusal.status)
        if code is None:
            return html(refusal.status, f"{refusal.status} {HTTPStatus(refusal.status).phrase}")
        return self._verdict(code)

    def _verdict(self, code: int) -> Answer:
        return _error(code, STATUSES.get(code, "generalError"), message_token=self._tokens.next(), chat_hostname=HOST)

    def _accept(self) -> Answer:
        token = self._tokens.next()
        body = {
            "status": 0,
            "status_message": "ok",
            "message_token": token,
            "chat_hostname": HOST,
            "billing_status": 1,
        }
        return Answer(status=200, body=orjson.dumps(body), accepted=True, messenger_id=str(token), code=0)


def _token(call: Call, fields: dict[str, Any]) -> Any:
    return call.header(b"x-viber-auth-token") or fields.get("auth_token")


def _token_fault(token: Any) -> Answer | None:
    if not token:
        return _error(2, "missing_auth_token")
    return None if isinstance(token, str) else _error(2, "invalidAuthToken")


def _error(code: int, message: str, **more: Any) -> Answer:
    body = {"status": code, "status_message": message, **more}
    return Answer(status=200, body=orjson.dumps(body), code=code)


def _fault(fields: dict[str, Any]) -> int | None:
    sender = fields.get("sender")
    name = sender.get("name") if isinstance(sender, dict) else sender
    if not (fields.get("receiver") and fields.get("type") and name):
        return MISSING_DATA
    return _receiver_fault(fields["receiver"]) or _sender_fault(name) or _content_fault(fields)


def _receiver_fault(receiver: Any) -> int | None:
    if not isinstance(receiver, str):
        return BAD_DATA
    return BAD_RECEIVER if PHONE.fullmatch(receiver) else None


def _sender_fault(name: Any) -> int | None:
    return None if isinstance(name, str) and len(name) <= NAME_LIMIT else BAD_DATA


def _content_fault(fields: dict[str, Any]) -> int | None:
    if not isinstance(fields["type"], str) or fields["type"] not in TYPES:
        return BAD_DATA
    if not _fits(fields.get("tracking_data"), TRACKING_LIMIT) or not _fits(fields.get("text"), TEXT_LIMIT):
        return BAD_DATA
    if type(fields.get("min_api_version") or 0) is not int:
        return BAD_DATA
    return MISSING_DATA if fields["type"] == "text" and not fields.get("text") else None


def _fits(value: Any, limit: int) -> bool:
    return value is None or (isinstance(value, str) and len(value) <= limit)


def _text(value: Any) -> str:
    return value if isinstance(value, str) else ""


def _account() -> Answer:
    body = {
        "status": 0,
        "status_message": "ok",
        "id": "pa:75346594275468546724",
        "name": "Emu",
        "uri": "emu",
        "icon": "",
        "background": "",
        "category": "",
        "subcategory": "",
        "location": {"lon": 0.1, "lat": 0.2},
        "country": "UK",
        "webhook": "",
        "event_types": [],
        "subscribers_count": 0,
        "members": [],
    }
    return Answer(status=200, body=orjson.dumps(body))
