"""What a mailing says to each of its clients."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import orjson

from notifyhub.domain.templates import LANGUAGE, Template
from notifyhub.flow.wording import NO_OPTIONS, Worded, known_names, worded
from notifyhub.store import templates
from notifyhub.store.clients import tags_of
from notifyhub.store.database import Database
from notifyhub.store.expansion import Member
from notifyhub.store.mailings import Row

Say = Callable[[str], Worded]
"""What a client is told on a channel. Raises NotWorded."""


class MailingWords:
    """The template of a mailing, with what its clients bring."""

    def __init__(self, template: Template, mailing: Row) -> None:
        self.template = template
        self._language: str | None = mailing["language"]
        self._options: Mapping[str, Mapping[str, Any]] = orjson.loads(mailing["options"] or "{}")
        own = {name: mailing.get(name) for name in ("name", "reference")}
        self._same = {**orjson.loads(mailing["variables"] or "{}"), "mailing": own}
        self._reads_tags = "tags" in known_names(template)

    def tags(self, database: Database, members: Sequence[Member]) -> Mapping[int, Sequence[str]]:
        """The tags of these clients, if the template reads tags."""
        if not self._reads_tags or not members:
            return {}
        return database.read(tags_of([member.id for member in members])).result()

    def to(self, member: Member, tags: Sequence[str] = ()) -> Say:
        """What is said to a client."""
        attributes = orjson.loads(member.attributes)
        return self.with_attributes(member, attributes, tags, self.language_of(attributes))

    def with_attributes(
        self, member: Member, attributes: Mapping[str, Any], tags: Sequence[str], language: str | None
    ) -> Say:
        """What is said to a client who has these attributes and speaks this language."""
        variables = {
            **self._same,
            "client_id": member.id,
            "phone": member.phone,
            "operator_code": member.operator_code,
            "timezone": member.timezone,
            "tags": tags,
            "attributes": attributes,
        }

        def say(channel: str) -> Worded:
            own = self._options.get(channel, NO_OPTIONS)
            return worded(
                self.template,
                channel,
                variables,
                language=language,
                written_in=self._language,
                timezone=member.timezone,
                options=own,
            )

        return say

    def language_of(self, attributes: Mapping[str, Any]) -> str | None:
        """The language of a client with these attributes: their own, or that of the mailing."""
        own = attributes.get(LANGUAGE)
        return own if isinstance(own, str) and own.strip() else self._language


def words_of(database: Database, mailing: Row) -> MailingWords | None:
    """The words of a mailing with a template; None: its text is the same for all. Blocks. Raises StoreUnavailable."""
    if mailing.get("template") is None:
        return None
    found = database.read(templates.snapshot(mailing["template"], mailing["template_version"])).result()
    return MailingWords(found, mailing)
