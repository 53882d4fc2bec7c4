"""What Viber posts to a bot's webhook, as in "Callbacks" of the REST Bot API: bodies, profiles and the signature."""

from __future__ import annotations

import hashlib
import hmac
import time
from collections.abc import Collection
from typing import Any

import orjson

from notifyhub.emulator.viber.checks import API_VERSION
from notifyhub.emulator.viber.errors import HOST

SIGNATURE = "X-Viber-Content-Signature"
# The same in the query, where Viber's own library for Node looks for it.
SIG = "sig"
NAME = "John McClane"


def signature(token: str, body: bytes) -> str:
    """Lower-case hex of HMAC-SHA256 over the raw body, with the bot's token as the key."""
    return hmac.new(token.encode(), body, hashlib.sha256).hexdigest()


def encoded(event: dict[str, Any]) -> bytes:
    return orjson.dumps(event)


def profile(user_id: str, shows: Collection[str] = ("name", "photo")) -> dict[str, Any]:
    """The person behind an id, with name and photo if the bot asked for them."""
    name = {"name": NAME} if "name" in shows else {}
    photo = {"avatar": "https://avatar.example.com/"} if "photo" in shows else {}
    return {"id": user_id, **name, **photo, "country": "UK", "language": "en", "api_version": API_VERSION}


def details(user_id: str) -> dict[str, Any]:
    """The person behind an id, as returned by `get_user_details`."""
    device = {"primary_device_os": "android 7.1", "viber_version": "6.5.0", "mcc": 1, "mnc": 1}
    return profile(user_id) | device | {"device_type": "iPhone9,4"}


def webhook(token: int) -> dict[str, Any]:
    return _event("webhook", token) | {"chat_hostname": HOST}


def delivered(token: int, user_id: str) -> dict[str, Any]:
    return _event("delivered", token) | {"chat_hostname": HOST, "user_id": user_id}


def seen(token: int, user_id: str) -> dict[str, Any]:
    return _event("seen", token) | {"user_id": user_id}


def failed(token: int, user_id: str, description: str) -> dict[str, Any]:
    return _event("failed", token) | {"user_id": user_id, "desc": description}


def subscribed(token: int, person: dict[str, Any]) -> dict[str, Any]:
    return _event("subscribed", token) | {"chat_hostname": HOST, "user": person}


def unsubscribed(token: int, user_id: str) -> dict[str, Any]:
    return _event("unsubscribed", token) | {"user_id": user_id}


def conversation_started(token: int, person: dict[str, Any], context: str, *, is_subscribed: bool) -> dict[str, Any]:
    opened = {"type": "open", "user": person, "subscribed": is_subscribed}
    return _event("conversation_started", token) | opened | ({"context": context} if context else {})


def message(token: int, person: dict[str, Any], text: str, tracking_data: str | None) -> dict[str, Any]:
    said = {"type": "text", "text": text} | ({} if tracking_data is None else {"tracking_data": tracking_data})
    return _event("message", token) | {"sender": person, "message": said, "silent": False}


def _event(kind: str, token: int) -> dict[str, Any]:
    return {"event": kind, "timestamp": time.time_ns() // 1_000_000, "message_token": token}
