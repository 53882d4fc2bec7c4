"""The port for metrics: of one process, and of several that add up."""

from __future__ import annotations

import os
import re
import signal
from pathlib import Path
from urllib.error import HTTPError
from urllib.request import Request, urlopen

import psycopg
import pytest

from notifyhub import Hub
from tests.cli.conftest import Run
from tests.emulated import RunningEmulator
from tests.metrics.scraping import of_port, until
from tests.processes import READY, Process, Service

pytestmark = pytest.mark.usefixtures("in_this_tree")

PORT = re.compile(r"metrics are at (http://127\.0\.0\.1:\d+/metrics)")
STARTED = re.compile(r"worker is delivering")


def test_serve_shows_its_metrics_without_a_key_on_a_port_of_their_own(tmp_path: Path) -> None:
    with Service(tmp_path, metrics_port=0) as service:
        url = service.wait_for_line(PORT).group(1)
        found = of_port(url)

        assert found("notifyhub_processes", role="serve") == 1
        assert found("notifyhub_store_up") == 1
        with pytest.raises(HTTPError, match="404"):
            urlopen(url.replace("/metrics", "/api/v1/messages"))
        with urlopen(Request(url, method="HEAD")) as response:
            assert response.read() == b""


def test_several_workers_have_one_port_and_no_count_is_lost_with_one_of_them(
    tmp_path: Path, postgres: str, redis_url: str, emulator: RunningEmulator
) -> None:
    with psycopg.connect(postgres, autocommit=True) as connection:
        connection.execute("CREATE DATABASE measured")
    place = {"database_url": postgres.rpartition("/")[0] + "/measured", "broker_url": redis_url}
    settings = {**place, "emulator_url": emulator.url, "metrics_port": 0, "data_dir": tmp_path}
    with (
        Process(tmp_path, "worker", "--processes", "2", **settings) as parent,
        Hub(worker=False, data_dir=tmp_path, emulator_url=emulator.url, **place) as hub,
    ):
        url = parent.wait_for_line(PORT).group(1)
        until(lambda: of_port(url)("notifyhub_processes", role="worker") == 2)

        def send(first: int) -> None:
            hub.wait(hub.send("Hello", to=[{"telegram": str(first + i)} for i in range(200)]), timeout_s=60)

        send(1_000)
        until(lambda: of_port(url)("notifyhub_deliveries_sent_total", channel="telegram") == 200)
        worker = int(next(iter(_children(parent.pid))))
        os.kill(worker, signal.SIGTERM)
        until(lambda: any("starting another" in line for line in parent.lines))
        until(lambda: of_port(url)("notifyhub_processes", role="worker") == 2)
        send(2_000)

        until(lambda: of_port(url)("notifyhub_deliveries_sent_total", channel="telegram") == 400)
        assert of_port(url)("notifyhub_attempts_total", channel="telegram") == 400
        assert of_port(url)("notifyhub_queue_age_seconds", channel="telegram") == 0
        assert parent.terminate() == 0


def test_whichever_api_process_answers_answers_for_all_and_for_the_scheduler(
    tmp_path: Path, postgres: str, redis_url: str
) -> None:
    with psycopg.connect(postgres, autocommit=True) as connection:
        connection.execute("CREATE DATABASE watched")
    place = {"database_url": postgres.rpartition("/")[0] + "/watched", "broker_url": redis_url, "data_dir": tmp_path}
    folder = {"metrics_folder": tmp_path / "shared"}
    with (
        Process(tmp_path, "api", "--port", "0", "--workers", "2", **place, **folder) as api,
        Process(tmp_path, "scheduler", **place, **folder),
        Hub(worker=False, **place) as hub,  # type: ignore[arg-type]
    ):
        url = api.wait_for_line(READY).group(1)
        key = hub.keys.create("prometheus", ["metrics"]).key
        asked = Request(f"{url}/metrics", headers={"Authorization": f"Bearer {key}"})

        until(lambda: of_port(asked)("notifyhub_processes", role="scheduler") == 1)
        assert of_port(asked)("notifyhub_processes", role="api") == 2


def _children(pid: int) -> list[str]:
    found: list[str] = []
    for task in Path(f"/proc/{pid}/task").iterdir():
        found += (task / "children").read_text().split()
    return found


def test_a_port_in_use_is_told_in_one_line(run: Run, emulator: RunningEmulator) -> None:
    port = emulator.url.rpartition(":")[2]
    ended = run("worker", metrics_port=port, log_level="error")

    assert ended.code == 2
    assert ended.complaint.startswith(f"cannot listen on 127.0.0.1:{port}: Address already in use")
    assert "NOTIFYHUB_METRICS_PORT" in ended.complaint


def test_a_folder_that_cannot_be_is_told_in_one_line(run: Run) -> None:
    ended = run("worker", metrics_folder="/dev/null/x")

    assert ended.code == 2
    assert ended.complaint == "NOTIFYHUB_METRICS_FOLDER: /dev/null/x: Not a directory"
