"""One recipient never gets the same content twice on one channel."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

from notifyhub import Hub
from tests.conftest import HubMaker
from tests.emulated import RunningEmulator


def test_the_same_content_to_the_same_address_is_a_duplicate(hub: Hub, emulator: RunningEmulator) -> None:
    first = hub.wait(hub.send("Hello", to={"telegram": "1"}), timeout_s=20)
    second = hub.send("Hello", to={"telegram": "1"})

    assert first.deliveries is not None
    assert second.deliveries is not None
    assert (second.accepted, second.duplicates, second.status) == (0, 1, "duplicate")
    assert second.deliveries[0].status == "duplicate"
    assert second.deliveries[0].duplicate_of == first.deliveries[0].id
    assert hub.message(second.id).deliveries == second.deliveries


def test_another_text_channel_or_address_is_no_duplicate(hub: Hub) -> None:
    hub.send("Hello", to={"whatsapp": "79161234567"})

    assert hub.send("Hello!", to={"whatsapp": "79161234567"}).accepted == 1
    assert hub.send("Hello", to={"gateway": "79161234567"}).accepted == 1
    assert hub.send("Hello", to={"whatsapp": "79161234568"}).accepted == 1


def test_another_spelling_of_an_address_is_the_same_address(hub: Hub) -> None:
    hub.send("Hello", to={"whatsapp": "79161234567"})

    assert hub.send("Hello", to={"whatsapp": "+7 (916) 123-45-67"}).duplicates == 1


def test_a_repeat_inside_one_request_is_a_duplicate(hub: Hub) -> None:
    message = hub.send("Hello", to=[{"telegram": "1"}, {"telegram": "2"}, {"telegram": "1"}])

    assert (message.accepted, message.duplicates) == (2, 1)
    assert message.deliveries is not None
    assert message.deliveries[2].duplicate_of == message.deliveries[0].id


def test_two_hundred_identical_requests_at_once_give_one_delivery(
    make_hub: HubMaker, database_url: str, broker_url: str, emulator: RunningEmulator
) -> None:
    hubs = [
        make_hub(database_url=database_url, broker_url=broker_url),
        make_hub(worker=False, database_url=database_url, broker_url=broker_url),
    ]
    with ThreadPoolExecutor(40) as pool:
        answers = list(pool.map(lambda i: hubs[i % 2].send("Hello", to={"telegram": "1"}), range(200)))

    assert sum(answer.accepted for answer in answers) == 1
    assert sum(answer.duplicates for answer in answers) == 199
    original = next(answer for answer in answers if answer.accepted)
    assert original.deliveries is not None
    ids = {d.duplicate_of for answer in answers for d in answer.deliveries or () if d.status == "duplicate"}
    assert ids == {original.deliveries[0].id}
    hubs[0].wait(original, timeout_s=20)
    assert len(emulator.entries()) == 1


def test_after_a_failure_the_same_content_may_be_sent_again(hub: Hub, emulator: RunningEmulator) -> None:
    emulator.script("telegram", "1", "400")
    assert hub.wait(hub.send("Hello", to={"telegram": "1"}), timeout_s=20).status == "failed"

    again = hub.send("Hello", to={"telegram": "1"}, ignore_reachability=True)
    assert hub.wait(again, timeout_s=20).status == "sent"


def test_after_a_cancellation_the_same_content_may_be_sent_again(hub: Hub) -> None:
    message = hub.send("Hello", to={"telegram": "1"}, at="2126-12-01T10:00:00+03:00")
    hub.cancel(message.id)

    assert hub.send("Hello", to={"telegram": "1"}).accepted == 1


def test_after_its_end_the_same_content_may_be_sent_again(hub: Hub) -> None:
    now = datetime.now(UTC)
    message = hub.send(
        "Hello", to={"telegram": "1"}, at=now + timedelta(seconds=60), expires_at=now + timedelta(seconds=61)
    )
    assert hub.send("Hello", to={"telegram": "1"}).duplicates == 1
    hub.cancel(message.id)

    late = hub.send("Bye", to={"telegram": "1"}, expires_at=now + timedelta(seconds=60), channels=["telegram"])
    assert late.accepted == 1


def test_off_never_refuses_and_never_stands_in_the_way(hub: Hub) -> None:
    for _ in range(3):
        assert hub.send("Hello", to={"telegram": "1"}, deduplicate="off").accepted == 1

    assert hub.send("Hello", to={"telegram": "1"}).accepted == 1


def test_a_window_refuses_what_is_due_within_it(hub: Hub) -> None:
    hub.send("Hello", to={"telegram": "1"})

    assert hub.send("Hello", to={"telegram": "1"}, deduplicate=3600).duplicates == 1


def test_a_window_lets_through_what_is_due_outside_it(hub: Hub) -> None:
    later = datetime.now(UTC) + timedelta(hours=2)
    hub.send("Hello", to={"telegram": "1"})

    assert hub.send("Hello", to={"telegram": "1"}, at=later, deduplicate=3600).accepted == 1
    assert hub.send("Hello", to={"telegram": "1"}, at=later, deduplicate=3600).duplicates == 1


def test_duplicates_are_known_after_a_restart(make_hub: HubMaker, database_url: str) -> None:
    hub = make_hub(database_url=database_url)
    hub.wait(hub.send("Hello", to={"telegram": "1"}), timeout_s=20)
    hub.close()

    assert make_hub(database_url=database_url).send("Hello", to={"telegram": "1"}).duplicates == 1
