"""What hangs takes nobody else's calls, memory or turn; and messages to one recipient keep their order."""

from __future__ import annotations

from notifyhub import Hub
from tests.conftest import HubMaker
from tests.emulated import RunningEmulator
from tests.limits.conftest import done, texts

MANY = 1_000
"""More than a worker has calls, and claims in advance."""
PHONE = "79031234567"


def many(hub: Hub, **recipient: str) -> None:
    asked = [{"text": f"{number}", "recipients": [recipient], "priority": "urgent"} for number in range(MANY)]
    hub.send_many(asked)


def test_a_recipient_whose_calls_hang_holds_nobody_up(
    make_hub: HubMaker, emulator: RunningEmulator, database_url: str
) -> None:
    hub = make_hub(database_url=database_url)
    emulator.rule(channel="gateway", address=PHONE, answer="hang")
    many(hub, gateway=PHONE)
    emulator.wait_for(1, timeout_s=30)

    done(hub, *(hub.send("Hello", {"gateway": f"7903765432{n}"}) for n in range(5)))

    assert len(emulator.entries(address=PHONE)) == 1


def test_an_account_whose_calls_hang_holds_no_other_up(
    make_hub: HubMaker, emulator: RunningEmulator, database_url: str
) -> None:
    accounts = {"token": "7:first", "senders": {"second": {"token": "8:second"}}}
    hub = make_hub(
        database_url=database_url,
        telegram={"base_url": f"{emulator.url}/telegram", "concurrency": 8, **accounts},
    )
    emulator.rule(channel="telegram", token="8:second", answer="hang")
    by_second = {"options": {"telegram": {"sender": "second"}}, "priority": "urgent"}
    hub.send_many([{"text": "x", "recipients": [{"telegram": str(n + 1)}], **by_second} for n in range(MANY)])
    emulator.wait_for(4, timeout_s=30)

    done(hub, hub.send("Hello", [{"telegram": str(5_000 + n)} for n in range(30)]))


def test_messages_to_one_recipient_arrive_in_their_order(make_hub: HubMaker, emulator: RunningEmulator) -> None:
    hub = make_hub()
    emulator.faults(latency_ms={"min": 0, "max": 20})

    done(hub, *(hub.send(f"{number}", {"gateway": PHONE}) for number in range(50)))

    assert texts(emulator) == [f"{number}" for number in range(50)]


def test_very_many_messages_to_one_recipient_hold_nobody_up(make_hub: HubMaker, emulator: RunningEmulator) -> None:
    hub = make_hub()
    emulator.faults(latency_ms=30)
    many(hub, gateway=PHONE)
    emulator.wait_for(2, timeout_s=30)

    done(hub, hub.send("Hello", {"gateway": "79037654321"}))

    assert len(texts(emulator)) < 150


def test_very_many_messages_to_one_recipient_all_arrive(make_hub: HubMaker, emulator: RunningEmulator) -> None:
    hub = make_hub()
    many(hub, gateway=PHONE)

    emulator.wait_for(MANY, timeout_s=60)

    assert len(set(texts(emulator))) == len(texts(emulator)) == MANY
