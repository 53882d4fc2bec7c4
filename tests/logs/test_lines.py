"""Logs: readable lines or JSON, and never a secret."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.emulated import RunningEmulator

ROOT = Path(__file__).parents[2]
TOKEN = "123456:very-secret"


def logged(text: str, folder: Path, log_format: str, level: str = "info", **settings: object) -> list[str]:
    """The lines that a process of its own logs while it does `text`."""
    environment = {f"NOTIFYHUB_{name.upper()}": str(value) for name, value in settings.items()}
    done = subprocess.run(
        [sys.executable, "-c", f"from notifyhub import logs\nlogs.configure({level!r}, {log_format!r})\n{text}"],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(ROOT), **environment},
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout == ""
    return done.stderr.splitlines()


SAY = "logs.logger('notifyhub.test').%s('said %%s', 'so', extra={'delivery': 7})"
CRASH = """
try:
    raise ValueError("two\\nlines")
except ValueError:
    logs.logger("notifyhub.test").exception("it crashed")
"""


def parsed(lines: list[str]) -> list[dict[str, Any]]:
    return [json.loads(line) for line in lines]


def test_json_is_one_object_a_line_with_all_that_is_known(tmp_path: Path) -> None:
    (record,) = parsed(logged(SAY % "warning", tmp_path, "json"))

    assert record.pop("timestamp").endswith("Z")
    assert record == {"event": "said so", "level": "warning", "logger": "notifyhub.test", "delivery": 7}


def test_an_exception_stands_in_one_field(tmp_path: Path) -> None:
    (record,) = parsed(logged(CRASH, tmp_path, "json"))

    assert record["event"] == "it crashed"
    assert record["exception"].startswith("Traceback")
    assert record["exception"].endswith("ValueError: two\nlines")


def test_console_lines_are_readable_and_plain_in_a_pipe(tmp_path: Path) -> None:
    (line,) = logged(SAY % "info", tmp_path, "console")

    assert "said so" in line
    assert "delivery=7" in line
    assert "\x1b" not in line


def test_what_is_below_the_level_is_left_out(tmp_path: Path) -> None:
    assert logged(SAY % "info", tmp_path, "json", level="warning") == []
    assert len(logged(SAY % "info", tmp_path, "json", level="info")) == 1


def test_records_of_other_libraries_come_in_the_same_form(tmp_path: Path) -> None:
    lines = logged("import logging; logging.getLogger('uvicorn.error').error('%d%%', 5)", tmp_path, "json")

    assert [record["event"] for record in parsed(lines)] == ["5%"]


SEND = """
from notifyhub import Hub
with Hub() as hub:
    message = hub.send("Hello", to={"telegram": "1"}, max_attempts=2)
    assert hub.wait(message, timeout_s=20).status == STATUS
"""


@pytest.mark.parametrize("client", ["aiohttp", "pyreqwest"])
@pytest.mark.parametrize("answer", ["403", "500", "lost", "garbage"])
def test_a_token_is_in_no_log_whatever_the_messenger_answers(
    tmp_path: Path, emulator: RunningEmulator, client: str, answer: str
) -> None:
    emulator.script("telegram", "1", answer)
    status = "failed" if answer == "403" else "sent"

    lines = logged(
        SEND.replace("STATUS", repr(status)),
        tmp_path,
        "json",
        level="debug",
        telegram_token=TOKEN,
        telegram_base_url=f"{emulator.url}/telegram",
        telegram_retry_base_s=0.02,
        http_client=client,
    )

    assert "very-secret" not in "\n".join(lines)


@pytest.mark.parametrize("client", ["aiohttp", "pyreqwest"])
def test_a_token_is_in_no_log_when_nobody_answers(tmp_path: Path, client: str) -> None:
    lines = logged(
        SEND.replace("STATUS", "'failed'"),
        tmp_path,
        "json",
        level="debug",
        telegram_token=TOKEN,
        telegram_base_url="http://127.0.0.1:9",
        telegram_retry_base_s=0.02,
        http_client=client,
    )

    assert "very-secret" not in "\n".join(lines)
