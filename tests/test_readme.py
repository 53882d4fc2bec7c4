"""The README's facts are the code's facts."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from notifyhub.domain.states import Status
from notifyhub_cli.output import Exit
from tests.settings_table import table

README = (Path(__file__).parents[1] / "README.md").read_text()


def test_the_table_of_settings_is_that_of_the_code() -> None:
    written = re.search(r"<!-- settings[^>]*-->\n(.*?)\n<!-- /settings -->", README, re.DOTALL)

    assert written is not None
    assert written.group(1) == table()


@pytest.mark.parametrize("status", Status)
def test_every_state_is_named(status: Status) -> None:
    assert re.search(rf"`[^`]*\b{status}\b[^`]*`", README)


def test_every_exit_code_is_told() -> None:
    told = re.search(r"Exit codes: (.*?)\.\n", README, re.DOTALL)

    assert told is not None
    assert [int(code) for code in re.findall(r"\d+", told.group(1))] == list(Exit)
