"""`/{number}/messages`: checks in order, then acceptance and statuses."""

from __future__ import annotations

import base64
import time
from collections.abc import Mapping
from typing import Any

import orjson

from notifyhub.emulator.callbacks.receipts import schedule
from notifyhub.emulator.shared.context import MessengerContext
from notifyhub.emulator.shared.limits import Limit
from notifyhub.emulator.shared.wire import Answer, Arrival, Tokens
from notifyhub.emulator.whatsapp import checks, webhooks
from notifyhub.emulator.whatsapp.businesses import Businesses, Number, Offer
from notifyhub.emulator.whatsapp.errors import (
    NOT_ALLOWED,
    NOT_REGISTERED,
    PAIR_RATE_HIT,
    RATE_HIT,
    SAME_NUMBER,
    UNDELIVERABLE,
    WINDOW_CLOSED,
    Envelope,
    Fault,
    bad_value,
)
from notifyhub.emulator.whatsapp.interactive import choices
from notifyhub.emulator.whatsapp.media import Media
from notifyhub.emulator.whatsapp.notifier import Notifier
from notifyhub.emulator.whatsapp.templates import category_of, sending_fault, template_of

# Limits of one business number, and of one number to one person, whose bursts must be "paid back".
THROUGHPUT = "whatsapp.number"
PAIR = "whatsapp.pair"
LIMITS = {THROUGHPUT: Limit(count=80, seconds=1), PAIR: Limit(count=1, seconds=6, burst=45)}
STATUSES = ("sent", "delivered", "read")
MEDIA_TYPES = frozenset({"audio", "document", "image", "sticker", "video"})
FAILED = "failed"


class Sending:
    """The sends of business numbers."""

    def __init__(
        self,
        context: MessengerContext,
        businesses: Businesses,
        envelope: Envelope,
        tokens: Tokens,
        media: Media,
        notifier: Notifier,
    ) -> None:
        self._context = context
        self._businesses = businesses
        self._envelope = envelope
        self._tokens = tokens
        self._media = media
        self._notifier = notifier

    def message(self, number: Number, arrival: Arrival) -> Answer:
        fields = arrival.content or {}
        fault = (
            checks.message_fault(fields)
            or self._number_fault(number, arrival.address)
            or self._holdings_fault(number, arrival)
            or self._limits_fault(number, arrival.address)
            or self._window_fault(number, arrival)
        )
        return self._envelope.fault(fault) if fault else self._accept(number, arrival)

    def _number_fault(self, number: Number, to: str) -> Fault | None:
        allowed = self._context.strictness.whatsapp.allowed_recipients
        if not number.is_registered:
            return Fault(NOT_REGISTERED)
        if to == number.digits:
            return Fault(SAME_NUMBER)
        return Fault(NOT_ALLOWED) if allowed is not None and to not in allowed else None

    def _holdings_fault(self, number: Number, arrival: Arrival) -> Fault | None:
        """The fault if the message's template or media do not exist."""
        fields, strict = arrival.content or {}, self._context.strictness.whatsapp
        kind = checks.type_of(fields)
        if kind == "template":
            sent = fields["template"]
            template = template_of(self._businesses.account(number.account_id), sent)
            return sending_fault(template, sent, strict=strict.known_templates_only)
        if kind in MEDIA_TYPES and strict.known_media_only:
            media_id = fields[kind].get("id")
            if media_id and not self._media.find(str(media_id), arrival.token):
                return bad_value(f"{kind}.id is not the id of an uploaded media")
        return None

    def _limits_fault(self, number: Number, to: str) -> Fault | None:
        limits, now_s = self._context.limits, time.monotonic()
        if limits.wait_s(((PAIR, f"{number.id} {to}"),), now_s):
            return Fault(PAIR_RATE_HIT)
        return Fault(RATE_HIT) if limits.wait_s(((THROUGHPUT, number.id),), now_s) else None

    def _window_fault(self, number: Number, arrival: Arrival) -> Fault | None:
        refuses = self._context.strictness.whatsapp.service_window == "refuse"
        return Fault(WINDOW_CLOSED) if refuses and self._is_too_late(number, arrival) else None

    def _is_too_late(self, number: Number, arrival: Arrival) -> bool:
        """Is it not a template, and has the person not written for 24 hours?"""
        fields = arrival.content or {}
        return checks.type_of(fields) != "template" and not is_open(number.wrote_at.get(arrival.address), time.time())

    def _accept(self, number: Number, arrival: Arrival) -> Answer:
        fields, to = arrival.content or {}, arrival.address
        message_id = self.message_id(to)
        self._remember(number, to, message_id, fields)
        if self._notifier.is_heard(number):
            self._tell(number, arrival, message_id)
        message = {"id": message_id}
        if checks.type_of(fields) == "template":
            message["message_status"] = "accepted"
        contact = {"input": checks.text_of(fields.get("to") or fields.get("recipient")), "wa_id": to}
        if not fields.get("to"):
            contact["user_id"] = contact["input"]
        body = {"messaging_product": "whatsapp", "contacts": [contact], "messages": [message]}
        return Answer(status=200, body=orjson.dumps(body), accepted=True, messenger_id=message_id)

    def _remember(self, number: Number, to: str, message_id: str, fields: Mapping[str, Any]) -> None:
        self._context.acquaintances.meet("whatsapp", to, number.id)
        if fields.get("type") == "interactive":
            offered = choices(fields["interactive"])
            if offered:
                number.offers.put(to, Offer(message_id, offered))

    def _tell(self, number: Number, arrival: Arrival, message_id: str) -> None:
        code = self._later_fault(number, arrival)
        reference = checks.text_of((arrival.content or {}).get("biz_opaque_callback_data"))
        if code:
            failure = webhooks.failure_of(message_id, arrival.address, code, reference=reference)
            return self._notifier.tell(number, FAILED, webhooks.status(number, failure), about=message_id)
        category = self._category(number, arrival.content or {})
        # A person who has blocked the business gets nothing, and the business is not told.
        kinds = STATUSES[:1] if arrival.address in number.gone else STATUSES
        for after_s, kind in schedule(self._context.receipts.settings, STATUSES, arrival.receipts):
            if kind in kinds:
                told = webhooks.status_of(
                    kind,
                    message_id,
                    arrival.address,
                    number,
                    reference=reference,
                    category=category,
                    after_s=after_s,
                )
                self._notifier.tell(number, kind, webhooks.status(number, told), after_s, about=message_id)

    def _later_fault(self, number: Number, arrival: Arrival) -> int | None:
        if arrival.receipts == FAILED:
            return UNDELIVERABLE
        fails = self._context.strictness.whatsapp.service_window == "fail"
        return WINDOW_CLOSED if fails and self._is_too_late(number, arrival) else None

    def _category(self, number: Number, fields: Mapping[str, Any]) -> str:
        if checks.type_of(fields) != "template":
            return "service"
        return category_of(template_of(self._businesses.account(number.account_id), fields["template"]))

    def message_id(self, address: str) -> str:
        """A new id in the form of real ones: a tag, the recipient with its length, and 18 hexadecimal digits."""
        to = address.encode()[:64]
        raw = bytes((0x1C, 0x18, len(to))) + to + b"\x15\x02\x00\x11\x18\x12%018X\x00" % self._tokens.next()
        return "wamid." + base64.b64encode(raw).decode()


def is_open(wrote_at_s: float | None, now_s: float) -> bool:
    """Is the customer service window open for a person who last wrote at that time?"""
    return wrote_at_s is not None and now_s - wrote_at_s < webhooks.WINDOW_S


def shown_text(fields: Mapping[str, Any]) -> str:
    """The text of a message as people see it; empty if there is none."""
    kind = checks.type_of(fields)
    content = fields.get(kind) if isinstance(kind, str) else None
    if not isinstance(content, dict):
        return ""
    body = content.get("body")
    if kind == "interactive":
        body = body.get("text") if isinstance(body, dict) else None
    found = {"text": body, "interactive": body, "template": content.get("name"), "reaction": content.get("emoji")}
    text = found.get(str(kind), content.get("caption") or content.get("name"))
    return text if isinstance(text, str) else ""
