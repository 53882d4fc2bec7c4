"""What is deferred leaves at its moment. The sweeps of these hubs come too seldom to find it in time by themselves."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from notifyhub import Hub
from tests.conftest import HubMaker
from tests.emulated import RunningEmulator

SELDOM_S = 60.0
WAIT_S = 20.0


def soon(seconds: float) -> datetime:
    return datetime.now(UTC) + timedelta(seconds=seconds)


@pytest.fixture
def seldom(make_hub: HubMaker, database_url: str, broker_url: str) -> Hub:
    return make_hub(database_url=database_url, broker_url=broker_url, sweep_interval_s=SELDOM_S)


def test_a_deferred_message_does_not_wait_for_the_next_sweep(seldom: Hub) -> None:
    message = seldom.send("Hello", to={"telegram": "1"}, at=soon(0.5))

    assert seldom.wait(message, timeout_s=WAIT_S).status == "sent"


def test_a_deferred_message_is_not_sent_before_its_moment(seldom: Hub) -> None:
    at = soon(0.5)
    message = seldom.wait(seldom.send("Hello", to={"telegram": "1"}, at=at), timeout_s=WAIT_S)

    assert seldom.delivery(message.deliveries[0].id).attempts[0].started_at >= at


def test_each_of_many_moments_is_kept(seldom: Hub) -> None:
    late, early, between = (seldom.send(f"{s}", to={"telegram": "1"}, at=soon(s)) for s in (0.9, 0.3, 0.6))

    assert [seldom.wait(one, timeout_s=WAIT_S).status for one in (late, early, between)] == ["sent"] * 3


def test_what_is_due_beyond_one_claim_does_not_wait_for_the_next_sweep(seldom: Hub) -> None:
    many = seldom.send("Hello", to=[{"telegram": str(number)} for number in range(1, 1_001)], at=soon(0.5))

    assert seldom.wait(many, timeout_s=WAIT_S).status == "sent"


def test_neither_does_what_is_due_beyond_the_share_of_an_account(
    make_hub: HubMaker, database_url: str, emulator: RunningEmulator
) -> None:
    accounts = {
        "base_url": f"{emulator.url}/telegram",
        "token": "7:first",
        "senders": {"second": {"token": "8:second"}},
    }
    hub = make_hub(database_url=database_url, sweep_interval_s=SELDOM_S, telegram=accounts)
    many = hub.send("Hello", to=[{"telegram": str(number)} for number in range(1, 1_001)], at=soon(0.5))

    assert hub.wait(many, timeout_s=WAIT_S).status == "sent"


def test_a_deferred_message_leaves_while_another_call_of_its_channel_hangs(
    seldom: Hub, emulator: RunningEmulator
) -> None:
    emulator.script("telegram", "1", "hang")
    seldom.send("Hello", to={"telegram": "1"})
    emulator.wait_for(channel="telegram", address="1")
    message = seldom.send("Hello", to={"telegram": "2"}, at=soon(0.3))

    assert seldom.wait(message, timeout_s=8).status == "sent"


def test_a_retry_does_not_wait_for_the_next_sweep(seldom: Hub, emulator: RunningEmulator) -> None:
    emulator.script("telegram", "1", "500", "503")

    assert seldom.wait(seldom.send("Hello", to={"telegram": "1"}), timeout_s=WAIT_S).status == "sent"


def test_what_another_process_accepts_does_not_wait_for_the_next_sweep(
    make_hub: HubMaker, database_url: str, redis_url: str
) -> None:
    shared = {"database_url": database_url, "broker_url": redis_url, "sweep_interval_s": SELDOM_S}
    make_hub(**shared)
    accepting = make_hub(worker=False, **shared)
    message = accepting.send("Hello", to={"telegram": "1"}, at=soon(0.5))

    assert accepting.wait(message, timeout_s=WAIT_S).status == "sent"


def test_a_message_that_is_moved_forward_does_not_wait_for_the_next_sweep(seldom: Hub) -> None:
    message = seldom.send("Hello", to={"telegram": "1"}, at="2126-01-01T00:00Z")
    seldom.change(message.id, at=soon(0.5))

    assert seldom.wait(message, timeout_s=WAIT_S).status == "sent"
