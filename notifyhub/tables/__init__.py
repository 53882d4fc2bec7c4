"""Tables that people bring: CSV and JSON Lines, in the encodings and with the separators that programs write."""

from __future__ import annotations

from notifyhub.tables.encodings import ENCODINGS, encoding_of
from notifyhub.tables.reading import SEPARATORS, BadRow, Format, Row, Rows, read

__all__ = ["read", "Rows", "Row", "BadRow", "Format", "encoding_of", "ENCODINGS", "SEPARATORS"]
