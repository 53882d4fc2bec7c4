"""A step that fails for good gives way to the next."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from notifyhub import Hub
from tests.chains.conftest import AN_HOUR, CHAIN, EVERYWHERE, PHONE, VIBER, Sent, steps, told
from tests.conftest import HubMaker
from tests.emulated import RunningEmulator


def test_the_first_channel_that_takes_it_is_the_only_one(hub: Hub, sent: Sent, emulator: RunningEmulator) -> None:
    message = sent()

    assert (message.status, message.counts, message.accepted) == ("sent", {"sent": 1}, 1)
    assert told(hub, message) == [("viber", "sent", None)]
    assert [entry["channel"] for entry in emulator.entries()] == ["viber"]


def test_a_failure_for_good_leads_to_the_next(hub: Hub, sent: Sent, emulator: RunningEmulator) -> None:
    emulator.script("viber", VIBER, "blocked")

    message = sent()

    assert told(hub, message) == [("viber", "superseded", "not_subscribed"), ("whatsapp", "sent", None)]
    assert [(e["channel"], e["accepted"]) for e in emulator.entries()] == [("viber", False), ("whatsapp", True)]


def test_used_up_attempts_lead_to_the_next(hub: Hub, sent: Sent, emulator: RunningEmulator) -> None:
    emulator.script("viber", VIBER, "500", "500", "500")

    message = sent()

    assert told(hub, message) == [("viber", "superseded", "exhausted"), ("whatsapp", "sent", None)]
    assert [e["channel"] for e in emulator.entries()] == ["viber", "viber", "whatsapp"]


def test_a_chain_that_fails_everywhere_has_failed_once(hub: Hub, sent: Sent, emulator: RunningEmulator) -> None:
    refused = [{"channel": channel, "address": address, "answers": ["400"]} for channel, address in EVERYWHERE.items()]
    emulator.faults(scripts=refused)

    message = sent()

    assert (message.status, message.counts) == ("failed", {"failed": 1})
    assert [step.status for step in steps(hub, message)] == ["superseded", "superseded", "failed"]


def test_channels_without_an_address_are_skipped(hub: Hub) -> None:
    message = hub.wait(hub.send("Hello", to={"gateway": PHONE, "telegram": "1"}, channels=CHAIN), timeout_s=20)

    assert told(hub, message) == [("gateway", "sent", None)]


def test_each_recipient_has_a_chain(hub: Hub, emulator: RunningEmulator) -> None:
    emulator.script("viber", VIBER, "blocked")
    people = [EVERYWHERE, {"whatsapp": "79160000001", "gateway": "79160000001"}, {"gateway": "79160000002"}]

    message = hub.wait(hub.send("Hello", to=people, channels=CHAIN), timeout_s=20)

    assert (message.accepted, message.counts) == (3, {"sent": 3})
    assert [step.channel for step in steps(hub, message)] == ["viber", "whatsapp", "whatsapp", "gateway"]


def test_a_delivery_shows_its_place_in_the_chain(hub: Hub, emulator: RunningEmulator) -> None:
    emulator.script("viber", VIBER, "blocked")
    asked = hub.send("Hello", to=EVERYWHERE, channels=AN_HOUR)

    first, second = steps(hub, hub.wait(asked, timeout_s=20))

    assert asked.deliveries is not None
    start = asked.deliveries[0].chain
    assert start is not None
    assert (start.step, start.then) == (1, ["whatsapp", "gateway"])
    assert start.confirm_by == asked.deliveries[0].due_at + timedelta(hours=1)  # type: ignore[operator]
    assert (first.chain.step, first.chain.next_id, first.chain.then) == (1, second.id, None)  # type: ignore[union-attr]
    assert (second.chain.step, second.chain.former_id) == (2, first.id)  # type: ignore[union-attr]
    assert second.chain.then == ["gateway"]  # type: ignore[union-attr]
    assert hub.delivery(second.id or 0).chain == second.chain
    assert [one.chain for one in hub.deliveries()] == [second.chain, first.chain]


def test_a_message_answers_its_chain(hub: Hub) -> None:
    asked = hub.send("Hello", to=EVERYWHERE, channels={"first_of": ["gateway"], "confirm_within": timedelta(minutes=9)})

    for answer in (asked, hub.message(asked.id), hub.messages()[0]):
        assert answer.channels is not None
        assert answer.channels.model_dump() == {"first_of": ["gateway"], "confirm_within": "PT9M"}
    assert hub.send("Bye", to=EVERYWHERE, channels=["gateway"]).channels is None


def test_the_deadline_holds_over_the_chain(hub: Hub, emulator: RunningEmulator) -> None:
    emulator.script("telegram", "1", {"status": 429, "retry_after": 600})
    chain, ends = {"first_of": ["telegram", "gateway"]}, datetime.now(UTC) + timedelta(seconds=30)

    message = hub.send("Hello", to={"telegram": "1", "gateway": PHONE}, channels=chain, expires_at=ends)

    assert hub.wait(message, timeout_s=20).status == "expired"
    assert [step.channel for step in steps(hub, message)] == ["telegram"]


def test_a_successor_has_the_deadline_of_the_message(hub: Hub, sent: Sent, emulator: RunningEmulator) -> None:
    emulator.script("viber", VIBER, "blocked")

    first, second = steps(hub, sent(expires_at=datetime.now(UTC) + timedelta(hours=1)))

    assert second.expires_at == first.expires_at is not None


def test_content_that_another_delivery_has_for_the_next_address_ends_the_chain(
    hub: Hub, sent: Sent, emulator: RunningEmulator
) -> None:
    hub.wait(hub.send("Hello", to={"whatsapp": PHONE}), timeout_s=20)
    emulator.script("viber", VIBER, "blocked")

    message = sent()

    assert told(hub, message) == [("viber", "superseded", "not_subscribed"), ("whatsapp", "cancelled", "duplicate")]
    assert (message.status, message.counts) == ("cancelled", {"cancelled": 1})
    assert emulator.accepted() == {("whatsapp", PHONE, "Hello"): 1}


def test_content_that_a_chain_sends_is_a_duplicate_for_others(hub: Hub, sent: Sent, emulator: RunningEmulator) -> None:
    emulator.script("viber", VIBER, "blocked")
    sent()

    assert hub.send("Hello", to={"whatsapp": PHONE}).duplicates == 1
    assert hub.send("Hello", to={"viber": VIBER}).duplicates == 0


def test_what_nobody_knows_is_held_until_a_person_decides(hub: Hub, sent: Sent, emulator: RunningEmulator) -> None:
    emulator.script("viber", VIBER, "lost")

    message = sent(on_unconfirmed="at_most_once")
    assert told(hub, message) == [("viber", "unconfirmed", "unconfirmed")]
    hub.resolve(steps(hub, message)[0].id or 0, "fail")

    assert hub.wait(message, timeout_s=20).counts == {"sent": 1}
    assert told(hub, message) == [("viber", "superseded", "resolved"), ("whatsapp", "sent", None)]


def test_a_retry_tries_the_last_step_again(hub: Hub, sent: Sent, emulator: RunningEmulator) -> None:
    refused = [{"channel": channel, "address": address, "answers": ["400"]} for channel, address in EVERYWHERE.items()]
    emulator.faults(scripts=refused)
    message = sent()

    done = hub.retry(message.id)

    assert (done.retried, done.left_alone) == (1, 0)
    assert hub.wait(message, timeout_s=20).counts == {"sent": 1}
    assert [step.status for step in steps(hub, message)] == ["superseded", "superseded", "sent"]


def test_cancelling_a_message_ends_its_chains(make_hub: HubMaker, database_url: str, emulator: RunningEmulator) -> None:
    hub = make_hub(worker=False, database_url=database_url)
    message = hub.send("Hello", to=EVERYWHERE, channels=AN_HOUR)

    assert hub.cancel(message.id).cancelled == 1

    assert told(hub, message) == [("viber", "cancelled", None)]
    assert steps(hub, message)[0].chain.then is None  # type: ignore[union-attr]


def test_a_chain_that_was_cancelled_while_its_step_was_sent_goes_no_further(
    hub: Hub, emulator: RunningEmulator
) -> None:
    refused = {"channel": "viber", "address": VIBER, "answers": ["blocked"]}
    emulator.faults(latency_ms=1_500, scripts=[refused])
    message = hub.send("Hello", to=EVERYWHERE, channels=CHAIN)
    while hub.message(message.id).status != "sending":
        pass

    assert hub.cancel(message.id).too_late == 1

    assert hub.wait(message, timeout_s=20).status == "failed"
    assert told(hub, message) == [("viber", "failed", "not_subscribed")]


def test_steps_that_gave_way_can_be_listed(hub: Hub, sent: Sent, emulator: RunningEmulator) -> None:
    emulator.script("viber", VIBER, "blocked")
    sent()

    assert [found.channel for found in hub.deliveries(status="superseded")] == ["viber"]
