"""Codes and reasons as labels: few, whatever a messenger or a plugin says."""

from __future__ import annotations

from functools import lru_cache

from notifyhub.domain.reasons import CODES, ENDINGS, REASONS

OTHER = "other"
RESOLVED = "resolved"
"""The reason of what a person declared failed."""
_WORDS = frozenset({*CODES, "ok"})


@lru_cache(maxsize=1024)
def class_of(code: str) -> str:
    """The class of a code: `4xx` of 403, our own word for a call without an answer, or `other`.

    Of longer numbers, which Meta's and others' are, no digit says anything; they count as `other`, as words of
    messengers do.
    """
    if code in _WORDS:
        return code
    if len(code) == 3 and code.isascii() and code.isdigit():
        return f"{code[0]}xx"
    return "ok" if code == "0" else OTHER


def reason_label(reason: str | None) -> str:
    """A reason that is one of ours."""
    known = reason is not None and (reason in REASONS or reason in ENDINGS or reason == RESOLVED)
    return str(reason) if known else OTHER
