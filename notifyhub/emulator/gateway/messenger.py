"""The HTTP gateway "Probe Server": `POST /v1/send/{msgId}`.

Request and success are those of its published OpenAPI document (probe.fbrq.cloud). The error bodies and the
deduplication by `msgId` are the emulator's own choices, because the document does not define them.
"""

from __future__ import annotations

import hashlib
import re
import time
from http import HTTPStatus
from typing import Any, NamedTuple

import orjson

from notifyhub.emulator.gateway.docs import docs_page
from notifyhub.emulator.gateway.jwt import is_good_jwt
from notifyhub.emulator.shared.strictness import Strictness
from notifyhub.emulator.shared.wire import DIGITS, NOT_DIGITS, Answer, Arrival, Call, Claim, Refusal

PATH = re.compile(r"v1/send/(?P<msg_id>[^/]+)")
INT64 = re.compile(r"-?[0-9]{1,19}")
PHONE = re.compile(r"7[0-9]{10}")
OK = b'{"code":0,"message":"OK"}'
USED = "msgId was already used with another body"


class Outcome(NamedTuple):
    """Status, message and reason of an outcome; undocumented, so these are the emulator's own choices."""

    status: int
    message: str
    reason: str


OUTCOMES: dict[str, Outcome] = {
    "blocked": Outcome(400, "phone has blocked the sender", "the subscriber refuses messages of this sender"),
    "not_a_user": Outcome(400, "phone is not in service", "nobody has this number"),
    "token_revoked": Outcome(401, "Unauthorized", "the JWT was taken back"),
}


class Gateway:
    """Accepts a message once per token and `msgId`. Strictness decides which bearer tokens are valid."""

    channel = "gateway"

    def __init__(self, strictness: Strictness) -> None:
        self._strictness = strictness

    def aside(self, call: Call) -> Answer | None:
        if PATH.fullmatch(call.path):
            return None if call.method == "POST" else failure(405, "Method Not Allowed")
        page = docs_page(call.path) if call.method == "GET" else None
        return page or failure(404, "Not Found")

    def read(self, call: Call) -> Arrival:
        content = call.json_object()
        fields = content or {}
        text = fields.get("text")
        return Arrival(
            NOT_DIGITS.sub("", str(fields.get("phone", ""))),
            text if isinstance(text, str) else "",
            call.bearer(),
            content,
        )

    def answer(self, call: Call, arrival: Arrival) -> Answer:
        strict = self._strictness.gateway
        if not arrival.token or (strict.jwt and not is_good_jwt(arrival.token, strict.jwt_secret, time.time())):
            return failure(401, "Unauthorized")
        match = PATH.fullmatch(call.path)
        msg_id = match["msg_id"] if match else ""
        fault = _fault(msg_id, arrival.content, numbers_only=strict.numbers_only)
        return failure(400, fault) if fault else _accept(int(msg_id), arrival, once=strict.deduplicate)

    def refuse(self, refusal: Refusal) -> Answer:
        if refusal.outcome is not None:
            outcome = OUTCOMES[refusal.outcome]
            return failure(outcome.status, outcome.message)
        answer = failure(refusal.status, HTTPStatus(refusal.status).phrase)
        answer.headers = refusal.headers()
        return answer


def failure(status: int, message: str) -> Answer:
    return Answer(status=status, body=orjson.dumps({"code": status, "message": message}), code=status)


def _accept(msg_id: int, arrival: Arrival, *, once: bool) -> Answer:
    answer = _success(msg_id, repeat=False)
    if not once:
        return answer
    answer.claim = Claim(
        key=_digest(arrival.token, str(msg_id)),
        fingerprint=_digest(arrival.address, arrival.text),
        repeat=_success(msg_id, repeat=True),
        conflict=failure(400, USED),
    )
    return answer


def _success(msg_id: int, *, repeat: bool) -> Answer:
    return Answer(status=200, body=OK, accepted=True, messenger_id=str(msg_id), code=0, repeat=repeat)


def _digest(first: str, second: str) -> str:
    return hashlib.sha256(f"{len(first)}:{first}{second}".encode()).hexdigest()[:32]


def _number(value: Any) -> str:
    """An integer, or digits in a string, as text; otherwise an empty string."""
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    return value if isinstance(value, str) and DIGITS.fullmatch(value) else ""


def _fault(msg_id: str, fields: dict[str, Any] | None, *, numbers_only: bool) -> str | None:
    if not _is_int64(msg_id):
        return "msgId must be an int64"
    if fields is None:
        return "body must be a JSON object"
    for name in ("id", "phone") if numbers_only else ():
        if isinstance(fields.get(name), str):
            return f"{name} must be a number"
    if str(fields.get("id")) != str(int(msg_id)):
        return "id must be equal to msgId"
    if not PHONE.fullmatch(_number(fields.get("phone"))):
        return "phone must be 11 digits beginning with 7"
    text = fields.get("text")
    return None if isinstance(text, str) and text else "text must be a non-empty string"


def _is_int64(text: str) -> bool:
    return INT64.fullmatch(text) is not None and -(1 << 63) <= int(text) < 1 << 63
