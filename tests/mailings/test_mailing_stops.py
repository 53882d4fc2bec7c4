"""How soon a pause, and a new end, reach the calls."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from notifyhub import Hub, answers
from notifyhub.clock import now_ms, to_ms
from notifyhub.flow.mailing_watch import Known, MailingWatch
from notifyhub.hub import core_of
from tests.conftest import HubMaker
from tests.emulated import RunningEmulator
from tests.mailings.conftest import counted, fill, statuses, until

CONCURRENCY = 4
COUNT = 80


def soon(seconds: float) -> datetime:
    return datetime.now(UTC) + timedelta(seconds=seconds)


@pytest.fixture
def slow(make_hub: HubMaker, database_url: str, emulator: RunningEmulator) -> Hub:
    """A hub that takes its time for the clients in its directory, and sees by itself once a minute what others do."""
    hub = make_hub(database_url=database_url, telegram={"concurrency": CONCURRENCY}, sweep_interval_s=60)
    emulator.faults(latency_ms={"min": 30, "max": 30})
    fill(hub, COUNT)
    return hub


def test_once_a_pause_is_answered_no_call_is_begun(slow: Hub, emulator: RunningEmulator) -> None:
    mailing = slow.mailings.create("Sale", "Hello", ["telegram"])
    until(slow, mailing.id, lambda found: found.counts["sent"] >= 10)

    slow.mailings.pause(mailing.id)

    seen = len(emulator.entries())
    until(slow, mailing.id, lambda found: "sending" not in statuses(slow, found))
    assert len(emulator.entries()) - seen <= CONCURRENCY
    assert statuses(slow, mailing)["scheduled"] == COUNT - len(emulator.entries()) > 0


def test_once_a_cancellation_is_answered_no_call_is_begun(slow: Hub, emulator: RunningEmulator) -> None:
    mailing = slow.mailings.create("Sale", "Hello", ["telegram"])
    until(slow, mailing.id, lambda found: found.counts["sent"] >= 10)

    slow.mailings.cancel(mailing.id)

    seen = len(emulator.entries())
    until(slow, mailing.id, lambda found: "sending" not in statuses(slow, found))
    assert len(emulator.entries()) - seen <= CONCURRENCY


def test_an_end_that_another_process_puts_back_in_time_expires_nothing(
    make_hub: HubMaker, database_url: str, slow: Hub, emulator: RunningEmulator
) -> None:
    other = make_hub(worker=False, database_url=database_url)
    mailing = slow.mailings.create("Sale", "Hello", ["telegram"], ends_at=soon(1.0))
    emulator.wait_for(1)
    other.mailings.update(mailing.id, ends_at=soon(3600))

    def is_sent(found: answers.Mailing) -> bool:
        return found.counts["sent"] + found.counts["expired"] == COUNT

    assert counted(until(slow, mailing.id, is_sent)) == {"sent": COUNT}
    assert set(emulator.accepted().values()) == {1}


def test_a_mailing_that_another_process_resumes_goes_on(
    make_hub: HubMaker, database_url: str, slow: Hub, emulator: RunningEmulator
) -> None:
    other = make_hub(worker=False, database_url=database_url)
    mailing = slow.mailings.create("Sale", "Hello", ["telegram"])
    until(slow, mailing.id, lambda found: found.counts["sent"] >= 10)
    slow.mailings.pause(mailing.id)
    until(slow, mailing.id, lambda found: not found.counts["sending"])

    other.mailings.resume(mailing.id)
    slow.send("Wake up", to={"telegram": "5"})

    assert counted(until(slow, mailing.id, lambda found: found.counts["sent"] == COUNT)) == {"sent": COUNT}


def test_the_later_of_a_claim_and_a_look_at_the_store_counts(make_hub: HubMaker, database_url: str) -> None:
    hub = make_hub(worker=False, database_url=database_url)
    mailing = hub.mailings.create("Sale", "Hello", ["telegram"], ends_at=(end := soon(3600)))
    watch = MailingWatch(core_of(hub).database)
    before = now_ms()
    watch.refresh()
    after = now_ms() + 1
    hub.mailings.pause(mailing.id)

    assert watch.known(mailing.id, 5, before - 1)[:2] == (False, to_ms(end))
    assert watch.known(mailing.id, 5, after) == Known(False, 5, after)
    watch.refresh()
    assert watch.known(mailing.id, 5, before).stopped


def test_it_is_not_finished_while_anything_is_open(
    make_hub: HubMaker, database_url: str, emulator: RunningEmulator
) -> None:
    # listmonk 2313: paused, changed and resumed, it called itself finished with a third unsent.
    hub = make_hub(database_url=database_url, telegram={"concurrency": CONCURRENCY})
    emulator.faults(latency_ms={"min": 10, "max": 30}, failure_rate=0.2, failure="503")
    fill(hub, COUNT)
    mailing = hub.mailings.create("Sale", "Hello", ["telegram"], ends_at=soon(3600), max_attempts=100)
    until(hub, mailing.id, lambda found: found.counts["sent"] >= 10)
    hub.mailings.pause(mailing.id)
    hub.mailings.update(mailing.id, ends_at=soon(7200), priority="normal")
    hub.mailings.resume(mailing.id)

    done = until(hub, mailing.id, lambda found: found.status != "running")

    assert (done.status, counted(done)) == ("finished", {"sent": COUNT})
