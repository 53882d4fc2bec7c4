"""What Babel knows of a language."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from babel import Locale

DEFAULT = "en"


@lru_cache(maxsize=256)
def locale_of(language: str | None) -> Locale:
    """The rules of a language tag such as `ru` or `pt-BR`; those of English for none, and for one that nobody knows."""
    from babel import Locale, UnknownLocaleError

    tag = re.sub("[^A-Za-z0-9]", "_", language or DEFAULT)
    for name in (tag, tag.partition("_")[0], DEFAULT):
        try:
            return Locale.parse(name)
        except (UnknownLocaleError, ValueError):
            continue
    raise AssertionError("Babel knows English")
