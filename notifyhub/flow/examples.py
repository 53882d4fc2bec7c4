"""What a few clients of a mailing would get, for those who look at it before it starts."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

import orjson

from notifyhub.domain.chains import names
from notifyhub.domain.clients import choose
from notifyhub.flow.mailing_words import MailingWords
from notifyhub.flow.wording import NotWorded
from notifyhub.store.expansion import Member
from notifyhub.store.mailings import Row

MOST = 3
"""Clients that are shown."""


class Shown(NamedTuple):
    """What a client would get on a channel; `language` of the variant."""

    client_id: int
    channel: str
    address: str
    text: str
    options: Mapping[str, Any]
    language: str


def examples(
    mailing: Row, members: Sequence[Member], words: MailingWords | None, tags: Mapping[int, Sequence[str]]
) -> list[Shown]:
    """What up to three of these clients would get on each channel, of different languages if there are."""
    reachable = [member for member in members if _places(mailing, member)]
    return [shown for member in _different(reachable, words) for shown in _shown(mailing, member, words, tags)]


def _different(members: Sequence[Member], words: MailingWords | None) -> list[Member]:
    """Up to three, the first of each language before others."""
    if words is None:
        return list(members[:MOST])
    spoken: dict[str | None, Member] = {}
    for member in members:
        spoken.setdefault(words.language_of(orjson.loads(member.attributes)), member)
    first = list(spoken.values())[:MOST]
    return sorted([*first, *(member for member in members if member not in first)][:MOST], key=lambda one: one.id)


def _shown(
    mailing: Row, member: Member, words: MailingWords | None, tags: Mapping[int, Sequence[str]]
) -> Iterator[Shown]:
    options = orjson.loads(mailing["options"] or "{}")
    say = None if words is None else words.to(member, tags.get(member.id, ()))
    for channel, address in _places(mailing, member):
        if say is None:
            yield Shown(member.id, channel, address, mailing["text"], options.get(channel, {}), "")
            continue
        try:
            said = say(channel)
        except NotWorded:
            continue  # they are counted
        yield Shown(member.id, channel, address, said.text, said.options, said.variant.language)


def _places(mailing: Row, member: Member) -> list[tuple[str, str]]:
    channels = names(orjson.loads(mailing["channels"]))
    return choose(channels, member.phone, orjson.loads(member.addresses), orjson.loads(member.opted_out), first=False)
