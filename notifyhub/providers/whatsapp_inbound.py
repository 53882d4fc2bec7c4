"""What people write, as WhatsApp posts it to a webhook (Cloud API, "Webhooks", messages). One body may hold many."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from notifyhub.domain.inbound import Deed, Inbound
from notifyhub.providers.base import json_object, object_in
from notifyhub.providers.inbound_parts import as_text, id_in, moment_ms, objects_in, text_in


def listen(body: bytes, sender: str, senders: Mapping[str, str]) -> list[Inbound]:
    """All messages in a body.

    senders  accounts by the id of their number: one app secret may sign for several; `sender` is for other numbers
    """
    return [
        inbound
        for entry in objects_in(json_object(body), "entry")
        for change in objects_in(entry, "changes")
        for inbound in _of_change(object_in(change, "value"), sender, senders)
    ]


def _of_change(value: dict[str, Any], sender: str, senders: Mapping[str, str]) -> Iterator[Inbound]:
    number = id_in(object_in(value, "metadata"), "phone_number_id")
    told = senders.get(number or "", sender)
    for message in objects_in(value, "messages"):
        person, id_ = id_in(message, "from"), id_in(message, "id")
        # A system message is WhatsApp's own, such as that of a new number.
        if person is None or id_ is None or not person.isdigit() or message.get("type") == "system":
            continue
        kind = Deed.PRESS if message.get("type") in ("button", "interactive") else Deed.MESSAGE
        at = moment_ms(message.get("timestamp"), 1000)
        yield Inbound("whatsapp", told, person, kind, _text(message), at, id_, id_, True, None, as_text(message))


def _text(message: dict[str, Any]) -> str | None:
    """The text, the title of a button, or what is written below a picture."""
    kind = message.get("type")
    content = object_in(message, kind) if isinstance(kind, str) else {}
    if kind == "interactive":
        reply = content.get("type")
        content = object_in(content, reply) if isinstance(reply, str) else {}
    return text_in(content, "body", "text", "title", "caption")
