"""docs/emulator.md tells what the code does."""

from __future__ import annotations

import re

import pytest

from notifyhub.emulator.faults.answers import WORDS
from notifyhub.emulator.faults.names import EVERY_OUTCOME
from notifyhub.emulator.viber.errors import STATUSES
from notifyhub.emulator.web.own_paths import OWN_PATHS
from notifyhub.emulator.whatsapp.errors import CODES
from tests.errors_table import DOCUMENT, table, written

TEXT = DOCUMENT.read_text()


def test_the_tables_are_those_of_the_code() -> None:
    assert written(TEXT) == TEXT, "python -m tests.errors_table writes them anew"


@pytest.mark.parametrize("word", [*WORDS, *sorted(EVERY_OUTCOME)])
def test_every_word_of_a_fault_stands_in_the_table(word: str) -> None:
    assert f'"{word}"' in table()


def test_every_code_of_viber_and_whatsapp_stands_in_the_table() -> None:
    sections = dict(re.findall(r"### (\w+)\n(.*?)(?=\n### |\Z)", table(), re.DOTALL))

    assert all(f"status {code}, `" in sections["Viber"] for code in STATUSES)
    # Those without a number in front are the ones whose title says it all.
    assert all(
        f"(#{code})" in sections["WhatsApp"] or title in sections["WhatsApp"] for code, (_, title) in CODES.items()
    )


@pytest.mark.parametrize(
    "error", ["401, `Unauthorized`", "status 10, `webhookNotSet`", "403, `(#131031) Account has been locked`"]
)
def test_what_is_set_up_wrongly_makes_the_channel_rest(error: str) -> None:
    rows = [row for row in table().splitlines() if row.startswith(f"| {error}")]

    assert rows
    assert all("the channel rests" in row for row in rows)


@pytest.mark.parametrize("channel", list(OWN_PATHS))
def test_the_paths_at_the_root_are_told(channel: str) -> None:
    [told] = re.findall(rf"^\| \w+ \| `/{channel}` \| (.*) \|$", TEXT, re.MULTILINE)
    paths = re.findall("`/([^`]+)`", told)
    assert paths
    assert all(OWN_PATHS[channel].fullmatch(path) for path in paths)


@pytest.mark.parametrize("path", re.findall(r"\]\((?!http)([^)#]+)", TEXT))
def test_every_link_leads_somewhere(path: str) -> None:
    assert (DOCUMENT.parent / path).exists()
