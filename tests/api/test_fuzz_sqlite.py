"""The API on SQLite fuzzed. In a file of its own, so that the stores are fuzzed side by side."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.api.fuzzing import found
from tests.conftest import HubMaker


@pytest.mark.timeout(0)
@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_fuzzing_finds_no_answer_that_the_document_does_not_tell_of(
    make_hub: HubMaker, database_url: str, tmp_path: Path, pytestconfig: pytest.Config
) -> None:
    """Its long form is `--fuzz-s 300`: seconds of chance in place of a short story that is always the same."""
    hub = make_hub(database_url=database_url)

    assert not found(hub, tmp_path, pytestconfig.getoption("--fuzz-s"))
