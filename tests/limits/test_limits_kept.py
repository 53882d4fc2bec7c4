"""The limits of messengers are kept to without being told by them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Any

import pytest

from notifyhub import Hub
from notifyhub.errors import InvalidRequest
from notifyhub.flow.pacing.limits import limits_of
from notifyhub.settings import load
from tests.conftest import HubMaker
from tests.emulated import RunningEmulator
from tests.limits.conftest import TOKEN, done, enforce, refused, texts

Limited = Callable[..., Hub]
PEOPLE = 70
"""More than Telegram takes in two seconds."""


def people(count: int, first: int = 1000) -> list[dict[str, str]]:
    return [{"telegram": str(first + number)} for number in range(count)]


def moments_of(emulator: RunningEmulator, **wanted: Any) -> list[datetime]:
    """When the calls arrived."""
    return [datetime.fromisoformat(entry["received_at"]) for entry in emulator.entries(**wanted)]


def test_many_people_are_written_to_without_one_refusal(
    limited: Limited, emulator: RunningEmulator, database_url: str, broker_url: str
) -> None:
    hub = limited(database_url=database_url, broker_url=broker_url)

    done(hub, hub.send("Hello", people(PEOPLE)))

    assert (len(texts(emulator)), refused(emulator)) == (PEOPLE, [])


def test_messages_to_one_person_keep_their_order_and_their_distance(
    limited: Limited, emulator: RunningEmulator
) -> None:
    hub = limited()
    sent = [hub.send(f"{number}", {"telegram": "5"}) for number in range(4)]

    done(hub, *sent)

    assert texts(emulator) == ["0", "1", "2", "3"]
    assert refused(emulator) == []
    assert all(later - earlier >= timedelta(seconds=1) for earlier, later in pairwise(moments_of(emulator)))


def test_other_people_pass_somebody_with_many_messages(limited: Limited, emulator: RunningEmulator) -> None:
    hub = limited()
    many = hub.send_many([{"text": f"{number}", "recipients": [{"telegram": "5"}]} for number in range(100)])
    other = hub.send("Hello", {"telegram": "6"})

    done(hub, other)

    assert len(texts(emulator)) < 10
    assert len(many) == 100


def test_who_was_put_off_does_not_wait_behind_a_backlog_and_is_passed_by_nobody(
    limited: Limited, emulator: RunningEmulator, database_url: str
) -> None:
    hub = limited(database_url=database_url, telegram={"rate": "40/s"})
    to_one = {"recipients": [{"telegram": "5"}]}
    early = hub.send_many([{"text": "first", **to_one}, {"text": "second", **to_one}])
    hub.send_many([{"text": "other", "recipients": [{"telegram": str(1_000 + n)}]} for n in range(150)])
    late = hub.send_many([{"text": "third", **to_one}, {"text": "fourth", **to_one}])

    done(hub, *early, *late)

    arrived = texts(emulator)
    assert [text for text in arrived if text != "other"] == ["first", "second", "third", "fourth"]
    assert arrived.index("second") < 100, "its place was a second after the first"


def test_waiting_for_a_place_is_no_attempt(limited: Limited, emulator: RunningEmulator) -> None:
    hub = limited()
    first, second = hub.send("1", {"telegram": "5"}), hub.send("2", {"telegram": "5"})

    done(hub, first, second)

    attempts = [hub.delivery(message.deliveries[0].id).attempts for message in (first, second)]
    assert [[attempt.number for attempt in some] for some in attempts] == [[1], [1]]


def test_a_group_is_spared(limited: Limited, emulator: RunningEmulator) -> None:
    hub = limited()
    for number in range(10):
        hub.send(f"{number}", {"telegram": "-100500"})
    person = hub.send("Hello", {"telegram": "6"})

    done(hub, person)
    emulator.wait_for(4, timeout_s=30)

    assert refused(emulator) == []
    (waiting,) = {d.reason for d in hub.deliveries(status="scheduled")}
    assert waiting == "paced"


def test_each_account_has_the_limit_for_itself(limited: Limited, emulator: RunningEmulator) -> None:
    base_url = f"{emulator.url}/telegram"
    hub = limited(telegram={"base_url": base_url, "token": TOKEN, "senders": {"second": {"token": "8:second"}}})
    asked = people(PEOPLE)

    first = hub.send("Hello", asked)
    second = hub.send("Hello from the other", asked, options={"telegram": {"sender": "second"}})
    done(hub, first, second)

    assert (len(texts(emulator)), refused(emulator)) == (2 * PEOPLE, [])
    one, other = moments_of(emulator, token=TOKEN), moments_of(emulator, token="8:second")
    assert max(one[0], other[0]) < min(one[-1], other[-1]), "one waited for the other"


def test_a_rate_that_is_set_replaces_the_documented_one(limited: Limited, emulator: RunningEmulator) -> None:
    enforce(emulator, telegram_bot={"count": 5, "seconds": 1})
    hub = limited(telegram={"rate": "5/s"})

    done(hub, hub.send("Hello", people(12)))

    assert refused(emulator) == []


def test_the_rate_of_one_account_is_its_own(limited: Limited, emulator: RunningEmulator) -> None:
    enforce(emulator, telegram_bot={"count": 5, "seconds": 1})
    further = {"slow": {"token": "8:slow", "rate": "5/s"}}
    hub = limited(telegram={"base_url": f"{emulator.url}/telegram", "token": TOKEN, "senders": further})

    done(hub, hub.send("Hello", people(12), options={"telegram": {"sender": "slow"}}))

    assert refused(emulator) == []


def test_the_rate_for_an_address_can_be_set(limited: Limited, emulator: RunningEmulator) -> None:
    enforce(emulator, telegram_chat={"count": 1, "seconds": 2})
    hub = limited(telegram={"address_rate": "1/2s"})

    done(hub, *(hub.send(f"{number}", {"telegram": "5"}) for number in range(3)))

    assert refused(emulator) == []


def test_the_rate_for_a_group_can_be_set(limited: Limited, emulator: RunningEmulator) -> None:
    enforce(emulator, telegram_group={"count": 1, "seconds": 2})
    hub = limited(telegram={"group_rate": "1/2s"})

    done(hub, *(hub.send(f"{number}", {"telegram": "-100500"}) for number in range(3)))

    assert refused(emulator) == []


def test_paid_broadcasts_are_asked_for_and_go_faster(limited: Limited, emulator: RunningEmulator) -> None:
    hub = limited(telegram={"paid_broadcast": True})

    done(hub, hub.send("Hello", people(PEOPLE)))

    # At once, which the emulator refuses to those who do not ask to pay.
    assert refused(emulator) == []


def test_whatsapp_spares_a_number_after_its_burst(limited: Limited, emulator: RunningEmulator) -> None:
    hub = limited()
    asked = [{"text": f"{number}", "recipients": [{"whatsapp": "79031234567"}]} for number in range(47)]

    hub.send_many(asked)
    emulator.wait_for(46, timeout_s=30)

    assert texts(emulator) == [f"{number}" for number in range(46)]
    assert refused(emulator) == []


@pytest.mark.parametrize(
    ("given", "limited"),
    [
        ({}, False),
        ({"emulator_profile": "real-limits"}, True),
        ({"limits": "on"}, True),
        ({"telegram": {"token": TOKEN}}, True),
        ({"telegram": {"token": TOKEN}, "limits": "off"}, False),
        ({"telegram": {"rate": "3/s"}, "limits": "off"}, True),
        ({"telegram": {"token": TOKEN, "rate": "none", "address_rate": "none", "group_rate": "none"}}, False),
    ],
)
def test_limits_are_kept_where_messengers_have_them(given: dict[str, Any], limited: bool) -> None:
    assert limits_of(load(**given), "telegram").of("").any is limited


def test_a_mailing_has_a_rate_of_its_own(limited: Limited, emulator: RunningEmulator) -> None:
    enforce(emulator, telegram_bot={"count": 5, "seconds": 1})
    hub = limited(limits="off")
    for number in range(12):
        hub.clients.create(f"7903{number:07}", addresses={"telegram": str(1000 + number)})

    mailing = hub.mailings.create("Sale", "Hello", ["telegram"], rate="3/s")
    emulator.wait_for(12, timeout_s=30)

    assert (mailing.rate, refused(emulator)) == ("3/s", [])


def test_the_rate_of_a_running_mailing_can_be_changed(limited: Limited, emulator: RunningEmulator) -> None:
    hub = limited(limits="off")
    for number in range(20):
        hub.clients.create(f"7903{number:07}", addresses={"telegram": str(1000 + number)})
    mailing = hub.mailings.create("Sale", "Hello", ["telegram"], rate="1/h")
    emulator.wait_for(1, timeout_s=30)

    changed = hub.mailings.update(mailing.id, rate=None)
    emulator.wait_for(20, timeout_s=30)

    assert changed.rate is None


def test_what_waits_for_a_slow_rate_goes_at_once_when_it_is_made_quicker(
    limited: Limited, emulator: RunningEmulator, database_url: str
) -> None:
    hub = limited(limits="off", database_url=database_url)
    for number in range(10):
        hub.clients.create(
            f"7903{number:07}", addresses={"telegram": str(1000 + number), "gateway": f"7903{number:07}"}
        )
    channels = ["telegram", "gateway"]  # of one rate, so that one of them finds it used up
    mailing = hub.mailings.create("Sale", "Hello", channels, reach="all", rate="1/h")
    emulator.wait_for(1, timeout_s=30)

    hub.mailings.update(mailing.id, rate="20/s")

    emulator.wait_for(20, timeout_s=30)


@pytest.mark.parametrize("rate", ["-20/s", "fast", "0/s", "20/fortnight", "", 20])
def test_a_rate_that_is_none_is_refused_and_nothing_is_stored(make_hub: Limited, rate: Any) -> None:
    hub = make_hub()

    with pytest.raises(InvalidRequest, match="rate"):
        hub.mailings.create("Sale", "Hello", ["telegram"], rate=rate)

    assert hub.mailings.list() == []


def test_a_slow_call_costs_the_next_one_no_place_when_places_are_long_apart(
    make_hub: HubMaker, emulator: RunningEmulator, database_url: str
) -> None:
    emulator.faults(latency_ms=300)
    hub = make_hub(database_url=database_url, limits="on", telegram={"rate": "2/h burst 2", "address_rate": "none"})

    done(hub, hub.send("one", {"telegram": "5"}), hub.send("two", {"telegram": "5"}))

    assert len(texts(emulator)) == 2


def test_who_is_late_for_the_limit_of_a_recipient_keeps_the_place_of_the_account(
    make_hub: HubMaker, emulator: RunningEmulator, database_url: str
) -> None:
    emulator.faults(latency_ms=1_500)
    hub = make_hub(database_url=database_url, limits="on", telegram={"rate": "2/h burst 2", "address_rate": "1/s"})

    done(hub, hub.send("one", {"telegram": "5"}), hub.send("two", {"telegram": "5"}))

    assert len(texts(emulator)) == 2
