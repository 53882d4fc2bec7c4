"""parse_mode HTML."""

from __future__ import annotations

import re
from dataclasses import dataclass

from notifyhub.emulator.telegram.markup import MarkupError, Source

KINDS = {
    "b": "bold",
    "strong": "bold",
    "i": "italic",
    "em": "italic",
    "u": "underline",
    "ins": "underline",
    "s": "strikethrough",
    "strike": "strikethrough",
    "del": "strikethrough",
    "tg-spoiler": "spoiler",
    "span": "spoiler",
    "a": "text_link",
    "tg-emoji": "custom_emoji",
    "code": "code",
    "pre": "pre",
    "blockquote": "blockquote",
}
CHARACTERS = {b"lt": "<", b"gt": ">", b"amp": "&", b"quot": '"'}
CHARACTER = re.compile(rb"&(?:#(?:[xX](?P<hex>[0-9a-fA-F]{1,8})|(?P<decimal>[0-9]{1,10}))|(?P<name>lt|gt|amp|quot));?")
NAME_TOKEN = re.compile(rb"[A-Za-z0-9.\-]*")
LANGUAGE = "language-"


@dataclass(slots=True)
class _Open:
    """A tag that waits for its end: where it stood in the markup, in the text, and what its attributes said."""

    name: str
    began: int
    offset: int
    written: int
    argument: str = ""


def parse_html(source: Source) -> None:
    """Read the whole of `source`. Raises `MarkupError`."""
    opened: list[_Open] = []
    while not source.ended:
        if source.now() == b"&" and (character := _character(source)):
            source.put(character)
        elif source.now() == b"<":
            _tag(source, opened)
        else:
            source.take()
    if opened:
        raise MarkupError(f'Can\'t find end tag corresponding to start tag "{opened[-1].name}"')
    for entity in source.entities:
        if entity["type"] == "code":
            # Only a block has a language; code carried it until it was known whether a block is around it.
            entity.pop("language", None)


def _character(source: Source) -> str:
    """The character of `&name;` or `&#number;` at the place; empty when there is none."""
    match = CHARACTER.match(source.bytes, source.at)
    if match is None:
        return ""
    if match["name"]:
        character = CHARACTERS[match["name"]]
    else:
        number = int(match["hex"], 16) if match["hex"] else int(match["decimal"])
        if number == 0 or number >= 0x110000 or 0xD800 <= number < 0xE000:
            return ""
        character = chr(number)
    source.at = match.end()
    return character


def _tag(source: Source, opened: list[_Open]) -> None:
    began = source.at
    source.at += 1
    while not source.ended and not source.now().isspace() and source.now() != b">":
        source.at += 1
    if source.ended:
        raise MarkupError(f"Unclosed start tag at byte offset {began}")
    name = source.bytes[began + 1 : source.at].decode("utf-8", "replace").lower()
    if name.startswith("/"):
        _close(source, opened, name[1:], began)
    else:
        _open(source, opened, name, began)


def _open(source: Source, opened: list[_Open], name: str, began: int) -> None:
    if name not in KINDS:
        raise MarkupError(f'Unsupported start tag "{name}" at byte offset {began}')
    tag = _Open(name, began, source.units, source.written)
    while source.now() != b">":
        _skip_spaces(source)
        if source.now() != b">":
            _attribute(source, tag)
    if name == "span" and tag.argument != "spoiler":
        raise MarkupError(f'Tag "span" must have class "tg-spoiler" at byte offset {began}')
    source.at += 1
    opened.append(tag)


def _skip_spaces(source: Source) -> None:
    while source.now().isspace():
        source.at += 1


def _attribute(source: Source, tag: _Open) -> None:
    name = _attribute_name(source, tag)
    _skip_spaces(source)
    if source.now() != b"=":
        if (tag.name, name) != ("blockquote", "expandable"):
            raise MarkupError(
                f'Expected equal sign in declaration of an attribute of the tag "{tag.name}" at byte offset {tag.began}'
            )
        tag.argument = "expandable"
        return
    source.at += 1
    _skip_spaces(source)
    value = _attribute_value(source, tag)
    tag.argument = _argument(tag.name, name, value) or tag.argument


def _attribute_name(source: Source, tag: _Open) -> str:
    began = source.at
    while not source.ended and not source.now().isspace() and source.now() not in (b"=", b">"):
        source.at += 1
    if source.ended:
        raise MarkupError(f'Unclosed start tag "{tag.name}" at byte offset {tag.began}')
    if source.at == began:
        raise MarkupError(f'Empty attribute name in the tag "{tag.name}" at byte offset {tag.began}')
    return source.bytes[began : source.at].decode("utf-8", "replace")


def _attribute_value(source: Source, tag: _Open) -> str:
    if source.ended:
        raise MarkupError(f'Unclosed start tag "{tag.name}" at byte offset {tag.began}')
    value = _quoted(source) if source.now() in (b'"', b"'") else _bare(source)
    if source.ended:
        raise MarkupError(f"Unclosed start tag at byte offset {tag.began}")
    return value


def _bare(source: Source) -> str:
    match = NAME_TOKEN.match(source.bytes, source.at)
    token = match[0] if match else b""
    began, source.at = source.at, source.at + len(token)
    if not source.ended and not source.now().isspace() and source.now() != b">":
        raise MarkupError(f"Unexpected end of name token at byte offset {began}")
    return token.decode().lower()


def _quoted(source: Source) -> str:
    quote, value = source.now(), b""
    source.at += 1
    while not source.ended and source.now() != quote:
        character = _character(source) if source.now() == b"&" else ""
        value += character.encode() or source.now()
        source.at += 0 if character else 1
    source.at += 1
    return value.decode("utf-8", "replace")


def _argument(tag: str, attribute: str, value: str) -> str:
    if (tag, attribute) in (("a", "href"), ("tg-emoji", "emoji-id")):
        return value
    if (tag, attribute) == ("code", "class") and value.startswith(LANGUAGE):
        return value.removeprefix(LANGUAGE)
    return value.removeprefix("tg-") if (tag, attribute) == ("span", "class") and value.startswith("tg-") else ""


def _close(source: Source, opened: list[_Open], name: str, began: int) -> None:
    if not opened:
        raise MarkupError(f"Unexpected end tag at byte offset {began}")
    _skip_spaces(source)
    if source.now() != b">":
        raise MarkupError(f"Unclosed end tag at byte offset {began}")
    tag = opened.pop()
    if name and name != tag.name:
        raise MarkupError(f'Unmatched end tag at byte offset {began}, expected "</{tag.name}>", found "</{name}>"')
    source.at += 1
    _add(source, tag)


def _add(source: Source, tag: _Open) -> None:
    match tag.name:
        case "a":
            url = tag.argument or source.text(tag.written)
            if url:
                source.add("text_link", tag.offset, url=url)
        case "tg-emoji":
            source.add("custom_emoji", tag.offset, custom_emoji_id=tag.argument)
        case "blockquote" if tag.argument:
            source.add("expandable_blockquote", tag.offset)
        case "pre":
            _add_block(source, tag)
        case "code" if tag.argument:
            source.add("code", tag.offset, language=tag.argument)
        case _:
            source.add(KINDS[tag.name], tag.offset)


def _add_block(source: Source, tag: _Open) -> None:
    """`<pre><code class="language-x">` is one block with a language, when the two span the same text."""
    inner = source.entities[-1] if source.entities else {}
    same = inner.get("type") == "code" and (inner["offset"], inner["length"]) == (tag.offset, source.units - tag.offset)
    if same:
        source.entities.pop()
    language = inner.get("language") if same else None
    if language:
        source.add("pre", tag.offset, language=language)
    else:
        source.add("pre", tag.offset)
