"""docs/logs.md and the vocabulary agree."""

from __future__ import annotations

from notifyhub.logs.events import EVENTS, FIELDS
from tests.events_table import DOCUMENT, with_tables


def test_the_tables_of_the_document_are_those_of_the_vocabulary() -> None:
    document = DOCUMENT.read_text()

    assert with_tables(document) == document, "run `python -m tests.events_table`"


def test_every_field_of_an_event_is_explained_and_used() -> None:
    used = {name for _, fields in EVENTS.values() for name in fields}

    assert used <= FIELDS.keys()
    assert FIELDS.keys() - used == {"at", "level", "event", "process", "pid", "request_id", "verdict"} - used
