"""Templates: named texts with variants by language and by channel, and which variant is for whom."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import Any, NamedTuple

MISSING_VARIABLE = "missing_variable"
NO_VARIANT = "no_variant"
TEMPLATE_FAILED = "template_failed"
WORDING_TOO_LONG = "wording_too_long"
UNWORDED = frozenset({MISSING_VARIABLE, NO_VARIANT, TEMPLATE_FAILED, WORDING_TOO_LONG})
"""Reasons of deliveries that failed because no text could be made for them."""

LANGUAGE = "language"
"""The attribute of a client that has their language."""
OF_CLIENTS = ("client_id", "phone", "operator_code", "timezone", "tags", "attributes")
"""The variables that a client brings."""
OF_MAILINGS = ("mailing",)


class Words(NamedTuple):
    """What is sent on a channel: a text, and the options of that channel."""

    text: str
    options: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Variant:
    """The text for one language and channel; empty: for all.

    subject, html  of e-mails
    parse_mode     of Telegram's markup
    """

    language: str
    channel: str
    text: str
    subject: str | None = None
    html: str | None = None
    parse_mode: str | None = None

    @property
    def sources(self) -> list[tuple[str, str]]:
        """Its (member, source) pairs that are rendered."""
        given = (("text", self.text), ("subject", self.subject), ("html", self.html))
        return [(name, source) for name, source in given if source is not None]


@dataclass(frozen=True, eq=False)
class Template:
    """The variants of a template as of one version."""

    name: str
    version: int
    variants: tuple[Variant, ...]

    @cached_property
    def _by_place(self) -> dict[tuple[str, str], Variant]:
        return {(variant.language, variant.channel): variant for variant in self.variants}

    @cached_property
    def languages(self) -> list[str]:
        """The languages that have a variant, without the empty one."""
        return sorted({variant.language for variant in self.variants} - {""})

    def variant(self, language: str | None, channel: str | None) -> Variant | None:
        """The variant for a reader: the language counts for more than the channel. None: there is none.

        `de-AT` is served by `de`, and every language by a variant without one.
        """
        return _variant(self, language, channel)


# Asked for each client of a mailing, and there are few languages.
@lru_cache(maxsize=1024)
def _variant(template: Template, language: str | None, channel: str | None) -> Variant | None:
    return next(filter(None, map(template._by_place.get, _places(language, channel))), None)


def _places(language: str | None, channel: str | None) -> Iterator[tuple[str, str]]:
    """The (language, channel) pairs of the variants that would do, the best one first (RFC 4647, 3.4)."""
    spoken = canonical_language(language or "")
    while spoken:
        yield spoken, channel or ""
        yield spoken, ""
        spoken = spoken.rpartition("-")[0]
    yield "", channel or ""
    yield "", ""


def canonical_language(language: str) -> str:
    """`ru_RU` as `ru-ru`: people write tags of languages (BCP 47) in either form."""
    return language.strip().replace("_", "-").lower()
