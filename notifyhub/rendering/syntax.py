"""From source to jinja2's tree, in which every node knows its offset in the source.

jinja2 counts lines only. Here the lexer says offsets where it would say line numbers, and all that is built on it,
nodes and errors alike, carries them on. No template is ever handed to jinja2's compiler.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import NoReturn

from jinja2 import Environment, TemplateSyntaxError, nodes
from jinja2.lexer import Lexer
from jinja2.parser import Parser

from notifyhub.rendering.faults import Stop
from notifyhub.rendering.run import MOST_CHARACTERS

MOST_TOKENS = 20_000
LONGEST_NUMBER = 20

_QUOTES = re.compile(r"unexpected char [\"']+'?\"?'? at")
_AT = re.compile(r" at \d+$")
_WORDS = {
    "end of print statement": "}}",
    "end of statement block": "%}",
    "begin of print statement": "{{",
    "begin of statement block": "{%",
}


class _Lexer(Lexer):
    """Tokens with offsets; `at` is where it reads."""

    at = 0

    def tokeniter(
        self, source: str, name: str | None, filename: str | None = None, state: str | None = None
    ) -> Iterator[tuple[int, str, str]]:
        tokens = super().tokeniter(source, name, filename, state)
        self.at = 0
        for _ in range(MOST_TOKENS):
            try:
                _, kind, text = next(tokens)
            except StopIteration:
                return
            except TemplateSyntaxError as error:
                raise Stop("syntax", _plain(error.message or ""), self.at) from None
            # What `{%-` strips is in no token.
            self.at = source.index(text, self.at)
            if kind == "integer" and len(text) > LONGEST_NUMBER:
                raise Stop("syntax", "a number of so many digits", self.at)
            if kind == "operator" and text == "**":
                raise Stop("forbidden", 'must not use "**"', self.at)
            yield self.at, kind, text
            self.at += len(text)
        raise Stop("too_long", "has too many parts", self.at)


class _Parser(Parser):
    """Knows where the tags were opened that are still open."""

    def __init__(self, environment: Environment, source: str) -> None:
        super().__init__(environment, source)
        self._opened: list[int] = []

    def parse_statement(self) -> nodes.Node | list[nodes.Node]:
        self._opened.append(self.stream.current.lineno)
        parsed = super().parse_statement()
        self._opened.pop()
        return parsed

    def _fail_ut_eof(self, name: str | None, end_token_stack: list[tuple[str, ...]], lineno: int | None) -> NoReturn:
        if name is None and self._tag_stack:
            opened = self._tag_stack[-1]
            raise Stop("syntax", f'"{opened}" is never closed: "{{% end{opened} %}}" is missing', self._opened[-1])
        if name is not None and name.startswith("end") and not self._tag_stack:
            raise Stop("syntax", f'"{name}" closes nothing', lineno or 0)
        if name is not None and self._tag_stack and name in _ENDS:
            raise Stop("syntax", f'"{name}" cannot stand here: "{self._tag_stack[-1]}" is open', lineno or 0)
        raise Stop("syntax", f'unknown tag "{name}"', lineno or 0)


_ENDS = ("endif", "endfor", "endset", "elif", "else")


class _Environment(Environment):
    @property
    def lexer(self) -> Lexer:
        return _Lexer(self)


@lru_cache(maxsize=1)
def _environment() -> Environment:
    return _Environment(keep_trailing_newline=True)


def tree_of(source: str) -> nodes.Template:
    """The tree of a source whose lines end with `\\n`. Raises Stop."""
    if len(source) > MOST_CHARACTERS:
        raise Stop("too_long", f"is longer than {MOST_CHARACTERS:,} characters", MOST_CHARACTERS)
    parser = None
    try:
        parser = _Parser(_environment(), source)
        return parser.parse()
    except TemplateSyntaxError as error:
        ended = parser is not None and parser.stream.current.type == "eof"
        raise Stop("syntax", _plain(error.message or ""), len(source) if ended else error.lineno) from None
    except RecursionError:
        raise Stop("forbidden", "is nested too deeply", _here(parser)) from None


def _here(parser: Parser | None) -> int:
    return parser.stream.current.lineno if parser else 0


def _plain(message: str) -> str:
    """jinja2's words, for people who do not know its inner ones."""
    if _QUOTES.match(message):
        return "a text in quotation marks is never closed"
    message = _AT.sub("", message)
    for inner, written in _WORDS.items():
        message = message.replace(inner, written)
    return message[:1].lower() + message[1:]
