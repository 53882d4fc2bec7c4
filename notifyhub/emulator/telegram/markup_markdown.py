"""parse_mode Markdown, the legacy one: no nesting, and a backslash before one of four characters only."""

from __future__ import annotations

from notifyhub.emulator.telegram.markup import MarkupError, Source

SPECIAL = (b"_", b"*", b"`", b"[")
KINDS = {b"_": "italic", b"*": "bold", b"`": "code"}
FENCE = b"```"


def parse_markdown(source: Source) -> None:
    """Read the whole of `source`. Raises `MarkupError`."""
    while not source.ended:
        if source.now() == b"\\" and source.now(1) in SPECIAL:
            source.at += 1
            source.take()
        elif source.now() in SPECIAL:
            _entity(source)
        else:
            source.take()


def _entity(source: Source) -> None:
    began, first, offset, written = source.at, source.now(), source.units, source.written
    if source.startswith(FENCE):
        return _block(source)
    source.at += 1
    _take_until(source, b"]" if first == b"[" else first, began)
    source.at += 1
    if first == b"[":
        url = _url(source) or source.text(written)
        source.add("text_link", offset, url=url)
    else:
        source.add(KINDS[first], offset)


def _block(source: Source) -> None:
    began, offset = source.at, source.units
    source.at += len(FENCE)
    language = source.language()
    source.skip_line_end()
    _take_until(source, FENCE, began)
    source.at += len(FENCE)
    source.add("pre", offset, **({"language": language} if language else {}))


def _take_until(source: Source, end: bytes, began: int) -> None:
    while not source.ended and not source.startswith(end):
        source.take()
    if source.ended:
        raise MarkupError(f"Can't find end of the entity starting at byte offset {began}")


def _url(source: Source) -> str:
    """What stands in round brackets behind a link's text; a bracket left open ends with the text."""
    if source.now() != b"(":
        return ""
    end = source.bytes.find(b")", source.at)
    end = source.size if end < 0 else end
    url = source.bytes[source.at + 1 : end].decode("utf-8", "replace")
    source.at = end + 1
    return url
