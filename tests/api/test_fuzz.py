"""The API fuzzed by its OpenAPI document: schemathesis, with good and bad data, links and keys."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from notifyhub_api.app import make_app
from tests.api.conftest import Api
from tests.conftest import HubMaker
from tests.serving import running

ROOT = Path(__file__).parents[2]


@pytest.mark.timeout(0)
def test_fuzzing_finds_no_answer_that_the_document_does_not_tell_of(
    make_hub: HubMaker, database_url: str, tmp_path: Path, pytestconfig: pytest.Config
) -> None:
    """Its long form is `--fuzz-s 300`: seconds of chance in place of a short story that is always the same."""
    seconds = pytestconfig.getoption("--fuzz-s")
    hub = make_hub(database_url=database_url)
    with running(make_app(hub)) as port:
        done = explore(Api(hub, port), tmp_path, seconds)

    assert done.returncode == 0, done.stdout


def explore(api: Api, folder: Path, seconds: int) -> subprocess.CompletedProcess[str]:
    by_chance = ["--generation-database", ":memory:", "--max-time", str(seconds)]
    always_the_same = ["--max-examples", "10", "--generation-deterministic"]
    return subprocess.run(
        [
            sys.executable,
            *("-m", "schemathesis.cli", "run", f"http://127.0.0.1:{api.port}/openapi.json"),
            *("--header", f"Authorization: Bearer {api.key}"),
            *("--checks", "all", "--exclude-checks", "positive_data_acceptance"),
            *("--warnings", "off", "--no-color", *(by_chance if seconds else always_the_same)),
        ],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(ROOT), "SCHEMATHESIS_HOOKS": "tests.api.fuzz_hooks"},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
