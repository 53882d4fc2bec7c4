"""Clients by something that is known of them: a condition of SQL, which reads every client of the audience.

SQLite knows the small letters of ASCII only, and PostgreSQL those of its locale, which may be ASCII too.
"""

from __future__ import annotations

from notifyhub.domain.audience import Audience
from notifyhub.store import audiences
from notifyhub.store.sqlite_functions import CONTAINS

_COLUMNS = ("phone", "addresses", "attributes")


def found_by(audience: Audience, search: str | None, *, postgres: bool) -> audiences.Condition:
    """SQL that is true for a client `c` of this audience that the search finds.

    search  part of a phone, of an address, of an attribute, in capital or small letters, or a whole tag
    """
    where, values = audiences.condition(audience, postgres=postgres)
    if not search:
        return where, values
    said, given = _said(search, postgres=postgres)
    tagged = "EXISTS (SELECT 1 FROM client_tags AS s WHERE s.client_id = c.id AND s.tag = ?)"
    return f"{where} AND ({said} OR {tagged})", [*values, *given, search]


def _said(search: str, *, postgres: bool) -> audiences.Condition:
    """It occurs in one of the columns."""
    wanted = search.lower()
    if not postgres and not search.isascii():
        # No phone has such a letter. Together, because a call takes longer than its search.
        return f"{CONTAINS}(c.addresses || '\n' || c.attributes, ?)", [search]
    like = f"%{wanted.replace('~', '~~').replace('%', '~%').replace('_', '~_')}%"
    # LIKE of SQLite takes capital and small letters of ASCII for the same.
    column, letters = "c.{}", list[str]()
    if postgres:
        column = "LOWER(c.{})"
        # The letters that are looked for, for locales that do not know them.
        if small := "".join(sorted({one for one in wanted if not one.isascii() and len(one.upper()) == 1})):
            column, letters = f"TRANSLATE({column}, ?, ?)", [small.upper(), small]
    either = " OR ".join(f"{column.format(name)} LIKE ? ESCAPE '~'" for name in _COLUMNS)
    return f"({either})", [*letters, like] * len(_COLUMNS)
