"""Texts that software likes to break."""

from __future__ import annotations

from hypothesis import strategies as st

TEXTS = (
    # one family, one flag, one thumb of some colour
    "\U0001f468\u200d\U0001f469\u200d\U0001f467\u200d\U0001f466 \U0001f1f7\U0001f1fa \U0001f44d\U0001f3fd",
    "\u05e9\u05dc\u05d5\u05dd \u202eabc\u202c \u0645\u0631\u062d\u0628\u0627",  # right to left, and turned round
    "a\u200bb\u200c\u200d\ufeffc\u2060",  # of no width
    "e\u0301 \u00e9 \ufb01 \u212b \u1e9e",  # what normalising would change
    "Z\u0351\u036b\u0343\u036a\u0302\u036b\u033d\u034f\u0334\u0319a\u0324\u031e",  # many marks on one letter
    "\u2028\u2029\u0085\r\n\t\x0b\x0c\x1b[31m\x7f",  # ends of lines and control characters
    "\U0010ffff\ufffe\ufffd\ue000",  # the last of all, no character, and private
    "<b>&amp;</b> {{x}} %s \\u0041 \\ \" ' ` $(x) ; DROP TABLE messages; --",
    "\u202e!",
    " leading and trailing \n",
)

_UNSEEN = "\u034f\u115f\u1160\u17b4\u17b5\u2800\u3164\uffa0\ufe0e\ufe0f"


def shows_something(text: str) -> bool:
    """Is there anything to see?"""
    return any(char.isprintable() and not char.isspace() and char not in _UNSEEN for char in text)


texts = st.text(st.characters(exclude_characters="\x00", codec="utf-8"), min_size=1, max_size=300).filter(
    shows_something
)
