"""`notifyhub health`: exit codes that containers and systemd go by."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.cli.conftest import Run
from tests.processes import Process, Service


@pytest.fixture
def service(tmp_path: Path) -> Iterator[Service]:
    with Service(tmp_path) as service:
        yield service


def test_a_service_that_is_ready_is_a_zero(service: Service, run: Run) -> None:
    ended = run("health", "--url", service.url)

    assert (ended.code, ended.out) == (0, "ready\n")


def test_one_that_has_stopped_is_a_one(run: Run) -> None:
    ended = run("health", "--url", "http://127.0.0.1:9")

    assert ended.code == 1
    assert ended.out.startswith("not live: service: http://127.0.0.1:9 does not answer")


def test_the_service_of_the_settings_is_asked_by_default(service: Service, run: Run) -> None:
    ended = run("health", "--live", "--json", port=service.url.rpartition(":")[2])

    assert (ended.code, ended.json) == (0, {"status": "live", "checks": {}})


def test_a_worker_is_ready_until_it_hangs_or_stops(tmp_path: Path, run: Run) -> None:
    with Process(tmp_path, "worker") as worker:
        files = tmp_path / "notifyhub-data" / "heartbeats"
        while not files.exists() or not list(files.iterdir()):
            pass
        ready = run("health", "worker", "--json")
        os.kill(worker.pid, signal.SIGSTOP)
        os.utime(next(files.iterdir()), (1, 1))
        hanging = run("health", "worker", "--live")
        os.kill(worker.pid, signal.SIGCONT)
        assert worker.terminate() == 0
    stopped = run("health", "worker")

    assert (ready.code, ready.json["status"]) == (0, "ready")
    assert hanging.code == stopped.code == 1
    assert f"process {worker.pid} has given no sign of life for" in hanging.out
    assert "none gives signs of life in" in stopped.out


def test_a_role_has_no_address(run: Run) -> None:
    assert run("health", "worker", "--url", "http://x").code == 2
