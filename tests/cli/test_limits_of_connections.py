"""What `serve` and `emulator` bear with: the settings bite in both."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from notifyhub_cli.listening import OTHER_FILES
from tests.processes import Process
from tests.server.wire import Client

pytestmark = pytest.mark.usefixtures("in_this_tree")

LISTENS = re.compile(r"listens on http://127\.0\.0\.1:(\d+)")
GET = b"GET /health/live HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n"
POST = b"POST /api/v1/messages HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: %b\r\nContent-Length: 5\r\n\r\n"

Started = Callable[..., Process]


@pytest.fixture(params=["serve", "emulator"])
def start(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Started]:
    """Start the command with these settings."""
    with ExitStack() as open_:

        def start(**settings: object) -> Process:
            process = open_.enter_context(Process(tmp_path, request.param, "--port", "0", **settings))
            process.wait_for_line(LISTENS)
            return process

        yield start


def port_of(process: Process) -> int:
    return int(process.wait_for_line(LISTENS)[1])


def stop_in_a_body(process: Process, folder: Path) -> Client:
    """A client that sends the head of a request with a body, and no more."""
    kept = folder / "notifyhub-data" / "first-key"
    client = Client(port_of(process))
    # The service asks for the body after the key, the emulator for that of a send.
    if kept.exists():
        client.send(POST % (b"Bearer " + kept.read_bytes().strip()))
    else:
        client.send(POST.replace(b"/api/v1", b"/gateway/v1/send") % b"Bearer x")
    return client


def test_a_head_that_does_not_come_is_cut_after_head_timeout_s(start: Started) -> None:
    with Client(port_of(start(head_timeout_s=0.2))) as client:
        assert client.answer().json["detail"] == "the head of the request was not complete after 0.2 s"


def test_a_body_that_stops_is_cut_after_body_timeout_s(start: Started, tmp_path: Path) -> None:
    with stop_in_a_body(start(body_timeout_s=0.2), tmp_path) as client:
        assert client.answer().json["detail"] == "no more of the body arrived for 0.2 s"


def test_whoever_is_cut_leaves_no_crash_in_the_log(start: Started, tmp_path: Path) -> None:
    process = start(body_timeout_s=0.2)
    with stop_in_a_body(process, tmp_path) as client:
        client.answer()

    assert process.terminate() == 0
    assert "Traceback" not in "".join(process.lines)


def test_of_more_than_max_connections_one_is_told_to_come_again(start: Started) -> None:
    port = port_of(start(max_connections=1))
    with Client(port) as first, Client(port) as second:
        first.send(GET)
        first.answer()
        second.send(GET)

        assert second.answer().status == 503


def test_a_head_of_200_kb_is_refused(start: Started) -> None:
    with Client(port_of(start())) as client:
        client.send(b"GET / HTTP/1.1\r\nX-Long: " + b"x" * 200_000 + b"\r\n\r\n")

        assert client.answer().status == 431


WITH_FEW_FILES = """
import resource
from notifyhub.settings import load
from notifyhub_cli.listening import limits_of
resource.setrlimit(resource.RLIMIT_NOFILE, (256, {most}))
limits_of(load(max_connections=1000))
print(resource.getrlimit(resource.RLIMIT_NOFILE)[0])
"""


@pytest.mark.parametrize(("most", "allowed"), [(9000, 1000 + OTHER_FILES), (700, 700)])
def test_a_process_lets_itself_open_the_files_that_its_connections_take(most: int, allowed: int) -> None:
    program = [sys.executable, "-c", WITH_FEW_FILES.format(most=most)]
    done = subprocess.run(program, capture_output=True, text=True, timeout=60, check=True)

    assert int(done.stdout) == allowed
