"""A messenger that refuses a call as too fast is asked again only after the pause that it wants."""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from contextlib import ExitStack
from datetime import datetime, timedelta
from itertools import pairwise
from pathlib import Path

import psycopg
import pytest

from notifyhub import Hub, Message
from tests.conftest import HubMaker
from tests.emulated import RunningEmulator
from tests.limits.conftest import done, refused, texts
from tests.processes import Process

Limited = Callable[..., Hub]
DELIVERING = re.compile(r"worker is delivering")
PAUSE_S = 2
TOO_FAST = {"status": 429, "retry_after": PAUSE_S}
PAUSE = timedelta(seconds=PAUSE_S)


def moments(emulator: RunningEmulator, **wanted: str) -> list[datetime]:
    return [datetime.fromisoformat(entry["received_at"]) for entry in emulator.entries(**wanted)]


def until_tried(hub: Hub, message: Message) -> None:
    """Wait until the first answer is known here: what is sent before that may cross with it."""
    (delivery,) = message.deliveries or ()
    while not hub.delivery(delivery.id or 0).attempts:
        time.sleep(0.005)


def until_both_send(database_url: str) -> None:
    """Wait until two processes say that they have sent something."""
    both = "SELECT COUNT(DISTINCT process) FROM pulses WHERE calls > 5"
    with psycopg.connect(database_url, autocommit=True) as connection:
        while connection.execute(both).fetchone() != (2,):
            time.sleep(0.02)


def test_one_refusal_pauses_the_whole_account(make_hub: HubMaker, emulator: RunningEmulator, database_url: str) -> None:
    hub = make_hub(database_url=database_url)
    emulator.script("telegram", "5", TOO_FAST)
    first = hub.send("first", {"telegram": "5"})
    until_tried(hub, first)
    later = hub.send("later", {"telegram": "6"})

    done(hub, first, later)

    refusal, *others = moments(emulator)
    assert len(refused(emulator)) == 1
    assert min(others) - refusal >= PAUSE


def test_a_pause_is_no_attempt(make_hub: HubMaker, emulator: RunningEmulator) -> None:
    hub = make_hub()
    emulator.script("telegram", "5", TOO_FAST)

    done(hub, hub.send("Hello", {"telegram": "5"}, max_attempts=1))


def test_other_accounts_go_on_during_a_pause(make_hub: HubMaker, emulator: RunningEmulator) -> None:
    accounts = {"token": "7:first", "senders": {"second": {"token": "8:second"}}}
    hub = make_hub(telegram={"base_url": f"{emulator.url}/telegram", **accounts})
    emulator.script("telegram", "5", TOO_FAST)
    first = hub.send("first", {"telegram": "5"})
    emulator.wait_for(1, timeout_s=30)

    done(hub, hub.send("later", {"telegram": "6"}, options={"telegram": {"sender": "second"}}))

    assert hub.message(first.id).status == "scheduled"


def test_a_refusal_for_somebody_who_was_just_written_to_pauses_only_that(
    limited: Limited, emulator: RunningEmulator
) -> None:
    hub = limited()
    done(hub, hub.send("1", {"telegram": "5"}))
    emulator.script("telegram", "5", TOO_FAST)
    again = hub.send("2", {"telegram": "5"})
    emulator.wait_for(2, timeout_s=30)

    done(hub, hub.send("Hello", {"telegram": "6"}))
    assert hub.message(again.id).status == "scheduled"
    done(hub, again)

    _, refusal, last = moments(emulator, address="5")
    assert last - refusal >= PAUSE


def test_a_pause_of_one_recipient_holds_for_all_messages_to_it(limited: Limited, emulator: RunningEmulator) -> None:
    hub = limited()
    done(hub, hub.send("1", {"telegram": "5"}))
    emulator.script("telegram", "5", TOO_FAST)
    second = hub.send("2", {"telegram": "5"})
    emulator.wait_for(2, timeout_s=30)
    third = hub.send("3", {"telegram": "5"}, priority="urgent")

    done(hub, second, third)

    _, refusal, *others = moments(emulator, address="5")
    assert min(others) - refusal >= PAUSE


def test_whatsapp_says_whose_limit_it_is(make_hub: HubMaker, emulator: RunningEmulator) -> None:
    hub = make_hub(whatsapp={"rest_s": 60.0})
    emulator.script("whatsapp", "79031234567", {"code": 131056})
    pair = hub.send("Hello", {"whatsapp": "79031234567"})
    emulator.wait_for(1, timeout_s=30)

    done(hub, hub.send("Hello", {"whatsapp": "79037654321"}))

    assert hub.message(pair.id).status == "scheduled"


def test_a_pause_outlives_the_process(make_hub: HubMaker, emulator: RunningEmulator) -> None:
    hub = make_hub()
    emulator.script("telegram", "5", TOO_FAST)
    first = hub.send("first", {"telegram": "5"})
    emulator.wait_for(1, timeout_s=30)
    hub.close()

    later = hub.send("later", {"telegram": "6"})
    done(hub, first, later)

    refusal, *others = moments(emulator)
    assert min(others) - refusal >= PAUSE


@pytest.mark.parametrize("broker", ["redis", "memory"])
def test_a_pause_of_a_bot_is_seen_by_another_process(
    make_hub: HubMaker, emulator: RunningEmulator, postgres: str, redis_url: str, tmp_path: Path, broker: str
) -> None:
    """Two workers send with one bot; the messenger refuses one call."""
    database_url = postgres.rpartition("/")[0] + f"/pause_{broker}"
    with psycopg.connect(postgres, autocommit=True) as connection:
        connection.execute(f"DROP DATABASE IF EXISTS pause_{broker}")
        connection.execute(f"CREATE DATABASE pause_{broker}")
    settings = {
        "database_url": database_url,
        "broker_url": redis_url if broker == "redis" else "memory://",
        "emulator_url": emulator.url,
        "limits": "on",
    }
    hub = make_hub(worker=False, **settings)
    with ExitStack() as stack:
        workers = [stack.enter_context(Process(tmp_path, "worker", **settings)) for _ in range(2)]
        for worker in workers:
            worker.wait_for_line(DELIVERING)
        hub.send_many([{"text": f"{n}", "recipients": [{"telegram": str(1000 + n)}]} for n in range(1_000)])
        until_both_send(database_url)
        emulator.rule(channel="telegram", answer=TOO_FAST, count=1)
        sent = len(texts(emulator))
        emulator.wait_for(sent + 60, timeout_s=60)

    assert len(refused(emulator)) == 1
    gap, since = max((later - earlier, earlier) for earlier, later in pairwise(moments(emulator)))
    (refusal,) = [datetime.fromisoformat(entry["received_at"]) for entry in refused(emulator)]
    assert gap >= PAUSE - timedelta(milliseconds=100)
    assert since - refusal <= timedelta(milliseconds=100), "nobody sent for long after it"
