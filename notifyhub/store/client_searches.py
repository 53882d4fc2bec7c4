"""Clients by something that is known of them: a condition of SQL, which reads every client of the audience."""

from __future__ import annotations

from notifyhub.domain.audience import Audience
from notifyhub.store import audiences
from notifyhub.store.containing import contains

_WORDS = ("c.addresses", "c.attributes")


def found_by(audience: Audience, search: str | None, *, postgres: bool) -> audiences.Condition:
    """SQL that is true for a client `c` of this audience that the search finds.

    search  part of a phone, of an address, of an attribute, in capital or small letters, or a whole tag
    """
    where, values = audiences.condition(audience, postgres=postgres)
    if not search:
        return where, values
    # Only digits are in phones.
    columns = ("c.phone", *_WORDS) if search.isascii() else _WORDS
    said, given = contains(columns, search, postgres=postgres)
    tagged = "EXISTS (SELECT 1 FROM client_tags AS s WHERE s.client_id = c.id AND s.tag = ?)"
    return f"{where} AND ({said} OR {tagged})", [*values, *given, search]
