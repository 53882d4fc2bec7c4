"""A message's road through processes that share PostgreSQL and a broker."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tests.conftest import HubMaker
from tests.emulated import RunningEmulator
from tests.many.conftest import Start

pytestmark = pytest.mark.timeout(240)

DELIVERING = re.compile("worker is delivering")
LEADING = re.compile("scheduler is leading")
STANDING_BY = re.compile("scheduler is standing by")


def test_workers_deliver_what_another_process_accepted(
    make_hub: HubMaker, start: Start, shared: dict[str, object], broker: str, emulator: RunningEmulator
) -> None:
    start("worker", "--processes", "2", broker_url=broker).wait_for_line(re.compile("2 workers run"))
    hub = make_hub(worker=False, **{**shared, "broker_url": broker})

    hub.send_many([{"text": f"{n}", "recipients": [{"telegram": str(1000 + n)}]} for n in range(200)])
    emulator.wait_for(200, timeout_s=30)

    assert sorted(emulator.accepted().values()) == [1] * 200


def test_a_worker_delivers_only_the_channels_that_it_is_given(
    make_hub: HubMaker, start: Start, shared: dict[str, object], emulator: RunningEmulator
) -> None:
    start("worker", "--channels", "viber,gateway").wait_for_line(DELIVERING)
    hub = make_hub(worker=False, **shared)
    waiting, sent = hub.send("Hello", {"telegram": "1"}), hub.send("Hello", {"gateway": "79031234567"})

    assert hub.wait(sent, timeout_s=20).status == "sent"
    assert hub.message(waiting.id).status == "scheduled"
    start("worker", "--channels", "telegram").wait_for_line(DELIVERING)
    assert hub.wait(waiting, timeout_s=20).status == "sent"


def test_workers_without_a_broker_find_by_themselves_what_others_accept(
    make_hub: HubMaker, start: Start, shared: dict[str, object]
) -> None:
    """Neither leads for the other's channel."""
    without = {**shared, "broker_url": "memory://"}
    for channel in ("telegram", "gateway"):
        start("worker", "--channels", channel, **without).wait_for_line(DELIVERING)
    hub = make_hub(worker=False, **without)

    sent = [hub.send("Hello", {"telegram": "1"}), hub.send("Hello", {"gateway": "79031234567"})]

    assert [hub.wait(message, timeout_s=20).status for message in sent] == ["sent", "sent"]


def test_dramatiq_runs_workers_itself(
    make_hub: HubMaker, shared: dict[str, object], emulator: RunningEmulator, tmp_path: Path
) -> None:
    hub = make_hub(worker=False, **shared)
    message = hub.send("Hello", {"telegram": "1"})
    environment = {f"NOTIFYHUB_{name.upper()}": str(value) for name, value in shared.items()}
    command = [sys.executable, "-m", "dramatiq", "notifyhub.worker.main", "--processes", "1", "--threads", "8"]
    with subprocess.Popen(command, cwd=tmp_path, env=os.environ | environment) as process:
        try:
            assert hub.wait(message, timeout_s=30).status == "sent"
        finally:
            process.terminate()
        assert process.wait(30) == 0


def test_dramatiq_is_told_in_one_line_what_is_missing(tmp_path: Path) -> None:
    command = [sys.executable, "-c", "import notifyhub.worker.main"]

    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, timeout=60, check=False)

    assert done.returncode == 1
    assert (
        done.stderr == "notifyhub: NOTIFYHUB_BROKER_URL: `dramatiq notifyhub.worker.main` needs redis://… or amqp://…\n"
    )


def test_a_second_scheduler_follows_when_the_first_is_killed(
    make_hub: HubMaker, start: Start, shared: dict[str, object], emulator: RunningEmulator
) -> None:
    """Nothing but a sweep expires what nobody delivers."""
    first, second = start("scheduler"), None
    first.wait_for_line(LEADING)
    second = start("scheduler")
    second.wait_for_line(STANDING_BY)
    hub = make_hub(worker=False, **shared)

    first.kill()
    message = hub.send("Hello", {"telegram": "1"}, expires_at=datetime.now(UTC) + timedelta(seconds=1))

    assert hub.wait(message, timeout_s=30).status == "expired"
    assert second.terminate() == 0
