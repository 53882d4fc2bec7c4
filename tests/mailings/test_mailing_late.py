"""Campaigns that are late: what has not left by the end never does, wherever it waits."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from notifyhub import Hub
from notifyhub.flow.expand import SLICE
from tests.conftest import HubMaker
from tests.emulated import RunningEmulator
from tests.mailings.conftest import counted, ended, fill, telegram, until
from tests.mailings.directory import seed_clients


def soon(seconds: float) -> datetime:
    return datetime.now(UTC) + timedelta(seconds=seconds)


def wait_until(moment: datetime) -> None:
    while datetime.now(UTC) <= moment:
        pass


def test_what_a_service_left_unsent_before_the_end_expires_when_it_is_up_again(
    make_hub: HubMaker, database_url: str, emulator: RunningEmulator
) -> None:
    # listmonk 1801: late campaigns still went out.
    first = make_hub(database_url=database_url, telegram={"concurrency": 1})
    emulator.faults(latency_ms={"min": 50, "max": 50})
    fill(first, 40)
    mailing = first.mailings.create("Sale", "Hello", ["telegram"], ends_at=(end := soon(2)))
    until(first, mailing.id, lambda found: found.counts["sent"] >= 2)
    first.close()
    seen = len(emulator.entries())
    wait_until(end)

    done = ended(make_hub(database_url=database_url), mailing)

    assert len(emulator.entries()) == seen
    assert (done.status, done.counts["expired"]) == ("expired", 40 - done.counts["sent"])
    assert done.counts["sent"] == len(emulator.accepted())


def test_a_mailing_whose_start_and_end_passed_while_the_service_was_down_sends_nothing(
    make_hub: HubMaker, database_url: str, emulator: RunningEmulator
) -> None:
    down = make_hub(worker=False, database_url=database_url)
    fill(down, 3)
    mailing = down.mailings.create("Sale", "Hello", ["telegram"], starts_at=soon(0.2), ends_at=(end := soon(0.6)))
    wait_until(end)

    done = ended(make_hub(database_url=database_url), mailing)

    assert (done.status, done.started_at, done.message_id, counted(done)) == ("expired", None, None, {})
    assert done.ended_at
    assert emulator.entries() == []


def test_a_mailing_whose_last_retries_would_come_after_its_end_has_expired(
    make_hub: HubMaker, database_url: str, emulator: RunningEmulator
) -> None:
    emulator.faults(rules=[{"address": telegram(0), "answer": "503"}])
    hub = make_hub(database_url=database_url, telegram={"retry_base_s": 1e7, "retry_cap_s": 1e7})
    fill(hub, 2)

    done = ended(hub, hub.mailings.create("Sale", "Hello", ["telegram"], ends_at=soon(20)))

    assert (done.status, counted(done)) == ("expired", {"sent": 1, "expired": 1})


def test_an_audience_that_was_not_expanded_before_the_end_is_recorded_as_expired(
    make_hub: HubMaker, database_url: str, emulator: RunningEmulator
) -> None:
    down = make_hub(worker=False, database_url=database_url)
    count = SLICE + 10
    seed_clients(down, count)
    mailing = down.mailings.create("Sale", "Hello", ["telegram"], ends_at=(end := soon(0.5)))
    wait_until(end)

    hub = make_hub(database_url=database_url)

    done = until(hub, mailing.id, lambda found: found.counts["expired"] == count == found.matched)
    assert done.status == "expired"
    assert hub.mailings.stats(mailing.id).by_reason == {"too_late": count}
    assert emulator.entries() == []


def test_a_paused_mailing_ends_at_its_end(hub: Hub, emulator: RunningEmulator) -> None:
    fill(hub, 5)
    emulator.faults(failure_rate=1, failure={"status": 429, "retry_after": 1})
    mailing = hub.mailings.create("Sale", "Hello", ["telegram"], ends_at=soon(3))
    emulator.wait_for(5)
    hub.mailings.pause(mailing.id)
    until(hub, mailing.id, lambda found: not found.counts["sending"])
    emulator.faults()

    done = ended(hub, mailing)

    assert (done.status, counted(done)) == ("expired", {"expired": 5})
    assert not emulator.accepted()


def test_a_retry_that_waits_past_the_end_expires(hub: Hub, emulator: RunningEmulator) -> None:
    fill(hub, 2)
    emulator.script("telegram", telegram(1), {"status": 429, "retry_after": 600})

    done = ended(hub, hub.mailings.create("Sale", "Hello", ["telegram"], ends_at=soon(60)))

    assert counted(done) == {"sent": 1, "expired": 1}
    (expired,) = hub.deliveries(mailing_id=done.id, status="expired")
    assert (expired.address, expired.reason) == (telegram(1), "rate_limited")


def test_a_retry_that_the_end_overtakes_is_not_made(hub: Hub, emulator: RunningEmulator) -> None:
    fill(hub, 3)
    emulator.faults(failure_rate=1, failure="503")
    mailing = hub.mailings.create("Sale", "Hello", ["telegram"], ends_at=(end := soon(1)), max_attempts=100)

    done = ended(hub, mailing)
    emulator.faults()

    assert (done.status, counted(done)) == ("expired", {"expired": 3})
    assert all(datetime.fromisoformat(entry["received_at"]) <= end for entry in emulator.entries())


def test_what_may_have_arrived_before_the_end_is_held_and_not_expired(
    make_hub: HubMaker, database_url: str, emulator: RunningEmulator
) -> None:
    hub = make_hub(database_url=database_url, telegram={"retry_base_s": 1e7, "retry_cap_s": 1e7})
    fill(hub, 1)
    emulator.script("telegram", telegram(0), "lost")
    mailing = hub.mailings.create("Sale", "Hello", ["telegram"])
    until(hub, mailing.id, lambda _: any(row.reason for row in hub.deliveries(mailing_id=mailing.id)))
    hub.mailings.update(mailing.id, ends_at=soon(1))

    done = ended(hub, mailing)

    assert counted(done) == {"unconfirmed": 1}
    assert hub.mailings.stats(mailing.id).by_reason == {"too_late": 1}


def test_what_was_claimed_and_not_sent_by_the_end_is_not_sent(
    make_hub: HubMaker, database_url: str, emulator: RunningEmulator
) -> None:
    hub = make_hub(database_url=database_url, telegram={"concurrency": 1})
    emulator.faults(latency_ms={"min": 200, "max": 200})
    fill(hub, 30)
    mailing = hub.mailings.create("Sale", "Hello", ["telegram"], ends_at=(end := soon(1.2)))
    claimed = until(hub, mailing.id, lambda found: found.counts["sent"] >= 1)

    done = ended(hub, mailing)

    assert claimed.counts["sending"] > 1
    assert done.counts["sent"] + done.counts["expired"] + done.counts["unconfirmed"] == 30
    assert done.counts["expired"] > 0
    assert all(datetime.fromisoformat(entry["received_at"]) <= end for entry in emulator.entries())
