"""What WhatsApp posts to a webhook (Cloud API, "Webhooks", statuses): sent, delivered, read, failed.

One body may hold many; they may come twice, late and out of order. `biz_opaque_callback_data` is our reference, so a
status also finds a delivery whose answer was lost.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import orjson

from notifyhub.domain.receipt import Receipt
from notifyhub.domain.states import Status
from notifyhub.providers.base import DETAIL_LIMIT, integer_in, json_object, object_in
from notifyhub.providers.whatsapp import reason_of

_KINDS = {
    "sent": Status.SENT,
    "delivered": Status.DELIVERED,
    "read": Status.READ,
    "played": Status.READ,
    "failed": Status.FAILED,
}
_REFERENCE = re.compile(r"([0-9a-f]{32})-([0-9]{1,18})")


def read(body: bytes) -> list[Receipt]:
    """All statuses in a body."""
    return [
        receipt
        for entry in _objects(json_object(body), "entry")
        for change in _objects(entry, "changes")
        for status in _objects(object_in(change, "value"), "statuses")
        for receipt in _receipt(status)
    ]


def _receipt(status: dict[str, Any]) -> Iterator[Receipt]:
    kind, id_ = _KINDS.get(str(status.get("status"))), status.get("id")
    if kind is None or not isinstance(id_, str) or "\x00" in id_:
        return
    error = next(_objects(status, "errors"), {})
    code = integer_in(error, "code")
    reference = _REFERENCE.fullmatch(str(status.get("biz_opaque_callback_data")))
    failed = kind is Status.FAILED
    yield Receipt(
        "whatsapp",
        id_,
        None,
        kind,
        _milliseconds(status.get("timestamp")),
        reason_of(code) if failed else None,
        str(code) if failed and code is not None else str(status["status"]),
        orjson.dumps(error).decode().replace("\\u0000", "")[:DETAIL_LIMIT] if failed else "",
        reference[1] if reference else None,
        int(reference[2]) if reference else None,
    )


def _objects(holder: dict[str, Any], name: str) -> Iterator[dict[str, Any]]:
    found = holder.get(name)
    return (one for one in (found if isinstance(found, list) else ()) if isinstance(one, dict))


def _milliseconds(timestamp: Any) -> int:
    """From Unix seconds as text."""
    text = str(timestamp)
    return int(text) * 1000 if text.isascii() and text.isdigit() and len(text) <= 11 else 0
