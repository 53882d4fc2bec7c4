"""Text that contains something, in capital or small letters of any alphabet: a condition of SQL.

SQLite knows the small letters of ASCII only, and PostgreSQL those of its locale, which may be ASCII too.
"""

from __future__ import annotations

from collections.abc import Sequence

from notifyhub.store.audiences import Condition
from notifyhub.store.sqlite_functions import CONTAINS


def contains(columns: Sequence[str], search: str, *, postgres: bool) -> Condition:
    """SQL that is true if one of these columns, none of them NULL, contains what is looked for."""
    wanted = search.lower()
    if not postgres and not search.isascii():
        # Together, because a call takes longer than its search.
        joined = " || '\n' || ".join(columns)
        return f"{CONTAINS}({joined}, ?)", [search]
    like = f"%{wanted.replace('~', '~~').replace('%', '~%').replace('_', '~_')}%"
    # LIKE of SQLite takes capital and small letters of ASCII for the same.
    lowered, letters = "{}", list[str]()
    if postgres:
        lowered = "LOWER({})"
        # The letters that are looked for, for locales that do not know them.
        if small := "".join(sorted({one for one in wanted if not one.isascii() and len(one.upper()) == 1})):
            lowered, letters = f"TRANSLATE({lowered}, ?, ?)", [small.upper(), small]
    either = " OR ".join(f"{lowered.format(column)} LIKE ? ESCAPE '~'" for column in columns)
    return f"({either})", [*letters, like] * len(columns)
