"""How much text a channel carries."""

from __future__ import annotations

import json
from types import MappingProxyType

_max_characters: dict[str, int | None] = {
    "telegram": 4096,  # Bot API, sendMessage: 1-4096 characters, counted in code points
    "viber": 7000,  # REST Bot API, send_message: text
    "whatsapp": 4096,  # Cloud API, messages: text.body
    "gateway": None,  # Probe Server documents none
    "email": None,  # RFC 5321, 4.5.3.1.7: at least 64K octets, and servers take far more
}

MAX_CHARACTERS = MappingProxyType(_max_characters)
"""Channel → longest text in Unicode code points; None where none is documented. Grows by `register`."""


def register(channel: str, max_characters: int | None) -> None:
    """Register the limit of a plugin's channel (see `notifyhub.plugins`)."""
    _max_characters[channel] = max_characters


# Viber takes at most 30 KB of JSON in all (REST Bot API, send_message); the rest is for the other fields.
VIBER_MAX_BYTES = 28_000


# The Bot API server checks this before it parses the markup.
TELEGRAM_MAX_BYTES = 32_768


def text_fault(channel: str, text: str, marked_up: bool = False) -> str | None:
    """Why `text` cannot be sent on `channel`, as a sentence; None if it can.

    Blank text and halves of surrogate pairs are refused on every channel. In text with markup, Telegram counts only
    what remains without the markup, which only Telegram can know.
    """
    if not text.strip():
        return "the text is blank"
    limit = MAX_CHARACTERS.get(channel)
    if limit is not None and len(text) > limit and not marked_up:
        return f"{channel} takes at most {limit} characters, this text has {len(text)}"
    if not _encodable(text):
        return "the text contains half of a surrogate pair, which is not a character"
    if channel == "telegram" and len(text.encode()) > TELEGRAM_MAX_BYTES:
        return f"telegram takes at most {TELEGRAM_MAX_BYTES} bytes of text, including markup"
    if channel == "viber" and (size := _json_bytes(text)) > VIBER_MAX_BYTES:
        return f"viber takes at most {VIBER_MAX_BYTES} bytes of text as JSON, this text has {size}"
    return None


def _encodable(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def _json_bytes(text: str) -> int:
    """Its size on the wire, without the quotes: control characters become six bytes."""
    return len(json.dumps(text, ensure_ascii=False).encode()) - 2
