"""Typed parameters: Graph also accepts JSON text for every object and array, in a JSON body, a form or a query.

A shape describes the types: `{…}` an object with its own typed members, `[shape]` an array of these, `[]` an array of
plain values. What is in no shape is plain: text there stays text, whatever it looks like.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeAlias

import orjson

from notifyhub.emulator.whatsapp.errors import Fault, invalid

Shape: TypeAlias = "dict[str, Shape] | list[Shape]"
Shapes: TypeAlias = Mapping[str, Shape]

_OBJECTS: list[Shape] = [{}]
_CONTACT: Shape = {
    "name": {},
    "org": {},
    "phones": _OBJECTS,
    "emails": _OBJECTS,
    "urls": _OBJECTS,
    "addresses": _OBJECTS,
}
_INTERACTIVE: Shape = {
    "header": {"image": {}, "video": {}, "document": {}},
    "body": {},
    "footer": {},
    "action": {
        "buttons": [{"reply": {}}],
        "sections": [{"rows": _OBJECTS, "product_items": _OBJECTS}],
        "parameters": {},
    },
}
_MESSAGE: Shapes = {
    "audio": {},
    "contacts": [_CONTACT],
    "context": {},
    "document": {},
    "image": {},
    "interactive": _INTERACTIVE,
    "location": {},
    "reaction": {},
    "sticker": {},
    "template": {"language": {}, "components": [{"parameters": _OBJECTS}]},
    "text": {},
    "typing_indicator": {},
    "video": {},
}
# Edge → its typed parameters.
PARAMETERS: Mapping[str, Shapes] = {
    "": {"webhook_configuration": {}},
    "block_users": {"block_users": _OBJECTS},
    "conversational_automation": {"commands": _OBJECTS, "prompts": []},
    "marketing_messages": _MESSAGE,
    "message_templates": {"components": [{"buttons": _OBJECTS, "example": {}}]},
    "messages": _MESSAGE,
    "settings": {"calling": {}, "payload_encryption": {}, "storage_configuration": {}, "user_identity_change": {}},
    "subscriptions": {"fields": []},
    "whatsapp_business_profile": {"websites": []},
}


def typed(fields: Mapping[str, Any], shapes: Shapes) -> dict[str, Any]:
    """The fields with JSON texts replaced by their values; a text of another type is left unchanged."""
    return {name: _read(value, shapes[name]) if name in shapes else value for name, value in fields.items()}


def type_fault(fields: Mapping[str, Any], shapes: Shapes) -> Fault | None:
    """The first typed parameter with a wrong type, after its JSON text is parsed."""
    for name, shape in shapes.items():
        value = fields.get(name)
        if value is not None and not isinstance(value, type(shape)) and not _is_list_of_words(value, shape):
            return invalid(f"Param {name} must be {'a JSON object' if isinstance(shape, dict) else 'an array'}.")
    return None


def _read(value: Any, shape: Shape) -> Any:
    found = _parsed(value, shape) if isinstance(value, str) else value
    if isinstance(shape, dict):
        return typed(found, shape) if shape and isinstance(found, dict) else found
    return [_read(one, shape[0]) for one in found] if shape and isinstance(found, list) else found


def _parsed(text: str, shape: Shape) -> Any:
    try:
        found = orjson.loads(text)
    except orjson.JSONDecodeError:
        return text
    return found if isinstance(found, type(shape)) else text


def _is_list_of_words(value: Any, shape: Shape) -> bool:
    """Plain values may also be separated by commas, unless the text looks like JSON."""
    return shape == [] and isinstance(value, str) and not value.startswith(("[", "{"))
