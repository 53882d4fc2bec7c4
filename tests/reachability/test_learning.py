"""What messengers say about people for good is learnt, and the next message is refused without asking again."""

from __future__ import annotations

import pytest

from notifyhub import Hub
from notifyhub.clock import now_ms
from notifyhub.flow import sweep
from notifyhub.hub import core_of
from tests.conftest import HubMaker
from tests.emulated import RunningEmulator
from tests.mailings.conftest import counted, ended, fill, telegram
from tests.reachability.conftest import PERSON, sent

FOR_GOOD = [
    ("telegram", PERSON, "blocked", "recipient_blocked"),
    ("telegram", PERSON, "not_a_user", "recipient_unknown"),
    ("telegram", PERSON, "deactivated", "recipient_deactivated"),
    ("telegram", PERSON, "never_started", "not_subscribed"),
    ("viber", "01234567890A=", "blocked", "not_subscribed"),
    ("viber", "01234567890A=", "not_a_user", "recipient_unknown"),
    ("whatsapp", "79161234567", "not_a_user", "recipient_unknown"),
]


@pytest.mark.parametrize(("channel", "address", "answer", "reason"), FOR_GOOD)
def test_who_cannot_be_reached_is_not_asked_for_again(
    hub: Hub, emulator: RunningEmulator, channel: str, address: str, answer: str, reason: str
) -> None:
    emulator.script(channel, address, answer)
    assert sent(hub, to={channel: address}).reason == reason

    message = hub.send("Once more", to={channel: address})

    assert [(d.status, d.reason) for d in message.deliveries or ()] == [("failed", reason)]
    assert message.status == "failed"
    assert [entry["text"] for entry in emulator.entries()] == ["Hello"]


def test_the_others_of_a_message_get_it(hub: Hub, emulator: RunningEmulator) -> None:
    emulator.script("telegram", PERSON, "blocked")
    sent(hub)

    message = hub.send("Once more", to=[{"telegram": PERSON}, {"telegram": "42"}])

    assert [d.status for d in message.deliveries or ()] == ["failed", "scheduled"]
    assert hub.wait(message, 20).counts == {"failed": 1, "sent": 1}
    assert ("telegram", "42", "Once more") in emulator.accepted()


def test_a_temporary_failure_teaches_nothing(hub: Hub, emulator: RunningEmulator) -> None:
    emulator.script("telegram", PERSON, "500")

    assert sent(hub).status == "sent"
    assert sent(hub, "Once more").status == "sent"


def test_a_fault_of_the_text_teaches_nothing(hub: Hub) -> None:
    options = {"telegram": {"parse_mode": "HTML"}}
    assert sent(hub, "<b>Hello", options=options).reason == "bad_markup"

    assert sent(hub, "Hello").status == "sent"


def test_a_refusal_of_marketing_stops_no_other_message(hub: Hub, emulator: RunningEmulator) -> None:
    to = {"whatsapp": "79161234567"}
    emulator.script("whatsapp", "79161234567", "blocked")
    assert sent(hub, to=to).reason == "recipient_blocked"

    assert sent(hub, "Your order has been sent", to=to).status == "sent"


def test_a_topic_that_is_gone_does_not_close_its_group(hub: Hub, emulator: RunningEmulator) -> None:
    emulator.script("telegram", "-100200300", "no_thread")
    options = {"telegram": {"thread_id": 7}}
    assert sent(hub, to={"telegram": "-100200300"}, options=options).reason == "recipient_unknown"

    assert sent(hub, "Once more", to={"telegram": "-100200300"}).status == "sent"


def test_a_block_of_one_bot_is_none_of_another(
    make_hub: HubMaker, database_url: str, emulator: RunningEmulator
) -> None:
    own = {"token": "1:first", "base_url": f"{emulator.url}/telegram", "senders": {"shop": {"token": "2:second"}}}
    hub = make_hub(database_url=database_url, telegram=own)
    shop = {"telegram": {"sender": "shop"}}
    emulator.script("telegram", PERSON, "blocked")
    sent(hub, options=shop)

    assert sent(hub, "By the first").status == "sent"
    assert hub.send("By the second", to={"telegram": PERSON}, options=shop).status == "failed"


def test_a_refused_message_may_be_repeated_later(hub: Hub, emulator: RunningEmulator) -> None:
    emulator.script("telegram", PERSON, "blocked")
    sent(hub)
    hub.send("Once more", to={"telegram": PERSON})

    again = hub.send("Once more", to={"telegram": PERSON})

    assert again.duplicates == 0


def test_why_tells_when_and_by_whom_it_was_said(hub: Hub, emulator: RunningEmulator) -> None:
    emulator.script("telegram", PERSON, "blocked")
    sent(hub)
    message = hub.send("Once more", to={"telegram": PERSON})

    (story,) = hub.why(message.id)

    assert [event.event for event in story.events] == ["accepted", "refused"]
    assert story.events[1].words.startswith("Refused without asking: on 20")
    assert "Telegram said: the person does not want messages from this sender. That counts until" in (
        story.events[1].words
    )
    assert "ignore_reachability" in story.next


def test_what_was_accepted_before_it_was_learnt_is_refused_when_it_is_due(
    make_hub: HubMaker, database_url: str, emulator: RunningEmulator
) -> None:
    waiting = make_hub(worker=False, database_url=database_url)
    later = waiting.send("Later", to={"telegram": PERSON})
    emulator.script("telegram", PERSON, "blocked")
    urgent = waiting.send("First", to={"telegram": PERSON}, priority="urgent")

    learn_first(make_hub, database_url, waiting, later, urgent)

    (delivery,) = waiting.wait(later, 20).deliveries or ()
    assert (delivery.status, delivery.reason) == ("failed", "recipient_blocked")
    assert waiting.delivery(delivery.id or 0).attempts == []
    assert {entry["text"] for entry in emulator.entries()} == {"First"}


def learn_first(make_hub: HubMaker, database_url: str, waiting: Hub, later: object, urgent: object) -> None:
    """Deliver the urgent one alone, then the other."""
    waiting.change(later.id, at="2126-12-01T10:00Z")  # type: ignore[attr-defined]
    delivering = make_hub(database_url=database_url)
    delivering.wait(urgent, 20)  # type: ignore[arg-type]
    delivering.change(later.id, at=None)  # type: ignore[attr-defined]


def test_it_is_asked_again_when_the_time_is_over(hub: Hub, emulator: RunningEmulator) -> None:
    emulator.script("telegram", PERSON, "blocked")
    sent(hub)
    age(hub)

    assert sent(hub, "Once more").status == "sent"


def test_a_sweep_forgets_what_is_over(hub: Hub, emulator: RunningEmulator) -> None:
    emulator.script("telegram", PERSON, "blocked")
    sent(hub)
    age(hub)

    assert sweep.forget_unreachable(core_of(hub).database, now_ms()) == 1


def age(hub: Hub) -> None:
    """As if everything had been learnt long ago."""

    def job(database: object, items: list[None]) -> list[None]:
        database.execute_sql("UPDATE reachability SET expires_at = 1")  # type: ignore[attr-defined]
        return items

    core_of(hub).database.write(job, None).result()


@pytest.mark.parametrize(("kept_s", "status"), [(0, "sent"), (60, "failed")])
def test_how_long_it_counts_is_a_setting(
    make_hub: HubMaker, emulator: RunningEmulator, kept_s: int, status: str
) -> None:
    hub = make_hub(unreachable_kept_s=kept_s)
    emulator.script("telegram", PERSON, "blocked")
    before = now_ms()
    sent(hub)

    assert hub.wait(hub.send("Once more", to={"telegram": PERSON}), 20).status == status
    ends = [entry.expires_at.timestamp() * 1000 for entry in hub.reachability.list() if entry.expires_at]
    assert all(before + 60_000 <= end <= now_ms() + 60_000 for end in ends)
    assert len(ends) == (status == "failed")


def test_the_override_asks_again_and_learns_from_the_answer(hub: Hub, emulator: RunningEmulator) -> None:
    emulator.script("telegram", PERSON, "blocked")
    sent(hub)

    assert sent(hub, "In spite of it", ignore_reachability=True).status == "sent"

    assert hub.reachability.list() == []
    assert sent(hub, "Once more").status == "sent"


def test_an_override_that_is_refused_too_leaves_the_entry(hub: Hub, emulator: RunningEmulator) -> None:
    emulator.script("telegram", PERSON, "blocked", "blocked")
    sent(hub)

    assert sent(hub, "In spite of it", ignore_reachability=True).status == "failed"

    assert len(emulator.entries()) == 2
    assert hub.send("Once more", to={"telegram": PERSON}).status == "failed"


def test_the_override_does_not_reach_who_opted_out(hub: Hub, emulator: RunningEmulator) -> None:
    hub.reachability.suppress("telegram", PERSON)

    delivery = sent(hub, ignore_reachability=True)

    assert (delivery.status, delivery.reason) == ("failed", "opted_out")
    emulator.assert_nothing_sent()


def test_a_mailing_leaves_them_out_and_counts_the_reason(hub: Hub, emulator: RunningEmulator) -> None:
    fill(hub, 3)
    emulator.script("telegram", telegram(1), "blocked")
    sent(hub, to={"telegram": telegram(1)})
    hub.reachability.suppress("telegram", telegram(2))

    mailing = ended(hub, hub.mailings.create("Sale", "Half price", ["telegram"]))

    assert counted(mailing) == {"sent": 1, "failed": 2}
    assert hub.mailings.stats(mailing.id).by_reason == {"recipient_blocked": 1, "opted_out": 1}
    assert emulator.accepted(text="Half price") == {("telegram", telegram(0), "Half price"): 1}
    assert len(emulator.entries(text="Half price")) == 1


def test_a_mailing_may_ask_again(hub: Hub, emulator: RunningEmulator) -> None:
    fill(hub, 3)
    emulator.script("telegram", telegram(1), "blocked")
    sent(hub, to={"telegram": telegram(1)})
    hub.reachability.suppress("telegram", telegram(2))

    mailing = hub.mailings.create("Sale", "Half price", ["telegram"], ignore_reachability=True)

    assert mailing.ignore_reachability
    assert counted(ended(hub, mailing)) == {"sent": 2, "failed": 1}


def test_a_batch_is_refused_where_it_must(hub: Hub, emulator: RunningEmulator) -> None:
    emulator.script("telegram", PERSON, "blocked")
    sent(hub)
    items = [{"text": "One", "recipients": [{"telegram": address}]} for address in (PERSON, "42")]

    assert [getattr(one, "status", None) for one in hub.send_many(items)] == ["failed", "scheduled"]


def test_a_retry_by_hand_asks_again(hub: Hub, emulator: RunningEmulator) -> None:
    emulator.script("telegram", PERSON, "blocked")
    message = hub.wait(hub.send("Hello", to={"telegram": PERSON}), 20)

    hub.retry(message.id)

    assert hub.wait(message, 20).status == "sent"
    assert hub.reachability.list() == []
