"""Text with markup → plain text and entities. Rules and error texts follow the tdlib source (MessageEntity.cpp)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

# What stands behind the end, so that looking a few bytes ahead needs no check.
END = b"\0\0\0\0"

Entity = dict[str, Any]


class MarkupError(Exception):
    """Markup that cannot be read; offsets in its text count bytes of UTF-8."""


class Source:
    """Text with markup as bytes, a place in it, and what was made of it so far. Entities count UTF-16 units."""

    def __init__(self, text: str) -> None:
        raw = text.encode("utf-8", "replace")
        self.size = len(raw)
        self.bytes = raw + END
        self.at = 0
        self.units = 0
        self.entities: list[Entity] = []
        self._out = bytearray()

    def now(self, ahead: int = 0) -> bytes:
        """The byte at the place, or some behind it."""
        return self.bytes[self.at + ahead : self.at + ahead + 1]

    def startswith(self, text: bytes) -> bool:
        return self.bytes.startswith(text, self.at)

    @property
    def ended(self) -> bool:
        return self.at >= self.size

    def take(self) -> None:
        """Take the byte at the place over into the plain text."""
        byte = self.bytes[self.at]
        self._out.append(byte)
        # Bytes that only continue a character are no units; characters of four bytes are two.
        self.units += 0 if 0x80 <= byte < 0xC0 else 2 if byte >= 0xF0 else 1
        self.at += 1

    def put(self, character: str) -> None:
        self._out += character.encode("utf-8", "replace")
        self.units += 2 if ord(character) > 0xFFFF else 1

    @property
    def written(self) -> int:
        """How many bytes of plain text there are."""
        return len(self._out)

    def text(self, since: int = 0) -> str:
        return self._out[since:].decode("utf-8", "replace")

    def add(self, kind: str, offset: int, **more: str) -> None:
        """An entity from `offset` up to here; an empty one is none."""
        if self.units > offset:
            self.entities.append({"offset": offset, "length": self.units - offset, "type": kind, **more})

    def skip_line_end(self) -> None:
        """One line end, which may be two bytes."""
        if self.now() in (b"\n", b"\r"):
            self.at += 2 if self.now(1) in (b"\n", b"\r") and self.now() != self.now(1) else 1

    def language(self) -> str:
        """The language behind the opening of a block of code, when there is one."""
        end = self.at
        while end < self.size and not self.bytes[end : end + 1].isspace() and self.bytes[end] != ord("`"):
            end += 1
        if end in (self.at, self.size) or self.bytes[end] == ord("`"):
            return ""
        language = self.bytes[self.at : end].decode("utf-8", "replace")
        self.at = end
        return language


def parsed(parse: Callable[[Source], None], text: str) -> tuple[str, list[Entity]]:
    """The plain text and its entities, outer ones first. Raises `MarkupError`."""
    source = Source(text)
    parse(source)
    return source.text(), sorted(source.entities, key=lambda entity: (entity["offset"], -entity["length"]))
