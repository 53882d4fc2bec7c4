"""WhatsApp's webhook calls, as in "Webhooks" of the Cloud API: messages, statuses, and the signature."""

from __future__ import annotations

import hashlib
import hmac
import json
import time
from typing import Any

from notifyhub.emulator.whatsapp.businesses import Number
from notifyhub.emulator.whatsapp.errors import HREF, title_of

SIGNATURE = "X-Hub-Signature-256"
PERSON = "Sheena Nelson"
WINDOW_S = 24 * 3600


def signature(secret: str, body: bytes) -> str:
    """`sha256=` and the hex of HMAC-SHA256 over the raw body, with the app's secret as the key."""
    return "sha256=" + hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()


def encoded(update: dict[str, Any]) -> bytes:
    # Escaped to ASCII like the real sender's, so that verifying re-serialised JSON fails here too.
    return json.dumps(update, separators=(",", ":")).encode()


def status(number: Number, message: dict[str, Any]) -> dict[str, Any]:
    """An update with one status. It has `contacts` because pywa drops statuses without them."""
    return _update(number, message["recipient_id"], {"statuses": [message]})


def status_of(
    kind: str, message_id: str, to: str, number: Number, *, reference: str, category: str, after_s: float
) -> dict[str, Any]:
    """`sent`, `delivered` or `read`; with its price, except for `read`."""
    now_s = int(time.time() + after_s)
    told = {"id": message_id, "status": kind, "timestamp": str(now_s), "recipient_id": to} | _echo(reference)
    if kind == "read":
        return told
    conversation: dict[str, Any] = {"id": _conversation_id(number, to), "origin": {"type": category}}
    if kind == "sent":
        conversation["expiration_timestamp"] = str(now_s + WINDOW_S)
    return told | {"conversation": conversation, "pricing": _pricing(category)}


def failure_of(message_id: str, to: str, code: int, *, reference: str) -> dict[str, Any]:
    """`failed`, with an error that may also refuse a send directly."""
    title = title_of(code)
    error = {"code": code, "title": title, "message": title, "error_data": {"details": f"{title}."}, "href": HREF}
    told = {"id": message_id, "status": "failed", "timestamp": str(int(time.time())), "recipient_id": to}
    return told | _echo(reference) | {"errors": [error]}


def inbound(number: Number, sender: str, message_id: str, content: dict[str, Any]) -> dict[str, Any]:
    """An update with one message of a person."""
    message = {
        "from": sender,
        "from_user_id": user_id(sender),
        "id": message_id,
        "timestamp": str(int(time.time())),
        **content,
    }
    return _update(number, sender, {"messages": [message]})


def user_id(wa_id: str) -> str:
    """The business-scoped id of a person, always the same for the same number."""
    return f"US.{int.from_bytes(hashlib.sha256(wa_id.encode()).digest()[:8]):020}"


def _update(number: Number, wa_id: str, what: dict[str, Any]) -> dict[str, Any]:
    value = {
        "messaging_product": "whatsapp",
        "metadata": {"display_phone_number": number.digits, "phone_number_id": number.id},
        "contacts": [{"profile": {"name": PERSON}, "wa_id": wa_id, "user_id": user_id(wa_id)}],
        **what,
    }
    entry = {"id": number.account_id, "changes": [{"value": value, "field": "messages"}]}
    return {"object": "whatsapp_business_account", "entry": [entry]}


def _echo(reference: str) -> dict[str, str]:
    return {"biz_opaque_callback_data": reference} if reference else {}


def _conversation_id(number: Number, to: str) -> str:
    return hashlib.sha256(f"{number.id} {to}".encode()).hexdigest()[:32]


def _pricing(category: str) -> dict[str, Any]:
    # Answers within the service window are free since July 2025; templates are billed by the message.
    is_free = category == "service"
    kind = "free_customer_service" if is_free else "regular"
    return {"billable": not is_free, "pricing_model": "PMP", "type": kind, "category": category}
