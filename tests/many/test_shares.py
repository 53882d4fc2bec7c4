"""Workers share what there is to do, however they come to know of it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from notifyhub import Hub
from tests.conftest import HubMaker
from tests.emulated import RunningEmulator
from tests.mailings.conftest import fill
from tests.processes import Process

pytestmark = pytest.mark.timeout(240)

DELIVERING = re.compile("worker is delivering")
TOKENS = ("1:first", "2:second")
"""Each worker has a token of its own, so that the journal tells who called."""
PEOPLE = 600


@pytest.fixture
def workers(tmp_path: Path, shared: dict[str, object], broker: str, emulator: RunningEmulator) -> Iterator[None]:
    """Two that deliver, four calls at a time, to a messenger that takes a while: more than one of them can do."""
    shared["broker_url"] = broker
    emulator.faults(latency_ms={"min": 20, "max": 20})
    own = {"telegram_base_url": f"{emulator.url}/telegram", "telegram_concurrency": 4, "limits": "off"}
    with ExitStack() as stack:
        started = [
            stack.enter_context(Process(tmp_path, "worker", telegram_token=token, **own, **shared)) for token in TOKENS
        ]
        for process in started:
            process.wait_for_line(DELIVERING)
        yield


@pytest.fixture
def hub(make_hub: HubMaker, shared: dict[str, object], workers: None) -> Hub:
    return make_hub(worker=False, **shared)


def send_one_text(hub: Hub) -> None:
    hub.send("Hello", [{"telegram": str(1000 + number)} for number in range(PEOPLE)])


def start_a_mailing(hub: Hub) -> None:
    """One worker expands it, which finds out by itself that there is something to send."""
    fill(hub, PEOPLE)
    hub.mailings.create("Sale", "Hello", ["telegram"])


@pytest.mark.parametrize("ask", [send_one_text, start_a_mailing])
def test_both_workers_send_when_one_has_more_than_it_can_do(
    hub: Hub, emulator: RunningEmulator, ask: Callable[[Hub], None]
) -> None:
    ask(hub)

    emulator.wait_for(PEOPLE, timeout_s=60)
    sent = {token: len(emulator.entries(channel="telegram", token=token)) for token in TOKENS}
    assert min(sent.values()) > PEOPLE // 6, sent
