"""Checking the template of a mailing against its audience, before anything is stored or started.

Rendering it for each of a million clients would take half a minute. So it is rendered for the first hundred, and for
one client of each kind that may differ: those of each language, and those who lack an attribute that it reads.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import islice
from typing import Any

import orjson

from notifyhub.domain.audience import Audience, audience_of
from notifyhub.domain.chains import names
from notifyhub.domain.clients import choose
from notifyhub.domain.templates import MISSING_VARIABLE, NO_VARIANT, OF_CLIENTS, OF_MAILINGS
from notifyhub.errors import Fault
from notifyhub.flow.mailing_words import MailingWords
from notifyhub.flow.preview import BEFORE_THE_FIRST
from notifyhub.flow.wording import NotWorded, as_fault, no_variant, variable_faults
from notifyhub.rendering import compiled
from notifyhub.store import audience_words, expansion
from notifyhub.store.audience_words import Some
from notifyhub.store.database import Database
from notifyhub.store.expansion import Member
from notifyhub.store.mailings import Row

SAMPLE = 100
MOST_FAULTS = 10
_ATTRIBUTES = "attributes."
_SOMEBODY = Member(0, "", None, "UTC", "{}", "[]", "{}")


class _AnyAttribute(dict[str, str]):
    """The attributes of a client who has all of them."""

    def __missing__(self, name: str) -> str:
        return ""

    def __contains__(self, name: object) -> bool:
        return True


def template_faults(
    database: Database, mailing: Row, words: MailingWords, now: int, *, audience_too: bool
) -> list[Fault]:
    """What is wrong with the template of a mailing with these columns; `now` in epoch ms. Blocks.

    audience_too  False: only what is wrong whoever the clients are

    Raises StoreUnavailable.
    """
    faults = variable_faults(
        words.template, orjson.loads(mailing["variables"] or "{}"), taken={*OF_CLIENTS, *OF_MAILINGS}
    )
    if faults:
        return faults
    audience, channels = audience_of(orjson.loads(mailing["audience"])), names(orjson.loads(mailing["channels"]))
    spoken = _spoken(database, audience, words) if audience_too else {words.language_of({}): None}
    checks = [_without_variable(words, channels, spoken)]
    if audience_too:
        checks = [
            _without_variant(words, channels, spoken),
            *checks,
            _in_each_language(database, words, channels, spoken),
            _lacking_attributes(database, audience, words, channels),
            _sampled(database, mailing, words, channels, now),
        ]
    found: dict[tuple[str, str], Fault] = {}
    for check in checks:
        for fault in check:
            # The same is wrong for many clients.
            found.setdefault((fault.path, fault.code), fault)
        if found:
            break
    return list(found.values())[:MOST_FAULTS]


def _spoken(database: Database, audience: Audience, words: MailingWords) -> Mapping[str | None, Some | None]:
    """The languages of the audience, by which variants are chosen."""
    own = words.language_of({})
    if not words.template.languages:
        return {own: None}
    found = database.read(audience_words.languages(audience)).result()
    return {words.language_of({"language": spoken}): some for spoken, some in found.items()} or {own: None}


def _without_variant(
    words: MailingWords, channels: Sequence[str], spoken: Mapping[str | None, Some | None]
) -> Iterator[Fault]:
    for language, some in spoken.items():
        for channel in channels:
            if words.template.variant(language, channel) is None:
                of = "" if some is None else f"{_clients(some)}: "
                yield Fault("$.template", NO_VARIANT, of + no_variant(words.template, channel, language))


def _without_variable(
    words: MailingWords, channels: Sequence[str], spoken: Mapping[str | None, Some | None]
) -> Iterator[Fault]:
    """Names that nobody brings, even where there is no client yet."""
    for language in spoken:
        say = words.with_attributes(_SOMEBODY, _AnyAttribute(), (), language)
        for channel in channels:
            try:
                say(channel)
            except NotWorded as error:
                brought = error.variable is not None and error.variable.partition(".")[0] in OF_CLIENTS
                if error.reason == MISSING_VARIABLE and not brought:
                    yield as_fault(error)


def _in_each_language(
    database: Database, words: MailingWords, channels: Sequence[str], spoken: Mapping[str | None, Some | None]
) -> Iterator[Fault]:
    for some in islice(filter(None, spoken.values()), SAMPLE):
        if (member := database.read(audience_words.member(some.first_id)).result()) is not None:
            yield from _faults_for(database, words, member, channels, f"client {member.id}: ")


def _lacking_attributes(
    database: Database, audience: Audience, words: MailingWords, channels: Sequence[str]
) -> Iterator[Fault]:
    for attribute in _attributes(words):
        some = database.read(audience_words.lacking(audience, attribute)).result()
        if some is not None and (member := database.read(audience_words.member(some.first_id)).result()) is not None:
            yield from _faults_for(database, words, member, channels, f"{_clients(some)}: ")


def _attributes(words: MailingWords) -> list[str]:
    sources = (source for variant in words.template.variants for _, source in variant.sources)
    paths = {path for source in sources for path in compiled(source).paths if path.startswith(_ATTRIBUTES)}
    return sorted({path.removeprefix(_ATTRIBUTES).partition(".")[0] for path in paths})


def _sampled(
    database: Database, mailing: Row, words: MailingWords, channels: Sequence[str], now: int
) -> Iterator[Fault]:
    columns: dict[str, Any] = {**mailing, **BEFORE_THE_FIRST, "late_joiners": 0}
    for member in database.read(expansion.members(columns, SAMPLE, now)).result():
        yield from _faults_for(database, words, member, channels, f"client {member.id}: ")


def _faults_for(
    database: Database, words: MailingWords, member: Member, channels: Sequence[str], said_of: str
) -> Iterator[Fault]:
    say = words.to(member, words.tags(database, [member]).get(member.id, ()))
    known, refused = orjson.loads(member.addresses), orjson.loads(member.opted_out)
    for channel, _ in choose(channels, member.phone, known, refused, first=False):
        try:
            say(channel)
        except NotWorded as error:
            fault = as_fault(error, said_of)
            yield Fault("$.template", fault.code, fault.message)


def _clients(some: Some) -> str:
    return f"client {some.first_id}" + (f" and {some.number - 1} more" if some.number > 1 else "")
