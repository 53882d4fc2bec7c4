"""The checks of each message type, as in "Message types" of the REST Bot API. Media are always URLs."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from notifyhub.emulator.shared.values import is_link, is_whole, is_within
from notifyhub.emulator.viber.errors import BAD_DATA, MISSING_DATA

TEXT_LIMIT = 7000
CAPTION_LIMIT = 768
URL_LIMIT = 2000
MEGABYTE = 1 << 20
VIDEO_BYTES = 26 * MEGABYTE
VIDEO_S = 180
FILE_BYTES = 50 * MEGABYTE
FILE_NAME_LIMIT = 256
CONTACT_NAME_LIMIT = 28
CONTACT_PHONE_LIMIT = 18
RICH_COLUMNS = 6
RICH_ROWS = 7

# Some of the documented "Forbidden file formats": executable ones.
FORBIDDEN = frozenset(
    {
        "action",
        "apk",
        "app",
        "bat",
        "bin",
        "cmd",
        "com",
        "command",
        "cpl",
        "csh",
        "exe",
        "gadget",
        "inf",
        "ins",
        "inx",
        "ipa",
        "isu",
        "job",
        "jse",
        "ksh",
        "lnk",
        "msc",
        "msi",
        "msp",
        "mst",
        "osx",
        "out",
        "paf",
        "pif",
        "prg",
        "ps1",
        "reg",
        "rgs",
        "run",
        "sct",
        "shb",
        "shs",
        "u3p",
        "vb",
        "vbe",
        "vbs",
        "vbscript",
        "workflow",
        "ws",
        "wsf",
    }
)

Fields = Mapping[str, Any]
Check = Callable[[Fields], int | None]


def fits(value: Any, limit: int) -> bool:
    """Is the text absent or short enough?"""
    return value is None or (isinstance(value, str) and len(value) <= limit)


def keyboard_fault(fields: Fields) -> int | None:
    """A keyboard may accompany every type."""
    keyboard = fields.get("keyboard")
    if keyboard is None:
        return None
    good = isinstance(keyboard, dict) and keyboard.get("Type") == "keyboard" and _has_buttons(keyboard)
    return None if good else BAD_DATA


def _needs(*names: str) -> Check:
    def check(fields: Fields) -> int | None:
        return MISSING_DATA if any(fields.get(name) in (None, "") for name in names) else None

    return check


def _holds(good: Callable[[Fields], bool]) -> Check:
    return lambda fields: None if good(fields) else BAD_DATA


def _all(*checks: Check) -> Check:
    def check(fields: Fields) -> int | None:
        return next((fault for fault in (one(fields) for one in checks) if fault), None)

    return check


def _text(limit: int) -> Check:
    return _holds(lambda fields: fits(fields.get("text"), limit))


def _link(name: str) -> Check:
    return _holds(lambda fields: fields.get(name) is None or _is_link(fields[name]))


def _is_link(value: Any) -> bool:
    return is_link(value) and len(value) <= URL_LIMIT


def _up_to(name: str, most: int) -> Check:
    return _holds(lambda fields: fields.get(name) is None or (is_whole(fields[name]) and 0 < fields[name] <= most))


def _is_file_name(fields: Fields) -> bool:
    name = fields["file_name"]
    return fits(name, FILE_NAME_LIMIT) and name.rpartition(".")[2].lower() not in FORBIDDEN


def _contact_fault(fields: Fields) -> int | None:
    contact = fields["contact"]
    if not isinstance(contact, dict):
        return BAD_DATA
    name, phone = contact.get("name"), contact.get("phone_number")
    if not name or not phone:
        return MISSING_DATA
    return None if fits(name, CONTACT_NAME_LIMIT) and fits(phone, CONTACT_PHONE_LIMIT) else BAD_DATA


def _location_fault(fields: Fields) -> int | None:
    location = fields["location"]
    if not isinstance(location, dict):
        return BAD_DATA
    lat, lon = location.get("lat"), location.get("lon")
    if lat is None or lon is None:
        return MISSING_DATA
    return None if is_within(lat, 90) and is_within(lon, 180) else BAD_DATA


def _is_rich_media(fields: Fields) -> bool:
    media = fields["rich_media"]
    if not isinstance(media, dict) or not _has_buttons(media):
        return False
    columns, rows = media.get("ButtonsGroupColumns", RICH_COLUMNS), media.get("ButtonsGroupRows", RICH_ROWS)
    return _counts(columns, RICH_COLUMNS) and _counts(rows, RICH_ROWS)


def _counts(value: Any, most: int) -> bool:
    return is_whole(value) and 1 <= value <= most


def _has_buttons(holder: dict[str, Any]) -> bool:
    buttons = holder.get("Buttons")
    return isinstance(buttons, list) and bool(buttons) and all(map(_is_button, buttons))


def _is_button(button: Any) -> bool:
    return isinstance(button, dict) and isinstance(button.get("ActionBody"), str)


CONTENT_CHECKS: dict[str, Check] = {
    "text": _all(_text(TEXT_LIMIT), _needs("text")),
    "picture": _all(_needs("media"), _text(CAPTION_LIMIT), _link("media"), _link("thumbnail")),
    "video": _all(
        _needs("media", "size"),
        _text(CAPTION_LIMIT),
        _link("media"),
        _link("thumbnail"),
        _up_to("size", VIDEO_BYTES),
        _up_to("duration", VIDEO_S),
    ),
    "file": _all(
        _needs("media", "size", "file_name"), _link("media"), _up_to("size", FILE_BYTES), _holds(_is_file_name)
    ),
    "url": _all(_needs("media"), _link("media")),
    "contact": _all(_needs("contact"), _contact_fault),
    "location": _all(_needs("location"), _location_fault),
    "sticker": _all(_needs("sticker_id"), _holds(lambda fields: is_whole(fields["sticker_id"]))),
    "rich_media": _all(_needs("rich_media"), _holds(_is_rich_media)),
}
