"""What Viber posts to a bot's webhook (REST Bot API, "Callbacks"): delivered, seen, failed.

`delivered` may come once for each device; `failed` may come after a good answer, when the person's app rejects the
content. All receivers of a broadcast share the `message_token`, so the person identifies it too.
"""

from __future__ import annotations

from notifyhub.domain.receipt import Receipt
from notifyhub.domain.states import Status
from notifyhub.providers.base import DETAIL_LIMIT, integer_in, json_object

_LAST_MOMENT = 253_402_300_799_000  # of the year 9999
_KINDS = {"delivered": Status.DELIVERED, "seen": Status.READ, "failed": Status.FAILED}


def read(body: bytes) -> list[Receipt]:
    """The receipt in a callback, if it is one."""
    told = json_object(body)
    kind = _KINDS.get(str(told.get("event")))
    token, person = integer_in(told, "message_token"), told.get("user_id")
    if kind is None or token is None or not isinstance(person, str) or "\x00" in person:
        return []
    failed = kind is Status.FAILED
    return [
        Receipt(
            "viber",
            str(token),
            person,
            kind,
            _moment(integer_in(told, "timestamp")),
            "rejected" if failed else None,  # all that Viber says is a text
            str(told["event"]),
            str(told.get("desc", "")).replace("\x00", "")[:DETAIL_LIMIT] if failed else "",
        )
    ]


def _moment(timestamp: int | None) -> int:
    return timestamp if timestamp is not None and 0 <= timestamp <= _LAST_MOMENT else 0
