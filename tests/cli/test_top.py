"""notifyhub top: rates, queues, breakers and limits, of a store and of a service."""

from __future__ import annotations

import json
import os
import pty
import subprocess
import sys
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from notifyhub import Hub, answers
from notifyhub_api.app import make_app
from notifyhub_cli.rates import Watch
from tests.cli.conftest import Run
from tests.conftest import HubMaker
from tests.emulated import RunningEmulator
from tests.serving import running

NOW = datetime(2026, 12, 1, 10, tzinfo=UTC)


def seen(after_s: float, since: datetime = NOW, **members: Any) -> answers.Live:
    """A look at one channel, so many seconds after the first."""
    zeros = dict.fromkeys(("accepted", "sent", "failed", "scheduled", "sending", "unconfirmed", "queue_age_s"), 0)
    account = {"state": "closed", "words": "it works", "rate": members.pop("rate", None)}
    channel = {"name": "telegram", "accounts": [account], **zeros, **members}
    return answers.Live(
        at=NOW + timedelta(seconds=after_s), since=since, processes=1, channels=[answers.LiveChannel(**channel)]
    )


def looking(*looks: answers.Live) -> Callable[..., answers.Live]:
    left: Iterator[answers.Live] = iter(looks)
    return lambda **_: next(left)


def test_rates_are_differences_by_the_time_between_two_looks() -> None:
    watch = Watch(looking(seen(0, sent=100, accepted=7), seen(2, sent=160, accepted=8, failed=3, rate="60/s")))

    (telegram,) = watch.next().channels

    assert (telegram.sent_s, telegram.accepted_s, telegram.failed_s) == (30, 0.5, 1.5)
    assert (telegram.limit_s, telegram.limit_use) == (60, 0.5)


def test_after_an_hour_it_counts_from_another_moment_and_no_rate_jumps() -> None:
    later = NOW + timedelta(hours=1)
    anew = [seen(3601, later, sent=4), seen(3602, later, sent=6)]
    watch = Watch(looking(seen(0), seen(3600, sent=3600), *anew))

    assert watch.next().channels[0].sent_s == 1
    assert watch.next().channels[0].sent_s == 2


@pytest.fixture
def there(make_hub: HubMaker, tmp_path: Path, emulator: RunningEmulator) -> dict[str, object]:
    """A store in which two messages wait for Telegram, which allows 30 a second."""
    hub = make_hub(worker=False, data_dir=tmp_path / "data")
    hub.send("Hello", to=[{"telegram": "1067000"}, {"telegram": "42"}])
    return {"data_dir": tmp_path / "data", "limits": "on", "emulator_url": emulator.url}


def test_once_prints_a_table_and_ends(run: Run, there: dict[str, object]) -> None:
    ended = run("top", "--once", **there)

    assert ended.code == 0, ended.err
    head, _, columns, *rows = ended.out.splitlines()
    assert head.startswith("notifyhub  ")
    assert columns.split()[:3] == ["channel", "accepted/s", "sent/s"]
    (telegram,) = (row.split() for row in rows if row.startswith("telegram"))
    assert telegram[4] == "2"
    assert "30/s, 0% used" in " ".join(telegram)


def test_json_is_for_scripts(run: Run, there: dict[str, object]) -> None:
    found = run("top", "--once", "--json", **there).json

    (telegram,) = (one for one in found["channels"] if one["channel"] == "telegram")
    assert telegram["scheduled"] == 2
    assert telegram["queue_age_s"] > 0
    assert (telegram["state"], telegram["limit_s"]) == ("closed", 30)


def test_it_asks_a_service(run: Run, make_hub: HubMaker) -> None:
    hub = make_hub(worker=False)
    hub.send("Hello", to={"viber": "EGAZ3SZRi6zW1D0uNYhQHg=="})
    key = hub.keys.create("top", ["read"]).key
    with running(make_app(hub)) as port:
        found = run("--url", f"http://127.0.0.1:{port}", "top", "--once", "--json", key=key).json

    assert next(one["scheduled"] for one in found["channels"] if one["channel"] == "viber") == 1


def test_what_was_sent_shows_as_a_rate(hub: Hub) -> None:
    watch = Watch(hub.stats.now)

    hub.wait(hub.send("Hello", to=[{"telegram": str(number)} for number in range(1, 51)]), timeout_s=20)

    total = 0.0
    while not total:  # calls are counted in the store once a second
        rates = watch.next()
        total = sum(one.sent_s for one in rates.channels)
    assert rates.processes == 1


def test_without_a_terminal_it_says_what_there_is_for_scripts(run: Run) -> None:
    ended = run("top")

    assert (ended.code, ended.complaint) == (2, "top is shown on a terminal; for scripts there are --once and --json")


def test_a_store_that_is_away_is_told_in_one_line(run: Run) -> None:
    ended = run("top", "--once", database_url="postgresql://127.0.0.1:9/none")

    assert ended.code == 4
    assert "database" in ended.complaint


@pytest.mark.usefixtures("in_this_tree")
def test_on_a_terminal_it_goes_on_until_q_is_pressed(there: dict[str, object]) -> None:
    terminal, inside = pty.openpty()
    environment = {f"NOTIFYHUB_{name.upper()}": str(value) for name, value in there.items()}
    process = subprocess.Popen(
        [sys.executable, "-m", "notifyhub_cli.main", "top", "--every", "0.2"],
        env={**os.environ, **environment, "TERM": "xterm", "COLUMNS": "160", "LINES": "30"},
        stdin=inside,
        stdout=inside,
        stderr=inside,
    )
    os.close(inside)
    text = ""
    while text.count("unconfirmed") < 2:
        text += os.read(terminal, 65536).decode(errors="replace")
    os.write(terminal, b"xq")

    while _read(terminal):
        pass
    assert process.wait(30) == 0
    assert "telegram" in text
    assert "q quits" in text


def _read(terminal: int) -> bytes:
    try:
        return os.read(terminal, 65536)
    except OSError:  # Linux says so at the end
        return b""


def test_json_documents_have_no_empty_members() -> None:
    document = Watch(looking(seen(0), seen(1))).next().document()

    assert "limit_s" not in document["channels"][0]
    json.dumps(document)
