"""A sender whose messenger fails rests, spends nothing meanwhile, tries with a trickle, and goes on by itself."""

from __future__ import annotations

import logging
from collections.abc import Callable
from time import sleep
from typing import Any

import pytest

from notifyhub import Hub
from notifyhub.domain.failures import IN_A_ROW
from notifyhub.hub import core_of
from tests.conftest import HubMaker
from tests.emulated import RunningEmulator

LONG = {"retry_base_s": 600, "retry_cap_s": 600, "rest_s": 600, "concurrency": 1}
"""One call after the other, and no second one for anybody, unless the sender goes on."""
MANY = [{"telegram": str(number)} for number in range(100, 100 + 3 * IN_A_ROW)]
NOBODY_LISTENS = "http://127.0.0.1:9"


def state_of(hub: Hub, channel: str = "telegram", sender: str | None = None) -> Any:
    (state,) = (account for account in hub.channel(channel).accounts if account.sender == sender)
    return state


def wait_for(is_so: Callable[[], bool]) -> None:
    """The state of a circuit is written a little later than the call that changed it ends, and nothing tells when."""
    while not is_so():
        sleep(0.01)


def spent(hub: Hub) -> int:
    """All attempts that were spent on Telegram."""

    def ask(database: Any) -> int:
        return int(
            database.execute_sql(
                "SELECT COALESCE(SUM(spent), 0) FROM deliveries WHERE channel = 'telegram'"
            ).fetchone()[0]
        )

    return core_of(hub).ask(ask).result()


def hung(emulator: RunningEmulator) -> list[dict[str, Any]]:
    return [entry for entry in emulator.entries(channel="telegram") if entry["fault"] == "hang"]


def logged(caplog: pytest.LogCaptureFixture, words: str) -> list[str]:
    told = (record.getMessage() for record in caplog.records if record.levelno >= logging.WARNING)
    return [line for line in told if words in line]


# Of a connection that breaks nobody knows whether it arrived, so this always counts.
@pytest.mark.parametrize(("failure", "cost"), [("500", IN_A_ROW - 1), ("503", IN_A_ROW - 1), ("reset", IN_A_ROW)])
def test_a_messenger_that_fails_is_left_alone_and_what_waits_spends_nothing(
    make_hub: HubMaker, database_url: str, emulator: RunningEmulator, failure: str, cost: int
) -> None:
    emulator.faults(channels={"telegram": {"failure_rate": 1, "failure": failure}})
    hub = make_hub(database_url=database_url, telegram=LONG)

    message = hub.send("Hello", to=MANY)

    wait_for(lambda: state_of(hub).state == "open")
    hub.wait(hub.send("Elsewhere", to={"gateway": "79161234567"}), timeout_s=20)
    assert len(emulator.entries(channel="telegram")) == IN_A_ROW
    assert hub.message(message.id).counts == {"scheduled": len(MANY)}
    assert spent(hub) == cost


def test_a_messenger_that_cannot_be_reached_is_left_alone(make_hub: HubMaker, database_url: str) -> None:
    hub = make_hub(database_url=database_url, telegram={**LONG, "base_url": NOBODY_LISTENS, "token": "1:x"})

    hub.send("Hello", to=MANY)

    wait_for(lambda: state_of(hub).state == "open")
    assert (state_of(hub).reason, state_of(hub).code) == ("unreachable", "not_connected")
    assert spent(hub) < IN_A_ROW


def test_a_messenger_that_hangs_costs_those_who_wait_no_attempt(
    make_hub: HubMaker, database_url: str, emulator: RunningEmulator
) -> None:
    emulator.faults(failure_rate=1, failure="hang")
    hub = make_hub(database_url=database_url, telegram={**LONG, "timeout_s": 0.5, "concurrency": IN_A_ROW})

    message = hub.send("Hello", to=MANY)

    wait_for(lambda: state_of(hub).state == "open")
    assert (state_of(hub).reason, state_of(hub).code) == ("unconfirmed", "timeout")
    wait_for(lambda: hub.message(message.id).counts == {"scheduled": len(MANY)})
    tried = {entry["address"] for entry in emulator.entries(channel="telegram")}
    assert len(tried) < len(MANY)
    assert all("attempt 1 of 5" in story.next for story in hub.why(message.id) if story.address not in tried)
    assert spent(hub) == len(tried)


def test_it_goes_on_by_itself_and_says_so_once_each_way(
    make_hub: HubMaker, database_url: str, emulator: RunningEmulator, caplog: pytest.LogCaptureFixture
) -> None:
    emulator.faults(failure_rate=1, failure="503")
    hub = make_hub(database_url=database_url)
    message = hub.send("Hello", to=MANY, max_attempts=2)
    wait_for(lambda: state_of(hub).state != "closed")
    emulator.wait_for(3 * IN_A_ROW, timeout_s=60)

    emulator.faults()

    assert hub.wait(message, timeout_s=30).counts == {"sent": len(MANY)}
    wait_for(lambda: state_of(hub).state == "closed")
    wait_for(lambda: bool(logged(caplog, "goes on")))
    assert len(logged(caplog, "telegram rests: its messenger fails most calls (503)")) == 1
    assert logged(caplog, "goes on") == ["telegram goes on: its messenger takes messages again"]


def test_one_call_tries_while_all_others_wait_for_its_outcome(
    make_hub: HubMaker, database_url: str, emulator: RunningEmulator
) -> None:
    emulator.faults(failure_rate=1, failure="503")
    hub = make_hub(database_url=database_url, telegram={"max_attempts": 99})
    message = hub.send("Hello", to=MANY)
    wait_for(lambda: state_of(hub).state == "open")
    # Calls that were on their way when it opened must not arrive at a messenger that hangs.
    wait_for(lambda: hub.message(message.id).counts == {"scheduled": len(MANY)})

    emulator.faults(channels={"telegram": {"failure_rate": 1, "failure": "hang"}})
    wait_for(lambda: bool(hung(emulator)))
    hub.wait(hub.send("Elsewhere", to={"gateway": "79161234567"}), timeout_s=20)
    hub.close()

    assert len(hung(emulator)) == 1
    assert make_hub(database_url=database_url, worker=False).message(message.id).counts == {"scheduled": len(MANY)}


def test_one_delivery_that_always_fails_holds_nobody_up(
    make_hub: HubMaker, database_url: str, emulator: RunningEmulator
) -> None:
    emulator.faults(rules=[{"address": "1", "answer": "503"}])
    hub = make_hub(database_url=database_url, telegram={"max_attempts": 5 * IN_A_ROW, "retry_cap_s": 0.001})

    bad = hub.wait(hub.send("Hello", to={"telegram": "1"}), timeout_s=30)

    assert bad.counts == {"failed": 1}
    assert state_of(hub).since is None
    assert hub.wait(hub.send("Hello", to={"telegram": "2"}), timeout_s=20).status == "sent"


def test_another_account_goes_on(make_hub: HubMaker, database_url: str, emulator: RunningEmulator) -> None:
    account = {"token": "1:first", "base_url": f"{emulator.url}/telegram", "senders": {"alerts": {"token": "2:second"}}}
    emulator.faults(rules=[{"token": "2:second", "answer": "503"}])
    hub = make_hub(database_url=database_url, telegram={**LONG, **account})
    resting = hub.send("Hello", to=MANY, options={"telegram": {"sender": "alerts"}})
    wait_for(lambda: state_of(hub, sender="alerts").state == "open")

    assert hub.wait(hub.send("Hi", to=MANY), timeout_s=30).counts == {"sent": len(MANY)}
    assert state_of(hub).state == "closed"
    assert hub.message(resting.id).status == "scheduled"
    assert len(emulator.entries(token="2:second")) == IN_A_ROW


def test_a_restart_does_not_forget_who_rests(make_hub: HubMaker, database_url: str, emulator: RunningEmulator) -> None:
    emulator.faults(channels={"telegram": {"failure_rate": 1, "failure": "503"}})
    first = make_hub(database_url=database_url, telegram=LONG)
    first.send("Hello", to=MANY)
    wait_for(lambda: state_of(first).state == "open")
    first.close()

    hub = make_hub(database_url=database_url, telegram=LONG)
    hub.wait(hub.send("Elsewhere", to={"gateway": "79161234567"}), timeout_s=20)
    hub.close()

    assert len(emulator.entries(channel="telegram")) == IN_A_ROW


def test_why_says_that_the_sender_rests_since_when_and_why(
    make_hub: HubMaker, database_url: str, emulator: RunningEmulator
) -> None:
    emulator.faults(failure_rate=1, failure="503")
    hub = make_hub(database_url=database_url, telegram=LONG)
    hub.send("Hello", to=MANY)
    wait_for(lambda: state_of(hub).state == "open")

    late = hub.send("Late", to={"telegram": "1"})
    (story,) = make_hub(database_url=database_url, worker=False).why(late.id)

    assert story.next.startswith("Waits for its sender: telegram rests since ")
    assert "Telegram fails most calls, the last one with 503: it has an error of its own." in story.next
    assert "The next try is at " in story.next
    assert "Waiting spends nothing: attempt 1 of 5 is next when the sender goes on." in story.next


def test_channels_tell_what_to_mend(make_hub: HubMaker, database_url: str, emulator: RunningEmulator) -> None:
    emulator.script("telegram", "1", *["401"] * 9)
    hub = make_hub(database_url=database_url, telegram=LONG)
    hub.send("Hello", to={"telegram": "1"})
    wait_for(lambda: state_of(hub).state == "open")

    state = state_of(make_hub(database_url=database_url, worker=False))

    assert (state.reason, state.code) == ("configuration", "401")
    assert state.mend.startswith("NOTIFYHUB_TELEGRAM_TOKEN")
    assert "look at NOTIFYHUB_TELEGRAM_TOKEN" in state.words
    assert state.until > state.since
    assert [account.state for account in hub.channel("viber").accounts] == ["closed"]
