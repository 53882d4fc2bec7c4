"""Crashes are reported to Sentry, without anything about people and without secrets."""

from __future__ import annotations

import http.client
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import orjson
import pytest

from tests.cli.conftest import Run
from tests.listener import Listener, listening
from tests.packages import cli
from tests.packages import run as run_python

CRASHES = """
import logging, sys
from notifyhub import logs
from notifyhub.settings import load
from notifyhub_cli.crash_reports import report_crashes

settings = load()
logs.configure("info", "console", None)
report_crashes(settings, "worker")

def send(address, token):
    raise RuntimeError(f"https://api.telegram.org/bot{token}/sendMessage: nobody at {address}")

logging.getLogger("notifyhub.test").error("a line about +79161234567")
try:
    send("79161234567", "123:secret")
except RuntimeError:
    logging.getLogger("notifyhub.test").exception("provider of %s raised for %s", "telegram", "79161234567")
send("ann@example.org", "123:secret")
"""


@pytest.fixture
def sentry() -> Iterator[Listener]:
    with listening() as listener:
        yield listener


def events(sentry: Listener, number: int) -> list[dict[str, object]]:
    found = []
    for posted in sentry.posted(number):
        assert posted.path == "/api/1/envelope/"
        _, header, body = posted.body.split(b"\n")[:3]
        if orjson.loads(header)["type"] == "event":
            found.append(orjson.loads(body))
    return found


def test_a_report_says_where_and_what_but_nothing_about_people(sentry: Listener, tmp_path: Path) -> None:
    program = tmp_path / "crashes.py"
    program.write_text(CRASHES)
    (tmp_path / "site").mkdir()
    dsn = f"http://public@127.0.0.1:{sentry.port}/1"
    ended = run_python(tmp_path / "site", str(program), sentry_dsn=dsn)
    assert ended.returncode == 1
    found = events(sentry, 2)

    everything = b"".join(posted.body for posted in sentry.so_far)
    for secret in (b"9161234567", b"ann@example", b"secret", b"telegram.org"):
        assert secret not in everything
    assert len(found) == 2
    for event in found:
        (exception,) = event["exception"]["values"]  # type: ignore[index]
        assert exception["type"] == "RuntimeError"
        assert exception["stacktrace"]["frames"][-1]["function"] == "send"
        assert event["tags"] == {"role": "worker"}
        assert re.fullmatch(r"notifyhub@.+", str(event["release"]))


def test_a_crash_of_the_api_is_reported(sentry: Listener, tmp_path: Path) -> None:
    """Of a service whose code crashes: here, the one that lists the channels."""
    (tmp_path / "broken.py").write_text(
        "import notifyhub_api.resources.channels as channels\n"
        "from dataclasses import replace\n"
        "async def every(request):\n"
        "    raise ZeroDivisionError('of +79161234567')\n"
        "channels.operations = (replace(channels.operations[0], endpoint=every), *channels.operations[1:])\n"
        "from notifyhub_cli.main import main\n"
        "main()\n"
    )
    environment = {
        **os.environ,
        "NOTIFYHUB_SENTRY_DSN": f"http://public@127.0.0.1:{sentry.port}/1",
        "NOTIFYHUB_EMULATOR_SMTP_PORT": "0",
        "PYTHONPATH": str(Path(__file__).parents[2]),
    }
    command = [sys.executable, "broken.py", "serve", "--port", "0"]
    process = subprocess.Popen(command, cwd=tmp_path, env=environment, stdout=subprocess.PIPE, text=True)
    try:
        assert process.stdout is not None
        port = int(process.stdout.readline().rpartition(":")[2])
        key = (tmp_path / "notifyhub-data" / "first-key").read_text().strip()
        connection = http.client.HTTPConnection("127.0.0.1", port)
        connection.request("GET", "/api/v1/channels", headers={"Authorization": f"Bearer {key}"})
        assert connection.getresponse().status == 500
        (event,) = events(sentry, 1)
    finally:
        process.kill()
        process.wait()
    (exception,) = event["exception"]["values"]  # type: ignore[index]
    assert exception["type"] == "ZeroDivisionError"
    assert event["tags"] == {"role": "serve"}
    assert key.encode() not in sentry.so_far[0].body
    assert b"79161234567" not in sentry.so_far[0].body


def test_without_sentry_it_says_what_to_install(tmp_path: Path) -> None:
    site = tmp_path / "site"
    (site / "sentry_sdk").mkdir(parents=True)
    (site / "sentry_sdk" / "__init__.py").write_text("raise ImportError")

    ended = cli(site, "worker", sentry_dsn="http://public@127.0.0.1:9/1", log_level="error")

    assert ended.returncode == 2
    assert ended.stderr == "notifyhub: NOTIFYHUB_SENTRY_DSN needs `pip install notifyhub[sentry]`\n"


def test_a_dsn_that_is_none_is_told_in_one_line(run: Run) -> None:
    ended = run("worker", sentry_dsn="nonsense", log_level="error")

    assert (ended.code, ended.complaint) == (2, "NOTIFYHUB_SENTRY_DSN: must be a DSN such as https://KEY@HOST/PROJECT")
