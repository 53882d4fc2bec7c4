"""What becomes of a delivery that does not get through at once."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from notifyhub import Delivery, Hub, Message
from tests.conftest import HubMaker
from tests.emulated import RunningEmulator

CHANNELS = {
    "telegram": "1067000",
    "viber": "EGAZ3SZRi6zW1D0uNYhQHg==",
    "whatsapp": "79161234567",
    "gateway": "79161234567",
}


def only(hub: Hub, message: Message) -> Delivery:
    assert message.deliveries is not None
    return hub.delivery(message.deliveries[0].id or 0)


def outcomes(delivery: Delivery) -> list[str]:
    return [attempt.outcome for attempt in delivery.attempts or ()]


@pytest.mark.parametrize("channel", CHANNELS)
def test_a_temporary_failure_is_tried_again_until_it_is_accepted(
    hub: Hub, emulator: RunningEmulator, channel: str
) -> None:
    emulator.script(channel, CHANNELS[channel], "500", "503")

    delivery = only(hub, hub.wait(hub.send("Hello", to={channel: CHANNELS[channel]}), timeout_s=20))

    assert delivery.status == "sent"
    assert outcomes(delivery) == ["temporary_failure", "temporary_failure", "sent"]
    assert [attempt.number for attempt in delivery.attempts or ()] == [1, 2, 3]


@pytest.mark.parametrize("channel", CHANNELS)
def test_a_permanent_failure_is_final_at_once(hub: Hub, emulator: RunningEmulator, channel: str) -> None:
    emulator.script(channel, CHANNELS[channel], "400")

    delivery = only(hub, hub.wait(hub.send("Hello", to={channel: CHANNELS[channel]}), timeout_s=20))

    assert delivery.status == "failed"
    assert delivery.reason
    assert outcomes(delivery) == ["permanent_failure"]


def test_attempts_are_limited_by_the_request(hub: Hub, emulator: RunningEmulator) -> None:
    emulator.script("telegram", "1", *["500"] * 9)

    delivery = only(hub, hub.wait(hub.send("Hello", to={"telegram": "1"}, max_attempts=3), timeout_s=20))

    assert (delivery.status, delivery.reason) == ("failed", "exhausted")
    assert len(emulator.entries()) == 3


def test_attempts_are_limited_by_the_channel_by_default(
    make_hub: HubMaker, database_url: str, emulator: RunningEmulator
) -> None:
    hub = make_hub(database_url=database_url, telegram={"max_attempts": 2})
    emulator.script("telegram", "1", *["500"] * 9)

    delivery = only(hub, hub.wait(hub.send("Hello", to={"telegram": "1"}), timeout_s=20))

    assert (delivery.status, delivery.reason) == ("failed", "exhausted")
    assert len(emulator.entries()) == 2


def test_a_wait_that_the_messenger_asks_for_is_kept_and_is_no_attempt(hub: Hub, emulator: RunningEmulator) -> None:
    emulator.script("telegram", "1", {"status": 429, "retry_after": 1})

    delivery = only(hub, hub.wait(hub.send("Hello", to={"telegram": "1"}, max_attempts=1), timeout_s=20))

    assert delivery.status == "sent"
    first, second = (datetime.fromisoformat(entry["received_at"]) for entry in emulator.entries())
    assert second - first >= timedelta(seconds=1)


def test_a_lost_answer_is_sent_again_by_default_and_marked(hub: Hub, emulator: RunningEmulator) -> None:
    emulator.script("telegram", "1", "lost")

    delivery = only(hub, hub.wait(hub.send("Hello", to={"telegram": "1"}), timeout_s=20))

    assert delivery.status == "sent"
    assert outcomes(delivery) == ["unconfirmed", "sent"]
    assert len(emulator.entries()) == 2


def test_a_lost_answer_is_held_for_review_when_the_caller_wants_no_repeat(hub: Hub, emulator: RunningEmulator) -> None:
    emulator.script("telegram", "1", "lost")

    message = hub.wait(hub.send("Hello", to={"telegram": "1"}, on_unconfirmed="at_most_once"), timeout_s=20)

    assert message.status == "unconfirmed"
    assert len(emulator.entries()) == 1
    assert hub.send("Hello", to={"telegram": "1"}).duplicates == 1


def test_content_that_may_have_arrived_is_not_sent_again_after_a_failure(hub: Hub, emulator: RunningEmulator) -> None:
    emulator.script("telegram", "1", "lost", "400")
    assert hub.wait(hub.send("Hello", to={"telegram": "1"}), timeout_s=20).status == "unconfirmed"

    assert hub.send("Hello", to={"telegram": "1"}).duplicates == 1


@pytest.mark.parametrize(("later", "reason"), [("500", "exhausted"), ("blocked", "recipient_blocked")])
def test_what_is_given_up_after_a_lost_answer_is_held_with_the_later_reason(
    hub: Hub, emulator: RunningEmulator, later: str, reason: str
) -> None:
    emulator.script("telegram", "1", "lost", later)

    delivery = only(hub, hub.wait(hub.send("Hello", to={"telegram": "1"}, max_attempts=2), timeout_s=20))

    assert (delivery.status, delivery.reason) == ("unconfirmed", reason)


def test_what_expires_after_a_lost_answer_is_held(
    make_hub: HubMaker, database_url: str, emulator: RunningEmulator
) -> None:
    emulator.script("telegram", "1", *["lost"] * 99)
    hub = make_hub(database_url=database_url, telegram={"retry_base_s": 0.5, "retry_cap_s": 0.5})
    ends = datetime.now(UTC) + timedelta(seconds=3)
    message = hub.send("Hello", to={"telegram": "1"}, expires_at=ends, max_attempts=99)
    emulator.wait_for(1)
    hub.close()
    while datetime.now(UTC) < ends:
        pass

    later = make_hub(database_url=database_url)

    assert later.wait(message, timeout_s=20).status == "unconfirmed"


def test_a_timeout_after_sending_is_unconfirmed(
    make_hub: HubMaker, database_url: str, emulator: RunningEmulator
) -> None:
    hub = make_hub(database_url=database_url, telegram={"timeout_s": 1.5})
    emulator.script("telegram", "1", "hang")

    delivery = only(hub, hub.wait(hub.send("Hello", to={"telegram": "1"}), timeout_s=20))

    assert [(a.outcome, a.code) for a in delivery.attempts or ()] == [("unconfirmed", "timeout"), ("sent", "200")]


def test_a_messenger_that_is_down_gets_it_when_it_is_up(
    make_hub: HubMaker, database_url: str, emulator: RunningEmulator
) -> None:
    away = make_hub(database_url=database_url, emulator_url="http://127.0.0.1:9", telegram={"max_attempts": 100})
    message = away.send("Hello", to={"telegram": "1"})
    with pytest.raises(TimeoutError):
        emulator.wait_for(1, timeout_s=0.2)
    away.close()

    hub = make_hub(database_url=database_url)

    assert hub.wait(message, timeout_s=20).status == "sent"
    assert set(outcomes(only(hub, hub.message(message.id)))[:-1]) == {"temporary_failure"}


def test_nothing_is_sent_after_its_end(hub: Hub, emulator: RunningEmulator) -> None:
    emulator.script("telegram", "1", *["500"] * 100)
    ends = datetime.now(UTC) + timedelta(seconds=2)

    message = hub.wait(hub.send("Hello", to={"telegram": "1"}, expires_at=ends, max_attempts=100), timeout_s=20)

    assert message.status == "expired"
    assert all(datetime.fromisoformat(entry["received_at"]) <= ends for entry in emulator.entries())


def test_what_was_not_due_before_its_end_expires_unsent(
    make_hub: HubMaker, database_url: str, emulator: RunningEmulator
) -> None:
    waiting = make_hub(worker=False, database_url=database_url)
    message = waiting.send("Hello", to={"telegram": "1"}, expires_at=datetime.now(UTC) + timedelta(seconds=1))
    while datetime.now(UTC) < message.expires_at:  # type: ignore[operator]
        pass
    waiting.close()

    hub = make_hub(database_url=database_url)

    assert hub.wait(message, timeout_s=20).status == "expired"
    assert emulator.entries() == []


def test_a_wait_beyond_the_end_expires_at_once(hub: Hub, emulator: RunningEmulator) -> None:
    emulator.script("telegram", "1", {"status": 429, "retry_after": 600})

    message = hub.send("Hello", to={"telegram": "1"}, expires_at=datetime.now(UTC) + timedelta(seconds=60))

    assert hub.wait(message, timeout_s=20).status == "expired"


def test_a_slow_answer_past_the_end_is_cut_off_there(
    make_hub: HubMaker, database_url: str, emulator: RunningEmulator
) -> None:
    hub = make_hub(database_url=database_url)
    emulator.script("telegram", "1", "hang")

    message = hub.send("Hello", to={"telegram": "1"}, expires_at=datetime.now(UTC) + timedelta(seconds=2))

    assert hub.wait(message, timeout_s=20).status == "unconfirmed"
    assert len(emulator.entries()) == 1


def test_the_messengers_answer_is_kept_without_the_token(
    make_hub: HubMaker, database_url: str, emulator: RunningEmulator
) -> None:
    hub = make_hub(
        database_url=database_url,
        telegram={"token": "123456:very-secret", "base_url": f"{emulator.url}/telegram"},
    )
    emulator.script("telegram", "1", "403")

    delivery = only(hub, hub.wait(hub.send("Hello", to={"telegram": "1"}), timeout_s=20))

    assert delivery.attempts is not None
    assert delivery.attempts[0].code == "403"
    assert "Forbidden" in delivery.attempts[0].detail
    assert "very-secret" not in delivery.model_dump_json()
