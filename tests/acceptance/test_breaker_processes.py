"""What one process finds out about a messenger all others know, without a failure of their own."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import datetime
from itertools import count
from pathlib import Path
from time import sleep
from typing import Any

import pytest

from notifyhub import Hub
from tests.cli.conftest import ROOT
from tests.conftest import HubMaker
from tests.emulated import RunningEmulator
from tests.processes import Process

pytestmark = [
    pytest.mark.timeout(240),
    pytest.mark.parametrize("database_url", ["postgresql"], indirect=True),
    pytest.mark.parametrize("broker_url", ["redis"], indirect=True),
]

TOKENS = {"finds out": "1:finds-out", "is told": "2:is-told"}
"""Each process has a token of its own, so that the journal tells who called."""
PAUSE_S = 10
NUMBERS = count(1_000)
RESTS = re.compile(r"warning.* telegram rests: its messenger fails most calls \(503\)")
TOLD = re.compile(r"info.* telegram rests, as another process found out")
GOES_ON = re.compile(r"telegram goes on")


class Workers:
    """Two workers with one store and one queue."""

    def __init__(self, stack: ExitStack, folder: Path, emulator: RunningEmulator, **settings: str) -> None:
        self._emulator = emulator
        self.by_name = {
            name: stack.enter_context(
                Process(
                    folder,
                    "worker",
                    telegram_token=token,
                    telegram_base_url=f"{emulator.url}/telegram",
                    telegram_concurrency=1,
                    limits="off",
                    telegram_retry_base_s=PAUSE_S,
                    telegram_rest_s=PAUSE_S,
                    emulator_url=emulator.url,
                    **settings,
                )
            )
            for name, token in TOKENS.items()
        }

    def calls(self, name: str) -> list[dict[str, Any]]:
        return self._emulator.entries(channel="telegram", token=TOKENS[name])

    def said(self, name: str, pattern: re.Pattern[str]) -> list[str]:
        return [line for line in self.by_name[name].lines if pattern.search(line)]


@pytest.fixture
def workers(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, emulator: RunningEmulator, database_url: str, broker_url: str
) -> Iterator[Workers]:
    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    with ExitStack() as stack:
        yield Workers(stack, tmp_path, emulator, database_url=database_url, broker_url=broker_url)


@pytest.fixture
def hub(make_hub: HubMaker, workers: Workers, database_url: str, broker_url: str) -> Hub:
    """A third process: accepts and looks on."""
    return make_hub(worker=False, database_url=database_url, broker_url=broker_url)


def send_until(hub: Hub, is_so: Callable[[], bool]) -> list[str]:
    """Send one message after the other until it is so; returns their ids."""
    ids: list[str] = []
    while not is_so():
        number = next(NUMBERS)
        ids.append(str(hub.send(f"Hello {number}", to={"telegram": str(number)}).id))
        sleep(0.02)
    return ids


def at(entry: dict[str, Any]) -> datetime:
    return datetime.fromisoformat(entry["received_at"])


def test_one_process_finds_out_and_the_other_stops_and_both_go_on(
    hub: Hub, workers: Workers, emulator: RunningEmulator
) -> None:
    emulator.faults(rules=[{"token": TOKENS["finds out"], "answer": "503"}])

    ids = send_until(hub, lambda: workers.said("is told", TOLD))

    until = hub.channel("telegram").accounts[0].until
    before = len(emulator.entries(channel="telegram"))
    late = hub.send("Late", to={"telegram": "1"})
    (story,) = hub.why(late.id)
    state = hub.channel("telegram").accounts[0]
    emulator.faults()
    hub.wait(late, timeout_s=60)
    assert len(workers.said("finds out", RESTS)) == 1
    assert workers.said("is told", RESTS) == []
    assert (state.state, state.reason, state.code) == ("open", "messenger_error", "503")
    assert story.next.startswith("Waits for its sender: telegram rests since ")
    assert all(at(entry) >= until for entry in emulator.entries(channel="telegram")[before:])
    assert [entry["accepted"] for entry in workers.calls("is told")].count(False) == 0
    _both_go_on(hub, workers, emulator, ids)


def _both_go_on(hub: Hub, workers: Workers, emulator: RunningEmulator, ids: list[str]) -> None:
    ids += send_until(hub, lambda: hub.channel("telegram").accounts[0].state == "closed")
    ids += send_until(hub, lambda: all(workers.said(name, GOES_ON) for name in TOKENS))
    # So much that one alone cannot do it: which of two that have nothing to do gets a message is left to chance.
    emulator.faults(latency_ms={"min": 50, "max": 50})
    had = {name: len(workers.calls(name)) for name in TOKENS}
    ids += send_until(hub, lambda: all(len(workers.calls(name)) > had[name] for name in TOKENS))
    assert {hub.wait(id_, timeout_s=60).status for id_ in ids} == {"sent"}
    loud = [line for name in TOKENS for line in workers.said(name, GOES_ON) if "warning" in line]
    assert len(loud) == 1


def test_a_third_process_tells_why_and_what_rests(
    hub: Hub, workers: Workers, emulator: RunningEmulator, tmp_path: Path, database_url: str, broker_url: str
) -> None:
    emulator.faults(channels={"telegram": {"failure_rate": 1, "failure": "503"}})
    send_until(hub, lambda: any(workers.said(name, RESTS) for name in TOKENS))
    late = hub.send("Late", to={"telegram": "1"})
    asked = {"database_url": database_url, "broker_url": broker_url, "emulator_url": emulator.url}

    with ExitStack() as stack:
        shown, why = (
            stack.enter_context(Process(tmp_path, *words, **asked))
            for words in (("channels",), ("why", str(late.id), "--json"))
        )
        line = shown.wait_for_line(re.compile(r"^telegram rests since .*"))
        why.wait_for_line(re.compile(r"^\]"))

    assert "Telegram fails most calls, the last one with 503" in line.group()
    (story,) = json.loads("".join(why.lines))
    # It may just have been the one that tries.
    assert "telegram rests since " in story["next"]
