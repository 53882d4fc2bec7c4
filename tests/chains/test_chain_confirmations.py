"""A step that is not confirmed in time gives way to the next; a receipt that comes late is kept."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

from notifyhub import Hub
from tests.chains.conftest import (
    AN_HOUR,
    AN_HOUR_MS,
    CHAIN,
    EVERYWHERE,
    PHONE,
    VIBER,
    VIBER_TOKEN,
    Sent,
    awaited,
    steps,
    time_passes,
    told,
    viber_says,
)
from tests.conftest import HubMaker
from tests.emulated import RunningEmulator

LATER = AN_HOUR_MS + 60_000
TWO = {"first_of": ["viber", "whatsapp"], "confirm_within": "PT1H"}
BOTH = [("viber", "superseded", "not_confirmed"), ("whatsapp", "sent", None)]


def test_what_is_not_delivered_in_time_is_sent_by_the_next_channel(hub: Hub, emulator: RunningEmulator) -> None:
    message = hub.send("Hello", to=EVERYWHERE, channels={"first_of": ["viber", "gateway"], "confirm_within": "PT1S"})

    emulator.wait_for(2, timeout_s=30)

    assert hub.wait(message, timeout_s=20).counts == {"sent": 1}
    assert told(hub, message) == [("viber", "superseded", "not_confirmed"), ("gateway", "sent", None)]
    _, second = (datetime.fromisoformat(entry["received_at"]) for entry in emulator.entries())
    assert second - message.created_at >= timedelta(seconds=1)


def test_nothing_gives_way_before_its_time(hub: Hub, sent: Sent) -> None:
    message = sent(channels=AN_HOUR)

    assert time_passes(hub, AN_HOUR_MS - 60_000) == frozenset()
    assert told(hub, message) == [("viber", "sent", None)]


def test_without_confirm_within_nothing_that_was_sent_gives_way(hub: Hub, sent: Sent) -> None:
    sent(channels=CHAIN)

    assert awaited(hub) == 0


def test_what_was_delivered_in_time_stays(hub: Hub, sent: Sent) -> None:
    message = sent(channels=AN_HOUR)
    viber_says(hub, steps(hub, message)[0], "delivered")

    assert awaited(hub) == 0
    assert told(hub, message) == [("viber", "delivered", None)]


def test_on_a_channel_without_receipts_it_is_enough_to_be_sent(hub: Hub) -> None:
    chain = {"first_of": ["telegram", "gateway"], "confirm_within": 60}
    message = hub.wait(hub.send("Hello", to={"telegram": "1", "gateway": PHONE}, channels=chain), timeout_s=20)

    time_passes(hub, LATER)

    assert told(hub, message) == [("telegram", "sent", None)]
    assert awaited(hub) == 0


def test_what_still_waits_to_be_sent_gives_way(make_hub: HubMaker, database_url: str) -> None:
    hub = make_hub(worker=False, database_url=database_url)
    message = hub.send("Hello", to=EVERYWHERE, channels=AN_HOUR)

    assert time_passes(hub, LATER) == {"whatsapp"}

    assert told(hub, message) == [("viber", "superseded", "not_confirmed"), ("whatsapp", "scheduled", None)]
    assert hub.send("Hello", to={"viber": VIBER}).duplicates == 0


def test_what_nobody_knows_gives_way_in_time(hub: Hub, sent: Sent, emulator: RunningEmulator) -> None:
    emulator.script("viber", VIBER, "lost")
    message = sent(channels=AN_HOUR, on_unconfirmed="at_most_once")

    time_passes(hub, LATER)

    assert hub.wait(message, timeout_s=20).counts == {"sent": 1}
    assert told(hub, message) == BOTH
    assert hub.send("Hello", to={"viber": VIBER}).duplicates == 1


def test_what_is_being_sent_is_waited_for(hub: Hub, emulator: RunningEmulator) -> None:
    emulator.faults(latency_ms=2_000)
    message = hub.send("Hello", to=EVERYWHERE, channels=AN_HOUR)
    while hub.message(message.id).status != "sending":
        pass

    time_passes(hub, LATER)

    assert [step.channel for step in steps(hub, message)] == ["viber"]
    emulator.wait_for(2, timeout_s=20)
    assert hub.wait(message, timeout_s=20).counts == {"sent": 1}
    assert told(hub, message) == BOTH


def test_the_next_step_has_its_own_time(hub: Hub, sent: Sent) -> None:
    message = sent(channels=AN_HOUR)
    time_passes(hub, LATER)
    hub.wait(message, timeout_s=20)

    time_passes(hub, LATER)

    assert hub.wait(message, timeout_s=20).counts == {"sent": 1}
    assert [step.status for step in steps(hub, message)] == ["superseded", "superseded", "sent"]
    assert awaited(hub) == 0


def test_the_time_begins_when_the_message_is_due(make_hub: HubMaker, database_url: str) -> None:
    hub = make_hub(worker=False, database_url=database_url)
    at = datetime.now(UTC) + timedelta(hours=5)
    message = hub.send("Hello", to=EVERYWHERE, channels=AN_HOUR, at=at)
    hub.change(message.id, at=at + timedelta(hours=1))

    assert time_passes(hub, 6 * AN_HOUR_MS + 60_000) == frozenset()
    assert time_passes(hub, AN_HOUR_MS) == {"whatsapp"}


def test_nothing_gives_way_after_the_deadline(hub: Hub, sent: Sent) -> None:
    ends = datetime.now(UTC) + timedelta(seconds=3)
    message = sent(channels=AN_HOUR, expires_at=ends)
    while datetime.now(UTC) < ends:
        pass

    assert time_passes(hub, LATER) == frozenset()
    assert told(hub, message) == [("viber", "sent", None)]


def test_a_cancelled_chain_goes_no_further(hub: Hub, sent: Sent) -> None:
    message = sent(channels=AN_HOUR)

    assert (hub.cancel(message.id).cancelled, hub.cancel(message.id).too_late) == (0, 1)
    assert awaited(hub) == 0


def test_cancelling_the_delivery_goes_for_its_chain_too(hub: Hub, sent: Sent) -> None:
    message = sent(channels=AN_HOUR)

    assert [one.result for one in hub.cancel_deliveries([steps(hub, message)[0].id or 0])] == ["too_late"]
    assert awaited(hub) == 0


def test_many_sweeps_at_once_send_it_once(hub: Hub, sent: Sent, emulator: RunningEmulator) -> None:
    message = sent(channels=TWO)
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda _: time_passes(hub, LATER // 4), range(16)))

    assert hub.wait(message, timeout_s=20).counts == {"sent": 1}
    assert [entry["channel"] for entry in emulator.entries()] == ["viber", "whatsapp"]


def test_sweeps_of_two_processes_and_a_receipt_leave_one_result(
    make_hub: HubMaker, database_url: str, emulator: RunningEmulator
) -> None:
    viber = {"token": VIBER_TOKEN, "base_url": f"{emulator.url}/viber"}
    hubs = [make_hub(worker=worker, database_url=database_url, viber=viber) for worker in (True, False)]
    chained = [hubs[0].send(f"Hello {n}", to=EVERYWHERE, channels=TWO) for n in range(20)]
    ended = [hubs[0].wait(message, timeout_s=20) for message in chained]
    first = [steps(hubs[0], message)[0] for message in ended]

    with ThreadPoolExecutor(6) as pool:
        swept = [pool.submit(time_passes, hub, LATER) for hub in hubs]
        heard = [pool.submit(viber_says, hubs[n % 2], step, "delivered") for n, step in enumerate(first)]
        for done in (*swept, *heard):
            done.result()

    for message in ended:
        found = hubs[0].wait(message, timeout_s=20)
        assert sum((found.counts or {}).values()) == 1
        statuses = [step.status for step in steps(hubs[0], message)]
        assert statuses in (["delivered"], ["delivered", "superseded"], ["superseded", "sent"])


def test_a_late_receipt_stops_what_has_not_gone_out(
    make_hub: HubMaker, database_url: str, emulator: RunningEmulator
) -> None:
    viber = {"token": VIBER_TOKEN, "base_url": f"{emulator.url}/viber"}
    delivering = make_hub(database_url=database_url, viber=viber)
    message = delivering.wait(delivering.send("Hello", to=EVERYWHERE, channels=AN_HOUR), timeout_s=20)
    delivering.close()
    hub = make_hub(worker=False, database_url=database_url, viber=viber)
    time_passes(hub, LATER)

    viber_says(hub, steps(hub, message)[0], "delivered")

    assert told(hub, message) == [("viber", "delivered", None), ("whatsapp", "superseded", "confirmed_late")]
    assert hub.message(message.id).counts == {"delivered": 1}
    assert awaited(hub) == 0
    assert hub.send("Hello", to={"whatsapp": PHONE}).duplicates == 0
    viber_says(hub, steps(hub, message)[0], "seen")
    assert hub.message(message.id).counts == {"read": 1}


def test_a_late_receipt_after_the_next_has_gone_out_is_only_kept(hub: Hub, sent: Sent) -> None:
    message = sent(channels=AN_HOUR)
    time_passes(hub, LATER)
    hub.wait(message, timeout_s=20)
    first = steps(hub, message)[0]

    viber_says(hub, first, "delivered")

    assert told(hub, message) == BOTH
    assert [receipt.kind for receipt in hub.delivery(first.id or 0).receipts or ()] == ["delivered"]
    time_passes(hub, LATER)
    assert told(hub, message) == BOTH
    assert awaited(hub) == 0


def test_a_late_receipt_while_the_next_is_being_sent_makes_up_for_its_failure(
    hub: Hub, sent: Sent, emulator: RunningEmulator
) -> None:
    message = sent(channels=AN_HOUR)
    first = steps(hub, message)[0]
    refused = {"channel": "whatsapp", "address": PHONE, "answers": ["400"]}
    emulator.faults(latency_ms=2_000, scripts=[refused])
    time_passes(hub, LATER)
    while hub.message(message.id).status != "sending":
        pass

    viber_says(hub, first, "delivered")

    hub.wait(message, timeout_s=20)
    while hub.message(message.id).status != "delivered":
        pass
    assert told(hub, message) == [("viber", "delivered", None), ("whatsapp", "superseded", "confirmed_late")]


def test_a_late_receipt_makes_up_for_a_failure_of_the_next(hub: Hub, sent: Sent, emulator: RunningEmulator) -> None:
    message = sent(channels=TWO)
    emulator.script("whatsapp", PHONE, "400")
    time_passes(hub, LATER)
    assert hub.wait(message, timeout_s=20).status == "failed"

    viber_says(hub, steps(hub, message)[0], "delivered")

    assert hub.message(message.id).counts == {"delivered": 1}


def test_a_receipt_of_failure_leads_to_the_next_at_once(hub: Hub, sent: Sent, emulator: RunningEmulator) -> None:
    message = sent(channels=AN_HOUR)

    viber_says(hub, steps(hub, message)[0], "failed", desc="not delivered")

    emulator.wait_for(2, timeout_s=20)
    assert hub.wait(message, timeout_s=20).counts == {"sent": 1}
    assert [step.status for step in steps(hub, message)] == ["superseded", "sent"]


def test_a_receipt_of_failure_for_a_step_that_gave_way_changes_nothing(hub: Hub, sent: Sent) -> None:
    message = sent(channels=AN_HOUR)
    time_passes(hub, LATER)
    hub.wait(message, timeout_s=20)

    viber_says(hub, steps(hub, message)[0], "failed", desc="not delivered")

    assert told(hub, message) == BOTH


def test_overdue_steps_are_found_by_an_index_of_their_own(hub: Hub, sent: Sent) -> None:
    from notifyhub.hub import core_of

    sent(channels=AN_HOUR)

    def plan(database: object) -> str:
        sqlite = "Sqlite" in type(database).__name__
        if not sqlite:
            database.execute_sql("SET enable_seqscan = off")  # type: ignore[attr-defined]
        asked = "SELECT 1 FROM chain_steps WHERE confirm_at IS NOT NULL AND confirm_at <= 1 LIMIT 1"
        explained = f"EXPLAIN {'QUERY PLAN' if sqlite else ''} {asked}"
        return str(database.execute_sql(explained).fetchall())  # type: ignore[attr-defined]

    assert "chain_steps_confirm" in core_of(hub).database.read(plan).result()
