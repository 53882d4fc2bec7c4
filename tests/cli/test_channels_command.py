"""channels."""

from __future__ import annotations

from time import sleep

import pytest

from tests.cli.conftest import Run
from tests.conftest import HubMaker
from tests.emulated import RunningEmulator
from tests.mailbox import mailbox


def test_channels_shows_how_each_is(run_here: Run) -> None:
    run_here("send", "Hi", "--to", "telegram=1", "--wait", "20")

    shown = run_here("channels").out.splitlines()

    assert [line.split()[:2] for line in shown[1:]] == [
        [name, "emulated"] for name in ("telegram", "viber", "whatsapp", "gateway", "email")
    ]
    assert " ok " in shown[1]
    assert run_here("channels", "--json").json[0]["health"]["outcomes"] == {"sent": 1}


@pytest.fixture
def resting(make_hub: HubMaker, database_url: str, emulator: RunningEmulator) -> str:
    """The URL of a store in which an account rests."""
    emulator.script("telegram", "1", "401")
    hub = make_hub(database_url=database_url, telegram={"rest_s": 600})
    hub.send("Hello", to={"telegram": "1"})
    while hub.channel("telegram").accounts[0].state == "closed":
        sleep(0.01)
    hub.close()
    return database_url


def test_channels_says_who_rests_and_what_to_mend(run_here: Run, resting: str) -> None:
    shown = run_here("channels", database_url=resting).out.splitlines()

    assert " open " in shown[1]
    assert " closed " in shown[2]
    assert shown[-1].startswith("telegram rests since ")
    assert "Telegram refuses its account (code 401); look at NOTIFYHUB_TELEGRAM_TOKEN" in shown[-1]


def test_doctor_says_who_rests(run_here: Run, resting: str) -> None:
    with mailbox() as box:
        ended = run_here("doctor", "--json", database_url=resting, emulator_smtp_port=box.port)

    (bad,) = [finding for finding in ended.json if not finding["good"]]
    assert ended.code == 1
    assert bad["seen"].startswith("telegram rests since ")
    assert "look at NOTIFYHUB_TELEGRAM_TOKEN" in bad["seen"]
