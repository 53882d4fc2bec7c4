"""What a variable holds never becomes markup: how values are written for each parse mode.

Values stay as they are until they are written into the text, so nothing can be escaped twice.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from enum import StrEnum

Escaper = Callable[[str], str]


class Escape(StrEnum):
    """The markup that the text of a template is written in."""

    NONE = "none"
    HTML = "html"
    MARKDOWN = "markdown"
    MARKDOWN_V2 = "markdown_v2"


class Safe(str):
    """A text that is markup already, because the template's author said `|safe`."""

    __slots__ = ()


_ENTITIES = {"&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&#39;"}
_IN_HTML = re.compile("[&<>\"']")
_IN_MARKDOWN = re.compile(r"[_*`\[]")
# https://core.telegram.org/bots/api#markdownv2-style, and the backslash itself.
_IN_MARKDOWN_V2 = re.compile(r"[_*\[\]()~`>#+\-=|{}.!\\]")


def _as_is(text: str) -> str:
    return text


def _html(text: str) -> str:
    return _IN_HTML.sub(lambda found: _ENTITIES[found[0]], text)


def _markdown(text: str) -> str:
    return _IN_MARKDOWN.sub(r"\\\g<0>", text)


def _markdown_v2(text: str) -> str:
    return _IN_MARKDOWN_V2.sub(r"\\\g<0>", text)


ESCAPERS: dict[Escape, Escaper] = {
    Escape.NONE: _as_is,
    Escape.HTML: _html,
    Escape.MARKDOWN: _markdown,
    Escape.MARKDOWN_V2: _markdown_v2,
}
