"""Forgetting: whom it went to and what it said goes, what was counted stays."""

from __future__ import annotations

import pytest

from notifyhub import Conflict, Hub
from notifyhub.clock import now_ms
from notifyhub.flow.retention import Retention
from notifyhub.hub import core_of
from notifyhub.store.retention import Pass
from tests.conftest import HubMaker
from tests.emulated import RunningEmulator
from tests.mailings.conftest import ended, fill
from tests.retention.conftest import DAY_MS, PERSON, age, asked, count, execute, passed, sent

OLD_MS = 40 * DAY_MS


def test_addresses_and_texts_of_old_deliveries_go_and_their_states_stay(hub: Hub) -> None:
    message = sent(hub, reference="order-17", metadata={"name": "Ann"})
    age(hub, 40)

    counts = passed(hub, Pass.FORGET)

    found = hub.message(message.id)
    (delivery,) = found.deliveries or []
    assert (found.text, found.reference, found.metadata) == ("", None, {})
    assert (delivery.address, delivery.status) == ("", "sent")
    assert (counts["deliveries"], counts["messages"], counts["attempts"]) == (1, 1, 1)
    assert hub.stats.check().agree


def test_what_is_not_old_keeps_its_address(hub: Hub) -> None:
    sent(hub)

    passed(hub, Pass.FORGET)

    assert asked(hub, "SELECT address FROM deliveries") == [(PERSON,)]


def test_a_text_stays_until_the_last_of_its_recipients_is_forgotten(hub: Hub) -> None:
    message = sent(hub)
    hub.send("Hello", to=[{"telegram": "1067001"}, {"telegram": "1067002"}])
    age(hub, 40)
    execute(hub, f"UPDATE deliveries SET due_at = {now_ms()} WHERE address = '1067002'")

    passed(hub, Pass.FORGET)

    assert sorted(text for (text,) in asked(hub, "SELECT text FROM messages")) == ["", "Hello"]
    assert hub.message(message.id).text == ""


def test_what_a_template_made_for_each_goes_and_the_text_of_the_mailing_stays(hub: Hub) -> None:
    hub.templates.set("sale", "Hello {{ attributes.name }}")
    fill(hub, 2, attributes={"name": "Ann"})
    hub.clients.update(2, attributes={"name": "Bob"})
    mailing = ended(hub, hub.mailings.create("Sale", template="sale", channels=["telegram"]))
    age(hub, 40)
    assert count(hub, "wordings")

    passed(hub, Pass.FORGET)

    assert count(hub, "wordings") == 0
    assert asked(hub, "SELECT DISTINCT address FROM deliveries") == [("",)]
    assert hub.mailings.stats(mailing.id).by_status["sent"] == 2


def test_who_was_left_out_as_a_duplicate_is_forgotten_too(hub: Hub) -> None:
    sent(hub)
    hub.send("Hello", to={"telegram": PERSON})
    age(hub, 40)

    passed(hub, Pass.FORGET)

    assert asked(hub, "SELECT address FROM duplicates") == [("",)]
    assert asked(hub, "SELECT DISTINCT text FROM messages") == [("",)]


def test_what_people_wrote_is_forgotten_too(hub: Hub) -> None:
    for created_at in (now_ms() - OLD_MS, now_ms()):
        execute(hub, f"INSERT INTO inbound_posts (body, created_at, due_at, tries) VALUES ('{{}}', {created_at}, 0, 0)")

    passed(hub, Pass.FORGET)

    assert count(hub, "inbound_posts") == 1


def test_a_forgotten_delivery_is_not_tried_again(hub: Hub, emulator: RunningEmulator) -> None:
    emulator.script("telegram", PERSON, "blocked")
    message = hub.wait(hub.send("Hello", to={"telegram": PERSON}), timeout_s=10)
    age(hub, 40)
    passed(hub, Pass.FORGET)

    assert hub.retry(message.id).retried == 0


def test_a_forgotten_unconfirmed_delivery_is_not_sent_again(hub: Hub) -> None:
    message = sent(hub)
    (delivery,) = message.deliveries or []
    execute(hub, "UPDATE deliveries SET status = 'unconfirmed', maybe_sent = 1")
    age(hub, 40)
    passed(hub, Pass.FORGET)

    with pytest.raises(Conflict, match="was removed"):
        hub.resolve(delivery.id or 0, "resend")


def test_the_same_text_is_still_a_duplicate(hub: Hub) -> None:
    sent(hub)
    age(hub, 40)
    passed(hub, Pass.FORGET)

    assert hub.send("Hello", to={"telegram": PERSON}).duplicates == 1


def test_both_settings_are_kept_to_by_a_sweep(make_hub: HubMaker, database_url: str, emulator: RunningEmulator) -> None:
    given = {"deliveries_days": 60, "personal_days": 30}
    hub = make_hub(worker=False, database_url=database_url, retention=given)
    sender = make_hub(database_url=database_url)
    sent(sender, "Oldest")
    age(sender, 30)
    sent(sender, "Older")
    age(sender, 40)
    sent(sender, "New")

    Retention(core_of(hub).database, hub.settings.retention).sweep(now_ms())

    assert sorted(text for (text,) in asked(hub, "SELECT text FROM messages")) == ["", "New"]
