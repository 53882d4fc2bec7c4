"""The Telegram Bot API: `/bot<token>/<method>`.

Facts from core.telegram.org/bots/api, and from the tdlib server source for the order of checks and the exact texts.
"""

from __future__ import annotations

import re
import time
import zlib
from collections.abc import Callable
from http import HTTPStatus
from typing import Any

import orjson

from notifyhub.emulator.wire import Answer, Arrival, Call, Refusal, html

PATH = re.compile(r"bot(?P<token>[^/]+)/(?P<method>[^/]+)")
TOKEN = re.compile(r"[1-9][0-9]*:.+")
CHAT = re.compile(r"-?[1-9][0-9]{0,15}")
USERNAME = re.compile(r"@[A-Za-z][A-Za-z0-9_]{2,31}")

TOKEN_LIMIT = 80
RAW_TEXT_LIMIT = 32_768
TEXT_LIMIT = 4096
CHAT_ID_LIMIT = 1 << 52
SUPERGROUPS_BELOW = -1_000_000_000_000
PARSE_MODES = frozenset({"", "none", "html", "markdown", "markdownv2"})
JSON_OBJECTS = {"reply_parameters": "reply parameters", "reply_markup": "reply keyboard markup"}
DEFAULT_RETRY_AFTER = 1

REFUSALS = {
    400: "Bad Request: chat not found",
    401: "Unauthorized",
    403: "Forbidden: bot was blocked by the user",
    404: "Not Found",
    500: "Internal Server Error: restart",
}
# Outcome of a fault → status and description.
OUTCOMES = {
    "blocked": (403, "Forbidden: bot was blocked by the user"),
    "not_a_user": (400, "Bad Request: chat not found"),
    "token_revoked": (401, "Unauthorized"),
}


class Telegram:
    """Answers sendMessage and getMe for any well-formed token; every chat exists.

    `numbered_from` tells how many messages there may have been before, so that a restart repeats no message id.
    """

    channel = "telegram"

    def __init__(self, numbered_from: Callable[[], int]) -> None:
        self._numbered_from = numbered_from
        self._last_id: int | None = None

    def aside(self, call: Call) -> Answer | None:
        token, method = _address(call)
        if not method:
            return failure(404, "Not Found")
        if method == "sendmessage":
            return None
        if not _well_formed(token):
            return failure(401, "Unauthorized: invalid token specified")
        return success(_me(token)) if method == "getme" else failure(404, "Not Found: method not found")

    def read(self, call: Call) -> Arrival:
        token, _ = _address(call)
        fields = parameters(call)
        return Arrival(fields.get("chat_id", ""), fields.get("text", ""), token, fields, token.partition(":")[0])

    def answer(self, call: Call, arrival: Arrival) -> Answer:
        if not _well_formed(arrival.token):
            return failure(401, "Unauthorized: invalid token specified")
        fields = arrival.content or {}
        fault = _text_fault(fields) or _chat_fault(arrival.address) or _length_fault(arrival.text)
        return failure(400, f"Bad Request: {fault}") if fault else self._accept(arrival)

    def refuse(self, refusal: Refusal) -> Answer:
        status = refusal.status
        if refusal.outcome is not None:
            return failure(*OUTCOMES[refusal.outcome])
        if status == 429:
            return too_many_requests(refusal.retry_after or DEFAULT_RETRY_AFTER)
        if status in REFUSALS:
            return failure(status, REFUSALS[status])
        # 502, 503 and 504 come from the front end, which does not speak JSON.
        return html(status, f"{status} {HTTPStatus(status).phrase}")

    def _accept(self, arrival: Arrival) -> Answer:
        message_id = self._next_id()
        answer = success(_message(message_id, arrival))
        answer.accepted, answer.messenger_id = True, str(message_id)
        return answer

    def _next_id(self) -> int:
        last = self._numbered_from() if self._last_id is None else self._last_id
        self._last_id = last + 1
        return self._last_id


def parameters(call: Call) -> dict[str, str]:
    """Query and body as one list of parameters, the query first; the first of a name wins (tdlib server source)."""
    merged: dict[str, str] = {}
    for name, value in [*call.query_pairs(), *_body_pairs(call)]:
        merged.setdefault(name, value)
    return merged


def _body_pairs(call: Call) -> list[tuple[str, str]]:
    content_type = call.content_type()
    if content_type == "application/x-www-form-urlencoded":
        return call.form_pairs()
    if content_type == "application/json":
        return [(name, _as_text(value)) for name, value in (call.json_object() or {}).items()]
    return []


def _as_text(value: Any) -> str:
    return value if isinstance(value, str) else orjson.dumps(value).decode()


def success(result: dict[str, Any]) -> Answer:
    return Answer(status=200, body=orjson.dumps({"ok": True, "result": result}))


def failure(status: int, description: str) -> Answer:
    body = {"ok": False, "error_code": status, "description": description}
    return Answer(status=status, body=orjson.dumps(body), code=status)


def too_many_requests(seconds: int) -> Answer:
    """Flood control: the seconds stand in `parameters.retry_after` and in the header Retry-After."""
    body = {
        "ok": False,
        "error_code": 429,
        "description": f"Too Many Requests: retry after {seconds}",
        "parameters": {"retry_after": seconds},
    }
    headers = ((b"retry-after", str(seconds).encode()),)
    return Answer(status=429, body=orjson.dumps(body), code=429, headers=headers)


def _address(call: Call) -> tuple[str, str]:
    match = PATH.fullmatch(call.path)
    return (match["token"], match["method"].lower()) if match else ("", "")


def _well_formed(token: str) -> bool:
    return len(token) <= TOKEN_LIMIT and TOKEN.fullmatch(token) is not None


def _text_fault(fields: dict[str, str]) -> str | None:
    text = fields.get("text", "")
    if not text.strip():
        return "message text is empty"
    if len(text.encode()) > RAW_TEXT_LIMIT:
        return "text is too long"
    if fields.get("parse_mode", "").strip().lower() not in PARSE_MODES:
        return "unsupported parse_mode"
    return _json_fault(fields)


def _json_fault(fields: dict[str, str]) -> str | None:
    for name, title in JSON_OBJECTS.items():
        if fields.get(name) and not _is_json_object(fields[name]):
            return f"can't parse {title} JSON object"
    return None


def _is_json_object(text: str) -> bool:
    try:
        return isinstance(orjson.loads(text), dict)
    except orjson.JSONDecodeError:
        return False


def _chat_fault(chat_id: str) -> str | None:
    if not chat_id:
        return "chat_id is empty"
    known = USERNAME.fullmatch(chat_id) or (CHAT.fullmatch(chat_id) and abs(int(chat_id)) < CHAT_ID_LIMIT)
    return None if known else "chat not found"


def _length_fault(text: str) -> str | None:
    return "message is too long" if len(text) > TEXT_LIMIT else None


def _me(token: str) -> dict[str, Any]:
    return _bot(token) | {
        "can_join_groups": True,
        "can_read_all_group_messages": False,
        "supports_inline_queries": False,
        "can_connect_to_business": False,
        "has_main_web_app": False,
    }


def _bot(token: str) -> dict[str, Any]:
    return {"id": int(token.partition(":")[0]), "is_bot": True, "first_name": "Emu", "username": "emu_bot"}


def _message(message_id: int, arrival: Arrival) -> dict[str, Any]:
    chat = _chat(arrival.address)
    # A post in a channel has no author, only the channel itself.
    author = {"sender_chat": chat} if chat["type"] == "channel" else {"from": _bot(arrival.token)}
    return {"message_id": message_id, **author, "chat": chat, "date": int(time.time()), "text": arrival.text}


def _chat(address: str) -> dict[str, Any]:
    if address.startswith("@"):
        chat_id = SUPERGROUPS_BELOW - zlib.crc32(address.lower().encode()) - 1
        return {"id": chat_id, "title": address[1:], "username": address[1:], "type": "channel"}
    number = int(address)
    if number > 0:
        return {"id": number, "first_name": "User", "username": f"user{number}", "type": "private"}
    kind = "supergroup" if number < SUPERGROUPS_BELOW else "group"
    return {"id": number, "title": f"Group {-number}", "type": kind}
