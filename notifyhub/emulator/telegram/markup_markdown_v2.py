"""parse_mode MarkdownV2: entities may nest, and every special character must be escaped."""

from __future__ import annotations

from dataclasses import dataclass

from notifyhub.emulator.telegram.markup import MarkupError, Source

RESERVED = frozenset(b"_*[]()~`>#+-=|{}.!")
EMOJI = "tg://emoji?id="
QUOTE = "BlockQuote"

# What opens and closes an entity, longest first; the name that errors have for it; the name on the wire.
MARKS: tuple[tuple[bytes, bytes, str, str], ...] = (
    (b"```", b"```", "Pre", "pre"),
    (b"__", b"__", "Underline", "underline"),
    (b"||", b"||", "Spoiler", "spoiler"),
    (b"![", b"]", "CustomEmoji", "custom_emoji"),
    (b"_", b"_", "Italic", "italic"),
    (b"*", b"*", "Bold", "bold"),
    (b"~", b"~", "Strikethrough", "strikethrough"),
    (b"`", b"`", "Code", "code"),
    (b"[", b"]", "TextUrl", "text_link"),
)
CODE = ("Code", "Pre")


@dataclass(slots=True)
class _Open:
    """An entity that waits for its end, and where it began in the markup and in the text."""

    name: str
    kind: str
    end: bytes
    began: int
    offset: int
    written: int
    language: str = ""


def parse_markdown_v2(source: Source) -> None:
    """Read the whole of `source`. Raises `MarkupError`."""
    _Reader(source).read()


class _Reader:
    def __init__(self, source: Source) -> None:
        self._source = source
        self._opened: list[_Open] = []
        self._quoted_since: int | None = None

    def read(self) -> None:
        source = self._source
        self._line_begins()
        while not source.ended:
            self._step()
        self._end_quote()
        if self._opened:
            entity = self._opened[-1]
            raise MarkupError(f"Can't find end of {entity.name} entity at byte offset {entity.began}")

    def _step(self) -> None:
        source = self._source
        byte = source.bytes[source.at]
        if byte == ord("\\") and 0 < source.bytes[source.at + 1] <= 126:
            source.at += 1
            source.take()
        elif byte == ord("\n") and not self._in_code:
            source.take()
            self._line_begins()
        elif byte not in (b"`" if self._in_code else RESERVED):
            source.take()
        elif not self._close():
            self._open()

    @property
    def _in_code(self) -> bool:
        return bool(self._opened) and self._opened[-1].name in CODE

    def _line_begins(self) -> None:
        """A `>` before a line makes it a quote, together with those around it."""
        source = self._source
        if source.now() == b">":
            source.at += 1
            if self._quoted_since is None:
                self._quoted_since = source.units
        else:
            self._end_quote()

    def _end_quote(self) -> None:
        since, self._quoted_since = self._quoted_since, None
        if since is not None:
            self._source.add("blockquote", since)

    def _close(self) -> bool:
        """End the innermost entity, if that is what stands here."""
        source = self._source
        if not self._opened or not source.startswith(self._opened[-1].end):
            return False
        # Two underscores end no italic: they begin or end an underline.
        if self._opened[-1].end == b"_" and source.startswith(b"__"):
            return False
        entity = self._opened.pop()
        source.at += len(entity.end)
        self._add(entity)
        return True

    def _open(self) -> None:
        source = self._source
        for start, end, name, kind in MARKS:
            if source.startswith(start) and not self._in_code:
                entity = _Open(name, kind, end, source.at, source.units, source.written)
                source.at += len(start)
                if name == "Pre":
                    entity.language = source.language()
                    source.skip_line_end()
                self._opened.append(entity)
                return
        if self._in_code:
            return source.take()
        character = chr(source.bytes[source.at])
        raise MarkupError(f"Character '{character}' is reserved and must be escaped with the preceding '\\'")

    def _add(self, entity: _Open) -> None:
        source = self._source
        if entity.name == "TextUrl":
            source.add("text_link", entity.offset, url=self._url() or source.text(entity.written))
        elif entity.name == "CustomEmoji":
            source.add("custom_emoji", entity.offset, custom_emoji_id=self._emoji_id())
        elif entity.language:
            source.add("pre", entity.offset, language=entity.language)
        else:
            source.add(entity.kind, entity.offset)

    def _emoji_id(self) -> str:
        url = self._url()
        if not url.startswith(EMOJI):
            raise MarkupError("Custom emoji entity must contain a tg://emoji URL")
        return url.removeprefix(EMOJI)

    def _url(self) -> str:
        """What stands in round brackets behind a link's text."""
        source = self._source
        if source.now() != b"(":
            return ""
        began, url = source.at + 1, b""
        source.at += 1
        while not source.ended and source.now() != b")":
            source.at += 1 if source.now() == b"\\" and 0 < source.bytes[source.at + 1] <= 126 else 0
            url += source.now()
            source.at += 1
        if source.ended:
            raise MarkupError(f"Can't find end of a URL at byte offset {began}")
        source.at += 1
        return url.decode("utf-8", "replace")
