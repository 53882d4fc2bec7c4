"""What must not stay in a log when a person is erased: phones, addresses, and what was written to them."""

from __future__ import annotations

import re

MASK = "***"
MOST = 200
"""Characters of a messenger's answer that are told."""

# Not inside an id: those of messages have digits between letters and hyphens.
_PHONE = re.compile(r"(?<![\w-])\+?\d(?:[ ().-]{0,2}\d){8,14}(?![\w-])")
_EMAIL = re.compile(r"[^\s@<>\"'(),;:]+@[^\s@<>\"'(),;:]+\.[^\s@<>\"'(),;:.]+")
# Tokens are in the paths of some, and passwords or keys in the rest of others.
_URL = re.compile(r"([a-z][a-z0-9+.-]*://)(?:[^\s/]*@)?([^\s/?#()<>\"',;]*)[^\s()<>\"',;]*")


def without_people(text: str, *own: str) -> str:
    """A text in which phones, e-mail addresses, all of a URL but its host, and each of `own` are masked."""
    for word in own:
        if word:
            text = text.replace(word, MASK)
    return _EMAIL.sub(MASK, _PHONE.sub(MASK, _URL.sub(rf"\1\2/{MASK}", text)))


def answer(detail: str, address: str, text: str) -> str:
    """A messenger's answer about a delivery to `address`, fit for a log."""
    if not detail:
        return ""
    shown = without_people(detail, text, address, address.removeprefix("+"))
    return shown if len(shown) <= MOST else f"{shown[:MOST]}…"
