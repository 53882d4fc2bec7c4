"""`notifyhub api` in several processes on one port."""

from __future__ import annotations

import json
import os
import signal
import socket
import threading
import time
from collections.abc import Callable
from pathlib import Path

import httpx
import pytest

from tests.many.conftest import Start
from tests.processes import PATIENCE_S, READY, Process

pytestmark = pytest.mark.timeout(240)


@pytest.fixture
def api(start: Start) -> Process:
    """Two processes, ready."""
    process = start("api", "--port", "0", "--workers", "2")
    process.wait_for_line(READY)
    return process


@pytest.fixture
def url(api: Process) -> str:
    return api.wait_for_line(READY).group(1)


@pytest.fixture
def headers(api: Process, tmp_path: Path) -> dict[str, str]:
    return {"Authorization": f"Bearer {(tmp_path / 'notifyhub-data' / 'first-key').read_text().strip()}"}


def children(process: Process) -> set[int]:
    text = Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text()
    return {int(pid) for pid in text.split()}


def until(holds: Callable[[], bool]) -> None:
    """Wait until something that nobody tells of has come true."""
    ends = time.monotonic() + PATIENCE_S
    while not holds():
        assert time.monotonic() < ends
        time.sleep(0.05)


class Posting:
    """Clients that post one message after another until they are stopped, on connections that they keep."""

    def __init__(self, url: str, headers: dict[str, str], clients: int) -> None:
        self.accepted = 0
        self.refused: list[str] = []
        self._url, self._headers = f"{url}/api/v1/messages", headers
        self._stopped = threading.Event()
        self._threads = [threading.Thread(target=self._run, args=(number,)) for number in range(clients)]

    def __enter__(self) -> Posting:
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stopped.set()
        for thread in self._threads:
            thread.join()

    def _run(self, number: int) -> None:
        with httpx.Client(headers=self._headers) as client:
            for count in range(1_000_000):
                if self._stopped.is_set():
                    return
                body = {"text": f"{count}", "recipients": [{"telegram": f"{number + 1}{count:06d}"}]}
                try:
                    answer = client.post(self._url, json=body)
                    if answer.status_code == 202:
                        self.accepted += 1
                    else:
                        self.refused.append(answer.text)
                except httpx.HTTPError as error:
                    self.refused.append(repr(error))


def test_no_request_is_refused_while_the_processes_are_replaced(
    api: Process, url: str, headers: dict[str, str]
) -> None:
    before = children(api)
    with Posting(url, headers, clients=4) as posting:
        until(lambda: posting.accepted > 20)
        os.kill(api.pid, signal.SIGHUP)
        until(lambda: not before & children(api) and len(children(api)) == 2)
        enough = posting.accepted + 20
        until(lambda: posting.accepted > enough)

    assert posting.refused == []


def test_a_killed_process_is_replaced_and_its_port_answers_meanwhile(
    api: Process, url: str, headers: dict[str, str]
) -> None:
    victim, other = children(api)

    os.kill(victim, signal.SIGKILL)
    answers = [httpx.get(f"{url}/api/v1/stats", headers=headers, timeout=PATIENCE_S).status_code for _ in range(8)]
    until(lambda: len(children(api)) == 2 and victim not in children(api))

    assert answers == [200] * 8
    assert other in children(api)


def test_all_processes_end_with_their_supervisor_even_if_it_is_killed(api: Process, url: str) -> None:
    port = int(url.rpartition(":")[2])

    api.kill()

    def is_free() -> bool:
        try:
            socket.create_server(("127.0.0.1", port)).close()
        except OSError:
            return False
        return True

    until(is_free)


def test_it_ends_with_0_when_it_is_told_to(api: Process) -> None:
    assert api.terminate() == 0
    assert "Traceback" not in "".join(api.lines)


def test_processes_share_the_rate_limit_of_a_key(start: Start, tmp_path: Path, rabbitmq_url: str) -> None:
    """Over the store, because there is no Redis."""
    process = start("api", "--port", "0", "--workers", "2", broker_url=rabbitmq_url, rate_limit=100)
    url = process.wait_for_line(READY).group(1)
    key = (tmp_path / "notifyhub-data" / "first-key").read_text().strip()

    statuses = [
        httpx.get(f"{url}/api/v1/stats", headers={"Authorization": f"Bearer {key}"}).status_code for _ in range(220)
    ]

    assert statuses.count(429) >= 20
    assert json.dumps(statuses).count("200") <= 200  # at most two minutes of the clock


@pytest.mark.parametrize("command", [["api", "--port", "0"], ["worker"], ["scheduler"]], ids=lambda words: words[0])
def test_systemd_is_told_when_a_process_is_ready_and_when_it_stops(
    start: Start, tmp_path: Path, command: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as systemd:
        systemd.bind(str(tmp_path / "notify"))
        systemd.settimeout(PATIENCE_S)
        monkeypatch.setenv("NOTIFY_SOCKET", str(tmp_path / "notify"))
        process = start(*command)

        assert systemd.recv(100) == b"READY=1"
        process.terminate()
        assert systemd.recv(100) == b"STOPPING=1"
