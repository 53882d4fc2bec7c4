"""The API fuzzed by its OpenAPI document: schemathesis, with good and bad data, links and keys."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from notifyhub import Hub
from notifyhub_api.app import make_app
from tests.api.conftest import Api
from tests.serving import running

ROOT = Path(__file__).parents[2]


def found(hub: Hub, folder: Path, seconds: int) -> str:
    """What schemathesis has to say against a hub; empty: nothing.

    seconds  of chance; 0: a short story that is always the same
    """
    with running(make_app(hub)) as port:
        done = explore(Api(hub, port), folder, seconds)
    return done.stdout if done.returncode else ""


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
