"""Interactive messages: buttons, lists and links, with the limits of "Interactive messages" of the Cloud API."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from notifyhub.emulator.shared.values import is_link
from notifyhub.emulator.whatsapp.contents import length_fault
from notifyhub.emulator.whatsapp.errors import Fault, bad_value, invalid, missing

BODY_LIMIT = 1024
SMALL_LIMIT = 60
BUTTONS = 3
BUTTON_TITLE_LIMIT = 20
BUTTON_ID_LIMIT = 256
ROWS = 10
ROW_TITLE_LIMIT = 24
ROW_TEXT_LIMIT = 72
ROW_ID_LIMIT = 200
# Types whose content is not checked: catalogues, flows and forms are other services.
OTHERS = (
    "address_message",
    "call_permission_request",
    "carousel",
    "catalog_message",
    "flow",
    "location_request_message",
    "product",
    "product_list",
    "request_contact_info",
    "voice_call",
)


def interactive_fault(interactive: Any) -> Fault | None:
    if not isinstance(interactive, dict):
        return invalid("Param interactive must be a JSON object.")
    kind, action = interactive.get("type"), interactive.get("action")
    if not kind:
        return missing("interactive.type")
    if kind in OTHERS:
        return None
    if not isinstance(kind, str) or kind not in _ACTIONS:
        known = ", ".join((*_ACTIONS, *OTHERS)).upper()
        return invalid(f"Param interactive['type'] must be one of {{{known}}} - got \"{kind}\".")
    if not isinstance(action, dict):
        return missing("interactive.action")
    return _frame_fault(interactive) or _ACTIONS[kind](action)


def choices(interactive: dict[str, Any]) -> dict[str, tuple[str, str]]:
    """The choices in a valid message: id → kind of reply and title."""
    action = interactive.get("action") or {}
    if interactive.get("type") == "button":
        replies = [button["reply"] for button in action["buttons"]]
        return {reply["id"]: ("button_reply", reply["title"]) for reply in replies}
    if interactive.get("type") == "list":
        return {row["id"]: ("list_reply", row["title"]) for row in _rows(action)}
    return {}


def _frame_fault(interactive: dict[str, Any]) -> Fault | None:
    body, footer, header = (interactive.get(name) for name in ("body", "footer", "header"))
    if not (isinstance(body, dict) and body.get("text")):
        return missing("interactive.body.text")
    return (
        length_fault("interactive['body']['text']", body["text"], BODY_LIMIT)
        or length_fault("interactive['footer']['text']", _text_in(footer), SMALL_LIMIT)
        or length_fault("interactive['header']['text']", _text_in(header), SMALL_LIMIT)
    )


def _text_in(part: Any) -> Any:
    return part.get("text") if isinstance(part, dict) else None


def _buttons_fault(action: dict[str, Any]) -> Fault | None:
    buttons = action.get("buttons")
    if not isinstance(buttons, list) or not 1 <= len(buttons) <= BUTTONS:
        return bad_value(f"interactive.action.buttons must have 1 to {BUTTONS} buttons")
    for button in buttons:
        fault = _button_fault(button)
        if fault:
            return fault
    return _doubles_fault([button["reply"]["id"] for button in buttons])


def _button_fault(button: Any) -> Fault | None:
    reply = button.get("reply") if isinstance(button, dict) else None
    if not isinstance(reply, dict) or not reply.get("id") or not reply.get("title"):
        return missing("interactive.action.buttons.reply.id and title")
    return length_fault("button title", reply["title"], BUTTON_TITLE_LIMIT) or length_fault(
        "button id", reply["id"], BUTTON_ID_LIMIT
    )


def _list_fault(action: dict[str, Any]) -> Fault | None:
    if not action.get("button"):
        return missing("interactive.action.button")
    sections = action.get("sections")
    if not isinstance(sections, list) or not all(_is_section(section) for section in sections):
        return missing("interactive.action.sections.rows")
    rows = _rows(action)
    if not 1 <= len(rows) <= ROWS:
        return bad_value(f"interactive.action.sections must have 1 to {ROWS} rows")
    for row in rows:
        fault = _row_fault(row)
        if fault:
            return fault
    return length_fault("interactive['action']['button']", action["button"], BUTTON_TITLE_LIMIT) or _doubles_fault(
        [row["id"] for row in rows]
    )


def _is_section(section: Any) -> bool:
    return isinstance(section, dict) and isinstance(section.get("rows"), list)


def _rows(action: dict[str, Any]) -> list[Any]:
    return [row for section in action["sections"] for row in section["rows"]]


def _row_fault(row: Any) -> Fault | None:
    if not isinstance(row, dict) or not row.get("id") or not row.get("title"):
        return missing("interactive.action.sections.rows.id and title")
    return (
        length_fault("row title", row["title"], ROW_TITLE_LIMIT)
        or length_fault("row id", row["id"], ROW_ID_LIMIT)
        or length_fault("row description", row.get("description"), ROW_TEXT_LIMIT)
    )


def _doubles_fault(ids: list[str]) -> Fault | None:
    return bad_value("ids must differ") if len(set(ids)) < len(ids) else None


def _link_fault(action: dict[str, Any]) -> Fault | None:
    parameters = action.get("parameters")
    if not isinstance(parameters, dict) or not parameters.get("display_text") or not parameters.get("url"):
        return missing("interactive.action.parameters.display_text and url")
    if not is_link(parameters["url"]):
        return bad_value("interactive.action.parameters.url is not a valid URI")
    return length_fault("display_text", parameters["display_text"], BUTTON_TITLE_LIMIT)


_ACTIONS: dict[str, Callable[[dict[str, Any]], Fault | None]] = {
    "button": _buttons_fault,
    "list": _list_fault,
    "cta_url": _link_fault,
}
