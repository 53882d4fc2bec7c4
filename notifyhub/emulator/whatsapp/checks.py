"""The checks of a WhatsApp message: recipient, type and content. Each returns the first fault, or None."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

from notifyhub.emulator.shared.wire import NOT_DIGITS
from notifyhub.emulator.whatsapp import contents
from notifyhub.emulator.whatsapp.errors import UNSUPPORTED_TYPE, Fault, bad_value, invalid, missing, required
from notifyhub.emulator.whatsapp.interactive import interactive_fault

PHONE = re.compile(r"\+?[0-9 ()-]+")
PHONE_DIGITS = 15
REFERENCE_LIMIT = 512

Fields = Mapping[str, Any]

CONTENT_CHECKS: dict[str, Callable[[Any], Fault | None]] = {
    "audio": contents.media_check("audio"),
    "contacts": contents.contacts_fault,
    "document": contents.media_check("document"),
    "image": contents.media_check("image"),
    "interactive": interactive_fault,
    "location": contents.location_fault,
    "reaction": contents.reaction_fault,
    "sticker": contents.media_check("sticker"),
    "template": contents.template_fault,
    "text": contents.text_fault,
    "video": contents.media_check("video"),
}
# Types that people can send and businesses cannot.
INBOUND_ONLY = frozenset({"button", "order", "system", "request_welcome", "ephemeral", "unsupported", "unknown"})


def message_fault(fields: Fields) -> Fault | None:
    """The fault in the JSON of a message."""
    return product_fault(fields) or _recipient_fault(fields) or _type_fault(fields) or _content_fault(fields)


def mark_fault(fields: Fields) -> Fault | None:
    """The fault in "mark as read", with or without a typing indicator."""
    fault = product_fault(fields)
    if fault:
        return fault
    message_id, typing = fields.get("message_id"), fields.get("typing_indicator")
    if not message_id:
        return required("message_id")
    if not isinstance(message_id, str) or not message_id.startswith("wamid."):
        return bad_value("message_id is not the id of a message")
    if typing is not None and not (isinstance(typing, dict) and typing.get("type") == "text"):
        return invalid("Param typing_indicator['type'] must be one of {TEXT}.")
    return None


def product_fault(fields: Fields) -> Fault | None:
    product = fields.get("messaging_product")
    if not product:
        return required("messaging_product")
    if product != "whatsapp":
        return invalid(f'Param messaging_product must be one of {{WHATSAPP}} - got "{product}".')
    return None


def text_of(value: Any) -> str:
    """A text or a number as text; anything else is empty."""
    return str(value) if isinstance(value, str | int) and not isinstance(value, bool) else ""


def address_of(fields: Fields) -> str:
    """Digits only for a phone number; a group id or a business-scoped user id unchanged."""
    to = text_of(fields.get("to"))
    if not to:
        return text_of(fields.get("recipient"))
    return to if fields.get("recipient_type") == "group" else NOT_DIGITS.sub("", to)


def _recipient_fault(fields: Fields) -> Fault | None:
    to = text_of(fields.get("to"))
    if not to:
        return None if text_of(fields.get("recipient")) else required("to")
    kind = fields.get("recipient_type") or "individual"
    if kind not in ("individual", "group"):
        return invalid(f'Param recipient_type must be one of {{INDIVIDUAL, GROUP}} - got "{kind}".')
    good = kind == "group" or (PHONE.fullmatch(to) and 1 <= len(NOT_DIGITS.sub("", to)) <= PHONE_DIGITS)
    return None if good else bad_value("to is not a phone number")


def _type_fault(fields: Fields) -> Fault | None:
    kind = type_of(fields)
    if isinstance(kind, str) and kind in CONTENT_CHECKS:
        return None
    if isinstance(kind, str) and kind in INBOUND_ONLY:
        return Fault(UNSUPPORTED_TYPE, details=f"Messages of the type {kind} can be received only.")
    return invalid(f'Param type must be one of {{{", ".join(CONTENT_CHECKS).upper()}}} - got "{kind}".')


def type_of(fields: Fields) -> Any:
    # Without `type` the message is a text.
    return fields.get("type") or "text"


def _content_fault(fields: Fields) -> Fault | None:
    reference, context = fields.get("biz_opaque_callback_data"), fields.get("context")
    if len(text_of(reference)) > REFERENCE_LIMIT:
        return invalid(f"Param biz_opaque_callback_data must be at most {REFERENCE_LIMIT} characters long.")
    if context is not None and not isinstance(context, dict):
        return invalid("Param context must be a JSON object.")
    if context is not None and not text_of(context.get("message_id")):
        return missing("context.message_id")
    kind = type_of(fields)
    content = fields.get(kind)
    return required(kind) if content is None else CONTENT_CHECKS[kind](content)
