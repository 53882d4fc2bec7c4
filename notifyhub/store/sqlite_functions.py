"""Functions of SQL that SQLite lacks."""

from __future__ import annotations

import peewee

CONTAINS = "contains"
"""Does a text contain another one, in capital or small letters of any alphabet? SQLite itself knows those of ASCII."""


def add_to(database: peewee.SqliteDatabase) -> None:
    """Every connection of this database has them."""
    database.register_function(_contains, CONTAINS, 2, deterministic=True)


def _contains(text: str, wanted: str) -> bool:
    return wanted.casefold() in text.casefold()
