"""Texts and captions: from markup or given entities to plain text and entities."""

from __future__ import annotations

import re
from typing import Any

from notifyhub.emulator.telegram.answers import bad
from notifyhub.emulator.telegram.fields import Fields
from notifyhub.emulator.telegram.markup import Entity, MarkupError, parsed
from notifyhub.emulator.telegram.markup_html import parse_html
from notifyhub.emulator.telegram.markup_markdown import parse_markdown
from notifyhub.emulator.telegram.markup_markdown_v2 import parse_markdown_v2

RAW_TEXT_LIMIT = 32_768
TEXT_LIMIT = 4096
CAPTION_LIMIT = 1024
ENTITIES_LIMIT = 100
PARSERS = {"html": parse_html, "markdown": parse_markdown, "markdownv2": parse_markdown_v2}
PLAIN = frozenset({"", "none"})

# What Telegram marks up by itself.
DETECTED = re.compile(
    r"(?P<url>https?://[^\s<>\"]+[^\s<>\".,;:!?)\]'])"
    r"|(?P<email>(?<![\w.+-])[\w.+-]+@[\w-]+(?:\.[\w-]+)+)"
    r"|(?P<mention>(?<!\w)@[A-Za-z][A-Za-z0-9_]{3,31})"
    r"|(?P<hashtag>(?<!\w)#\w*[^\W\d]\w*)"
    r"|(?P<bot_command>(?<![\w/])/[A-Za-z0-9_]{1,32}(?:@[A-Za-z0-9_]{5,32})?(?![\w/]))",
)
MAY_BE_DETECTED = re.compile(r"[/@#]")


class Text:
    """A parsed text: plain, with entities."""

    __slots__ = ("entities", "plain")

    def __init__(self, plain: str, entities: list[Entity]) -> None:
        self.plain = plain
        self.entities = entities

    def content(self, name: str = "text") -> dict[str, Any]:
        """As part of a message: `text` and `entities`, or `caption` and `caption_entities`."""
        key = "entities" if name == "text" else f"{name}_entities"
        return {name: self.plain, key: self.entities} if self.entities else {name: self.plain}


def message_text(fields: Fields) -> Text:
    """The text of sendMessage and editMessageText. Its length is checked later, after the chat. Raises `Refused`."""
    raw = fields.text("text")
    if not raw.strip():
        raise bad("message text is empty")
    text = _read(fields, raw, "entities")
    if not text.plain.strip():
        raise bad("message text is empty")
    return text


def caption_text(fields: Fields) -> Text | None:
    """The caption of a file, if there is one. Raises `Refused`."""
    raw = fields.text("caption")
    return _read(fields, raw, "caption_entities") if raw else None


def check_length(text: Text) -> None:
    if len(text.plain) > TEXT_LIMIT:
        raise bad("message is too long")


def check_caption_length(text: Text | None) -> None:
    if text is not None and len(text.plain) > CAPTION_LIMIT:
        raise bad("message caption is too long")


def detected(plain: str) -> list[Entity]:
    """Addresses, mentions, tags and commands in a plain text, as Telegram marks them; offsets in UTF-16 units."""
    if not MAY_BE_DETECTED.search(plain):
        return []
    return [
        {
            "offset": _units(plain[: match.start()]),
            "length": _units(match[0]),
            "type": match.lastgroup or "",
        }
        for match in DETECTED.finditer(plain)
    ]


def _read(fields: Fields, raw: str, entities: str) -> Text:
    # A character has at most four bytes.
    if len(raw) * 4 > RAW_TEXT_LIMIT and len(raw.encode("utf-8", "replace")) > RAW_TEXT_LIMIT:
        raise bad("text is too long")
    mode = fields.text("parse_mode").strip().lower()
    if mode not in PLAIN:
        return _marked_up(raw, mode)
    return Text(raw, _given(fields, entities) or detected(raw))


def _marked_up(raw: str, mode: str) -> Text:
    parser = PARSERS.get(mode)
    if parser is None:
        raise bad("unsupported parse_mode")
    try:
        plain, entities = parsed(parser, raw)
    except MarkupError as error:
        raise bad(f"can't parse entities: {error}") from error
    return Text(plain, entities or detected(plain))


def _given(fields: Fields, name: str) -> list[Entity]:
    given = fields.json(name, list, "message entities JSON object") or []
    usable = [entity for entity in given if isinstance(entity, dict) and {"type", "offset", "length"} <= entity.keys()]
    return usable[:ENTITIES_LIMIT]


def _units(text: str) -> int:
    return len(text.encode("utf-16-le", "surrogatepass")) // 2
