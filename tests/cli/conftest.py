"""The command line as scripts use it: a process, its output and its exit code."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.emulated import RunningEmulator

ROOT = Path(__file__).parents[2]


@dataclass(frozen=True, slots=True)
class Ended:
    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)

    @property
    def complaint(self) -> str:
        """The one line on standard error."""
        lines = self.err.splitlines()
        assert len(lines) == 1, self.err
        assert lines[0].startswith("notifyhub: ")
        return lines[0].removeprefix("notifyhub: ")


Run = Callable[..., Ended]


@pytest.fixture
def in_this_tree(monkeypatch: pytest.MonkeyPatch) -> None:
    """Processes of their own import this source tree, wherever they start."""
    monkeypatch.setenv("PYTHONPATH", str(ROOT))


@pytest.fixture
def run(tmp_path: Path, in_this_tree: None) -> Run:
    """`notifyhub ARGUMENTS` in an empty folder, with settings as NOTIFYHUB_* variables."""

    def run(*arguments: str, piped: bytes = b"", **settings: object) -> Ended:
        environment = {f"NOTIFYHUB_{name.upper()}": str(value) for name, value in settings.items()}
        ended = subprocess.run(
            [sys.executable, "-m", "notifyhub_cli.main", *arguments],
            cwd=tmp_path,
            # Any free port for mail, because many of them run at once.
            env={**os.environ, "NOTIFYHUB_EMULATOR_SMTP_PORT": "0", **environment},
            input=piped,
            capture_output=True,
            timeout=60,
        )
        return Ended(ended.returncode, ended.stdout.decode(), ended.stderr.decode())

    return run


@pytest.fixture
def run_here(run: Run, emulator: RunningEmulator) -> Run:
    """The same, with the emulator of this test where messages go."""

    def run_here(*arguments: str, **settings: object) -> Ended:
        quick = {f"{channel}_retry_base_s": 0.02 for channel in ("telegram", "viber", "whatsapp", "gateway")}
        return run(
            *arguments, **{"emulator_url": emulator.url, "emulator_smtp_port": emulator.smtp_port, **quick, **settings}
        )

    return run_here
