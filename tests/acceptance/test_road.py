"""The whole road, from `send` to the emulator's journal, on every store and queue."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from notifyhub import Hub, InvalidRequest, NotFound, WaitTimedOut
from tests.conftest import HubMaker
from tests.emulated import RunningEmulator

EVERYONE = {
    "telegram": "1067000",
    "viber": "EGAZ3SZRi6zW1D0uNYhQHg==",
    "whatsapp": "79161234567",
    "gateway": "79161234567",
}


def test_a_message_arrives_on_every_channel_that_the_recipient_has(hub: Hub, emulator: RunningEmulator) -> None:
    message = hub.wait(hub.send("Hello", to=EVERYONE), timeout_s=20)

    assert message.status == "sent"
    assert emulator.accepted() == {(channel, address, "Hello"): 1 for channel, address in EVERYONE.items()}


def test_a_message_goes_only_to_the_channels_asked_for(hub: Hub, emulator: RunningEmulator) -> None:
    hub.wait(hub.send("Hello", to=EVERYONE, channels=["viber"]), timeout_s=20)

    assert {entry["channel"] for entry in emulator.entries()} == {"viber"}


def test_the_answer_names_each_delivery_before_it_is_sent(hub: Hub) -> None:
    message = hub.send("Hello", to=[EVERYONE, {"telegram": 2067000}])

    assert message.accepted == 5
    assert message.deliveries is not None
    assert [d.status for d in message.deliveries] == ["scheduled"] * 5
    assert len({d.id for d in message.deliveries}) == 5


def test_a_sent_delivery_knows_the_messengers_id_and_its_attempt(hub: Hub, emulator: RunningEmulator) -> None:
    message = hub.wait(hub.send("Hello", to={"whatsapp": "+7 916 123-45-67"}), timeout_s=20)

    assert message.deliveries is not None
    delivery = hub.delivery(message.deliveries[0].id or 0)
    (entry,) = emulator.entries()
    assert delivery.messenger_id == entry["messenger_id"]
    assert delivery.address == "79161234567"
    assert delivery.attempts is not None
    assert [(a.number, a.outcome, a.code) for a in delivery.attempts] == [(1, "sent", "200")]


def test_ten_thousand_recipients_in_one_request_all_get_it_once(make_hub: HubMaker, database_url: str) -> None:
    # Against a closed channel of the emulator this would only measure the emulator, so it checks what is stored.
    hub = make_hub(worker=False, database_url=database_url)
    message = hub.send("Hello", to=[{"telegram": str(i)} for i in range(1, 10_001)])

    assert message.accepted == 10_000
    assert message.deliveries is None
    assert hub.message(message.id).counts == {"scheduled": 10_000}


def test_two_thousand_recipients_all_get_it_once(hub: Hub, emulator: RunningEmulator) -> None:
    message = hub.send("Hello", to=[{"telegram": str(i)} for i in range(1, 2_001)])

    assert hub.wait(message, timeout_s=60).counts == {"sent": 2_000}
    assert set(emulator.accepted().values()) == {1}
    assert len(emulator.accepted()) == 2_000


def test_a_deferred_message_waits_for_its_time(hub: Hub, emulator: RunningEmulator) -> None:
    due = datetime.now(UTC) + timedelta(seconds=3)
    later = hub.send("Later", to={"telegram": "1"}, at=due)
    hub.wait(hub.send("Now", to={"telegram": "1"}), timeout_s=20)

    assert [entry["text"] for entry in emulator.entries()] == ["Now"]
    hub.wait(later, timeout_s=20)
    entry = emulator.entries(text="Later")[0]
    assert datetime.fromisoformat(entry["received_at"]) >= due.replace(microsecond=due.microsecond // 1000 * 1000)


def test_a_date_a_century_away_is_accepted(hub: Hub) -> None:
    message = hub.send("Later", to={"telegram": "1"}, at="2126-12-01T10:00:00+03:00")

    assert message.deliveries is not None
    assert message.deliveries[0].due_at == datetime(2126, 12, 1, 7, tzinfo=UTC)


def test_a_date_in_the_past_sends_at_once(hub: Hub) -> None:
    message = hub.send("Late", to={"telegram": "1"}, at="2019-12-30T16:09:00+03:00")

    assert hub.wait(message, timeout_s=20).status == "sent"


def test_a_time_without_an_offset_is_refused_with_the_reason(hub: Hub) -> None:
    with pytest.raises(InvalidRequest, match=r"^at: .*offset"):
        hub.send("Later", to={"telegram": "1"}, at="2126-12-01T10:00:00")


def test_a_cancelled_message_is_never_sent(hub: Hub, emulator: RunningEmulator) -> None:
    message = hub.send("Never", to=[{"telegram": "1"}, {"telegram": "2"}], at=datetime.now(UTC) + timedelta(seconds=3))

    cancelled = hub.cancel(message.id)

    assert (cancelled.cancelled, cancelled.too_late) == (2, 0)
    assert hub.wait(message, timeout_s=20).status == "cancelled"
    hub.wait(hub.send("After", to={"telegram": "1"}, at=datetime.now(UTC) + timedelta(seconds=3.2)), timeout_s=20)
    assert emulator.entries(text="Never") == []


def test_a_cancellation_counts_what_was_too_late(hub: Hub) -> None:
    message = hub.wait(hub.send("Gone", to=[{"telegram": "1"}, {"telegram": "2"}]), timeout_s=20)

    cancelled = hub.cancel(message.id)

    assert (cancelled.cancelled, cancelled.too_late) == (0, 2)


def test_urgent_messages_pass_normal_ones_and_those_pass_bulk(
    make_hub: HubMaker, database_url: str, emulator: RunningEmulator
) -> None:
    waiting = make_hub(worker=False, database_url=database_url)
    for priority in ("bulk", "normal", "urgent"):
        waiting.send(priority, to=[{"telegram": str(i)} for i in range(1, 6)], priority=priority)  # type: ignore[arg-type]
    waiting.close()

    make_hub(database_url=database_url, telegram={"concurrency": 1})

    order = [entry["text"] for entry in emulator.wait_for(15)]
    assert order == ["urgent"] * 5 + ["normal"] * 5 + ["bulk"] * 5


def test_a_message_for_a_failed_recipient_does_not_wait_in_front_of_others(hub: Hub, emulator: RunningEmulator) -> None:
    emulator.script("telegram", "1", *["hang"] * 3)
    slow = hub.send("Hello", to={"telegram": "1"})

    assert hub.wait(hub.send("Hello", to={"telegram": "2"}), timeout_s=9).status == "sent"
    assert hub.message(slow.id).status == "sending"


def test_a_silent_messenger_holds_no_other_back(hub: Hub, emulator: RunningEmulator) -> None:
    emulator.faults(channels={"viber": {"failure_rate": 1.0, "failure": "hang"}})
    hub.send("Hello", to=[{"viber": f"viber-user-{i:05d}="} for i in range(300)])

    assert hub.wait(hub.send("Hello", to={"telegram": "2"}), timeout_s=9).status == "sent"


def test_unknown_messages_and_deliveries_are_not_found(hub: Hub) -> None:
    with pytest.raises(NotFound):
        hub.message("01a1fdaf-0000-7000-8000-000000000000")
    with pytest.raises(NotFound):
        hub.message("nonsense")
    with pytest.raises(NotFound):
        hub.delivery(10**12)
    with pytest.raises(NotFound):
        hub.cancel("01a1fdaf-0000-7000-8000-000000000000")


def test_waiting_ends_with_an_error_when_time_is_up(hub: Hub) -> None:
    message = hub.send("Later", to={"telegram": "1"}, at="2126-12-01T10:00:00+03:00")

    with pytest.raises(WaitTimedOut):
        hub.wait(message, timeout_s=0.05)


def test_metadata_and_reference_come_back(hub: Hub) -> None:
    message = hub.send(
        "Hello", to={"telegram": "1"}, reference="order-17", metadata={"shop": {"id": 5}, "é": "\U0001f600"}
    )

    found = hub.message(message.id)
    assert (found.reference, found.metadata) == ("order-17", {"shop": {"id": 5}, "é": "\U0001f600"})


def test_any_text_that_people_write_arrives_as_it_was(hub: Hub, emulator: RunningEmulator) -> None:
    text = 'Привет, שלום, 你好 👩‍👩‍👧 \u200b "quotes" \\ {braces} %s ? $1 \n end'

    hub.wait(hub.send(text, to=EVERYONE), timeout_s=20)

    assert {entry["text"] for entry in emulator.entries()} == {text}
