"""A pump claims as much as it sends in a moment, no more."""

from __future__ import annotations

from notifyhub.flow.claim_size import FEWEST, MOST, ClaimSize
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


def test_an_urgent_message_does_not_wait_behind_everything_that_was_due_before(
    make_hub: HubMaker, database_url: str, emulator: RunningEmulator
) -> None:
    hub = make_hub(database_url=database_url, telegram={"concurrency": 2})
    emulator.faults(latency_ms={"min": 10, "max": 10})
    hub.send("bulk", to=[{"telegram": str(n)} for n in range(1, 501)], priority="bulk")
    emulator.wait_for(20)

    hub.wait(hub.send("urgent", to={"telegram": "1"}, priority="urgent"), timeout_s=60)

    assert len(emulator.entries()) < 300
