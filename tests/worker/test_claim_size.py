"""A pump claims as much as it sends in a moment, no more."""

from __future__ import annotations

import pytest

from notifyhub.flow.claim_size import FEWEST, FEWEST_OF_ACCOUNT, MOST, ClaimSize
from tests.conftest import HubMaker
from tests.emulated import RunningEmulator


def size_at(pace: int, seconds: float = 1.0) -> ClaimSize:
    """After so many calls a second."""
    size = ClaimSize(0.0)
    for _ in range(round(pace * seconds)):
        size.sent()
    size.look(seconds)
    return size


def test_the_size_follows_the_pace_between_its_limits() -> None:
    assert [size_at(pace).now for pace in (0, 10, 1_000, 50_000)] == [FEWEST, FEWEST, 500, MOST]


def test_a_pace_is_not_told_from_a_moment() -> None:
    assert size_at(1_000_000, seconds=0.001).now == FEWEST


def test_something_is_claimed_even_if_the_size_shrank_below_what_is_ready() -> None:
    assert size_at(0).room(ready=FEWEST) > 1
    assert size_at(50_000).room(ready=500) == MOST - 500


@pytest.mark.parametrize("accounts", [1, 10, 100, 500])
def test_each_account_has_a_share_even_if_nothing_is_sent_yet(accounts: int) -> None:
    size = ClaimSize(0.0, accounts)
    assert size.now // accounts >= FEWEST_OF_ACCOUNT

    size.look(60.0)

    assert size.now // accounts >= FEWEST_OF_ACCOUNT


def test_a_worker_with_more_accounts_than_it_claims_at_first_sends_for_each(
    make_hub: HubMaker, database_url: str, emulator: RunningEmulator
) -> None:
    names = [f"bot{number}" for number in range(FEWEST + 20)]
    senders = {name: {"token": f"{number}:{name}"} for number, name in enumerate(names, 1)}
    hub = make_hub(
        database_url=database_url,
        telegram={"base_url": f"{emulator.url}/telegram", "token": "9999:main", "senders": senders},
    )

    sent = hub.send_many(
        [{"text": name, "recipients": [{"telegram": "7"}], "options": {"telegram": {"sender": name}}} for name in names]
    )

    assert len(sent) == len(names)
    emulator.wait_for(len(names), timeout_s=30)


def test_an_urgent_message_does_not_wait_behind_everything_that_was_due_before(
    make_hub: HubMaker, database_url: str, emulator: RunningEmulator
) -> None:
    hub = make_hub(database_url=database_url, telegram={"concurrency": 2})
    emulator.faults(latency_ms={"min": 10, "max": 10})
    hub.send("bulk", to=[{"telegram": str(n)} for n in range(1, 501)], priority="bulk")
    emulator.wait_for(20)

    hub.wait(hub.send("urgent", to={"telegram": "1"}, priority="urgent"), timeout_s=60)

    assert len(emulator.entries()) < 300
