"""The checks of a Viber message: fields, lengths and values, as in "Send message" of the REST Bot API.

Each check returns the status of the first fault, or None.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

from notifyhub.emulator.shared.values import is_whole
from notifyhub.emulator.viber.contents import CONTENT_CHECKS, fits, keyboard_fault
from notifyhub.emulator.viber.errors import (
    API_VERSION_NOT_SUPPORTED,
    BAD_DATA,
    BAD_RECEIVER,
    INCOMPATIBLE_WITH_VERSION,
    MISSING_DATA,
)

NAME_LIMIT = 28
TRACKING_LIMIT = 4000
VIBER_BODY_LIMIT = 30 * 1024
RECEIVERS_LIMIT = 300
# The newest API version of the emulated people's apps.
API_VERSION = 10
RICH_MEDIA_VERSION = 2
# A short number may be a test's subscriber id; a phone number never is.
PHONE = re.compile(r"\+[0-9]+|[0-9]{11,}")

Fields = Mapping[str, Any]


def message_fault(fields: Fields) -> int | None:
    """The fault in the JSON of `send_message`."""
    return _absent(fields, "receiver") or receiver_fault(fields["receiver"]) or _body_fault(fields)


def broadcast_fault(fields: Fields) -> int | None:
    """The fault in the JSON of `broadcast_message`, including its list of receivers."""
    return _absent(fields, "broadcast_list") or _list_fault(fields["broadcast_list"]) or _body_fault(fields)


def welcome_fault(fields: Fields) -> int | None:
    """The fault in a welcome message: the same JSON without a receiver."""
    return _body_absent(fields) or _body_fault(fields)


def receiver_fault(receiver: Any) -> int | None:
    if not isinstance(receiver, str):
        return BAD_DATA
    return BAD_RECEIVER if PHONE.fullmatch(receiver) else None


def _absent(fields: Fields, to: str) -> int | None:
    return _body_absent(fields) if fields.get(to) else MISSING_DATA


def _body_absent(fields: Fields) -> int | None:
    # A keyboard may be sent without a message.
    return None if _name(fields) and (fields.get("type") or fields.get("keyboard")) else MISSING_DATA


def _list_fault(receivers: Any) -> int | None:
    good = isinstance(receivers, list) and len(receivers) <= RECEIVERS_LIMIT
    return None if good and all(isinstance(receiver, str) for receiver in receivers) else BAD_DATA


def _body_fault(fields: Fields) -> int | None:
    for check in _BODY_CHECKS:
        fault = check(fields)
        if fault:
            return fault
    return None


def _name(fields: Fields) -> Any:
    sender = fields.get("sender")
    return sender.get("name") if isinstance(sender, dict) else sender


def _sender_fault(fields: Fields) -> int | None:
    name, sender = _name(fields), fields["sender"]
    avatar = sender.get("avatar") if isinstance(sender, dict) else None
    good = isinstance(name, str) and len(name) <= NAME_LIMIT and (avatar is None or isinstance(avatar, str))
    return None if good else BAD_DATA


def _type_fault(fields: Fields) -> int | None:
    kind = fields.get("type")
    return None if not kind or (isinstance(kind, str) and kind in CONTENT_CHECKS) else BAD_DATA


def _tracking_fault(fields: Fields) -> int | None:
    return None if fits(fields.get("tracking_data"), TRACKING_LIMIT) else BAD_DATA


def _version_fault(fields: Fields) -> int | None:
    version = fields.get("min_api_version") or 1
    if not is_whole(version) or version < 1:
        return BAD_DATA
    if version > API_VERSION:
        return API_VERSION_NOT_SUPPORTED
    old = fields.get("type") == "rich_media" and version < RICH_MEDIA_VERSION
    return INCOMPATIBLE_WITH_VERSION if old else None


def _content_fault(fields: Fields) -> int | None:
    kind = fields.get("type")
    return CONTENT_CHECKS[kind](fields) if kind else None


_BODY_CHECKS: tuple[Callable[[Fields], int | None], ...] = (
    _sender_fault,
    _type_fault,
    _tracking_fault,
    _version_fault,
    _content_fault,
    keyboard_fault,
)
