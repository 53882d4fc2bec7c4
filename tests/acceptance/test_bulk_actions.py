"""Many deliveries are cancelled, tried again or given another time, by their ids or by filters."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from typing import Any

import pytest

from notifyhub import Hub, InvalidRequest, Message
from notifyhub.hub import core_of
from notifyhub.store.rows import run
from tests.acceptance.test_changes import claim
from tests.emulated import RunningEmulator
from tests.mailings.conftest import counted, ended, fill

LATER = "2126-12-01T10:00:00+00:00"
STILL_LATER = "2126-12-24T10:00:00+00:00"


def ids_of(message: Message) -> list[int]:
    return [delivery.id or 0 for delivery in message.deliveries or ()]


def failed(hub: Hub, emulator: RunningEmulator, *texts: str, **options: Any) -> list[Message]:
    """Messages that failed, on Telegram and Viber; the messengers work again."""
    emulator.faults(failure_rate=1.0, failure="blocked")
    to = {"telegram": "1", "viber": "QWJjZGVmZ2hpamtsbW5vcA=="}
    sent = [hub.send(text, to=to, ignore_reachability=True, **options) for text in texts]
    done = [hub.wait(message, timeout_s=30) for message in sent]
    assert {message.status for message in done} == {"failed"}
    emulator.faults()
    return done


def counts(done: Any) -> tuple[int, int, int, int]:
    return (done.matched, done.changed, done.duplicates, done.left_alone)


def test_what_matches_is_cancelled_and_nothing_else(idle: Hub) -> None:
    mine = idle.send("Mine", to=[{"telegram": "1"}, {"viber": "QWJjZGVmZ2hpamtsbW5vcA=="}], reference="mine")
    other = idle.send("Other", to={"telegram": "2"})

    done = idle.bulk("cancel", reference="mine", channel="telegram")

    assert (done.action, done.dry_run, counts(done)) == ("cancel", False, (1, 1, 0, 0))
    assert idle.message(mine.id).counts == {"cancelled": 1, "scheduled": 1}
    assert idle.message(other.id).counts == {"scheduled": 1}


@pytest.mark.parametrize("selected", [{"channel": "telegram"}, {"text": "HELLO"}, {"reference": "r"}])
def test_a_dry_run_counts_and_changes_nothing(idle: Hub, selected: dict[str, str]) -> None:
    message = idle.send("Hello", to=[{"telegram": str(i)} for i in range(1, 8)], reference="r")
    idle.send("Bye", to={"viber": "QWJjZGVmZ2hpamtsbW5vcA=="})
    assert claim(idle, limit=2) == 2

    done = idle.bulk("cancel", dry_run=True, **selected)

    assert (done.dry_run, counts(done)) == (True, (7, 5, 0, 2))
    assert idle.message(message.id).counts == {"sending": 2, "scheduled": 5}
    assert idle.audit.list() == []


def test_ids_are_changed_once_and_unknown_ones_match_nothing(idle: Hub) -> None:
    first, second, _ = ids_of(idle.send("Hello", to=[{"telegram": str(i)} for i in range(1, 4)]))

    done = idle.bulk("cancel", ids=[second, first, first, 999_999])

    assert counts(done) == (2, 2, 0, 0)
    assert [d.status for d in idle.deliveries()] == ["scheduled", "cancelled", "cancelled"]


def test_more_than_a_slice_is_changed_to_the_last(idle: Hub) -> None:
    for part in range(3):
        idle.send(f"Hello {part}", to=[{"telegram": str(i)} for i in range(1, 901)])

    assert counts(idle.bulk("cancel", status=["scheduled", "sent"], text="hello")) == (2_700, 2_700, 0, 0)
    assert idle.deliveries(status="scheduled") == []
    assert counts(idle.bulk("cancel", channel="telegram")) == (0, 0, 0, 0)


def test_of_a_cancellation_and_a_claim_one_wins(idle: Hub) -> None:
    idle.send("Hello", to=[{"telegram": str(i)} for i in range(1, 101)])

    with ThreadPoolExecutor(4) as pool:
        claimed = [pool.submit(claim, idle, 10) for _ in range(5)]
        done = [pool.submit(idle.bulk, "cancel", channel="telegram") for _ in range(2)]

    assert sum(one.result() for one in claimed) + sum(one.result().changed for one in done) == 100
    assert len(idle.deliveries(status="cancelled")) == sum(one.result().changed for one in done)


def test_what_failed_is_tried_again_with_all_attempts(busy: Hub, emulator: RunningEmulator) -> None:
    one, two = failed(busy, emulator, "One", "Two")

    done = busy.bulk("retry", channel="viber")

    assert counts(done) == (2, 2, 0, 0)
    for message in (one, two):
        assert busy.wait(message.id, timeout_s=20).counts == {"failed": 1, "sent": 1}
    assert {text for channel, _, text in emulator.accepted() if channel == "viber"} == {"One", "Two"}


def test_what_was_sent_meanwhile_is_not_sent_twice(busy: Hub, emulator: RunningEmulator) -> None:
    old, _ = failed(busy, emulator, "Same", "Other")
    again = busy.wait(busy.send("Same", to={"telegram": "1"}, ignore_reachability=True), timeout_s=20)
    assert again.status == "sent"

    done = busy.bulk("retry", channel="telegram", status="failed")

    assert counts(done) == (2, 1, 1, 0)
    assert busy.message(old.id).counts == {"failed": 2}
    assert set(emulator.accepted().values()) == {1}


def test_two_that_failed_with_the_same_content_are_sent_once(busy: Hub, emulator: RunningEmulator) -> None:
    failed(busy, emulator, "Same")
    failed(busy, emulator, "Same")

    done = busy.bulk("retry", channel="telegram")

    assert counts(done) == (2, 1, 1, 0)


def test_texts_of_a_template_are_no_duplicates_of_each_other(busy: Hub, emulator: RunningEmulator) -> None:
    busy.templates.set("hi", "Hi {{ name }}")
    emulator.faults(failure_rate=1.0, failure="blocked")
    sent = [
        busy.send(template="hi", variables={"name": name}, to={"telegram": "1"}, ignore_reachability=True)
        for name in ("Anna", "Boris")
    ]
    assert [busy.wait(message, timeout_s=20).status for message in sent] == ["failed", "failed"]
    emulator.faults()

    assert counts(busy.bulk("retry", channel="telegram")) == (2, 2, 0, 0)
    assert {busy.wait(message, timeout_s=20).status for message in sent} == {"sent"}
    assert emulator.accepted() == {("telegram", "1", "Hi Anna"): 1, ("telegram", "1", "Hi Boris"): 1}


def test_a_mailing_whose_failed_deliveries_are_tried_again_goes_on_and_ends(
    busy: Hub, emulator: RunningEmulator
) -> None:
    fill(busy, 5)
    emulator.faults(failure_rate=1.0, failure="blocked")
    mailing = ended(busy, busy.mailings.create("Sale", "Hello", ["telegram"], ignore_reachability=True))
    assert counted(mailing) == {"failed": 5}
    emulator.faults()

    done = busy.bulk("retry", mailing_id=mailing.id)

    assert counts(done) == (5, 5, 0, 0)
    assert counted(ended(busy, busy.mailings.get(mailing.id))) == {"sent": 5}


def test_what_cannot_be_sent_any_more_is_left_alone(busy: Hub, emulator: RunningEmulator) -> None:
    failed(busy, emulator, "Old")
    fill(busy, 2)
    emulator.faults(failure_rate=1.0, failure="blocked")
    mailing = ended(busy, busy.mailings.create("Sale", "Hello", ["telegram"], ignore_reachability=True))
    busy.mailings.delete(mailing.id)
    emulator.faults()
    past = "UPDATE deliveries SET expires_at = 1 WHERE mailing_id = 0 AND channel = 'telegram'"
    core_of(busy).ask(lambda database: run(database, past)).result()

    done = busy.bulk("retry", status="failed")

    assert counts(done) == (4, 1, 0, 3)


def test_a_time_in_the_future_is_kept_and_one_in_the_past_means_now(busy: Hub, emulator: RunningEmulator) -> None:
    message = busy.send("Hello", to=[{"telegram": "1"}, {"telegram": "2"}], at=LATER)

    moved = busy.bulk("reschedule", ids=ids_of(message), at=STILL_LATER)
    due = {delivery.due_at for delivery in busy.message(message.id).deliveries or ()}
    now = busy.bulk("reschedule", ids=ids_of(message)[:1], at="2020-01-01T00:00Z")

    assert (counts(moved), due) == ((2, 2, 0, 0), {datetime(2126, 12, 24, 10, tzinfo=UTC)})
    assert counts(now) == (1, 1, 0, 0)
    emulator.wait_for(1)
    assert emulator.accepted() == {("telegram", "1", "Hello"): 1}


def test_nothing_is_put_off_until_after_its_end(idle: Hub) -> None:
    idle.send("Ends", to={"telegram": "1"}, at=LATER, expires_at="2126-12-02T00:00Z")
    idle.send("Stays", to={"telegram": "2"}, at=LATER)

    counted = idle.bulk("reschedule", channel="telegram", at=STILL_LATER, dry_run=True)
    done = idle.bulk("reschedule", channel="telegram", at=STILL_LATER)

    assert counts(counted) == counts(done) == (2, 1, 0, 1)


def test_a_chain_that_is_cancelled_does_not_go_on(busy: Hub, emulator: RunningEmulator) -> None:
    to = {"telegram": "1", "viber": "QWJjZGVmZ2hpamtsbW5vcA=="}
    message = busy.send("Hello", to=to, channels={"first_of": ["telegram", "viber"]}, at=LATER)

    busy.bulk("cancel", channel="telegram")

    assert [d.status for d in busy.message(message.id).deliveries or ()] == ["cancelled"]
    assert all(story.next is None or "viber" not in story.next for story in busy.why(message.id))


def test_the_audit_says_what_was_selected_but_not_whose_address(idle: Hub) -> None:
    idle.send("Hello", to={"telegram": "4242"}, at=LATER)

    idle.bulk("reschedule", at=STILL_LATER, address=4242, channel="telegram", created_from="2020-01-01T00:00Z")

    (line,) = idle.audit.list()
    assert (line.action, line.about.kind) == ("deliveries.rescheduled", "deliveries")
    assert line.changed["rescheduled"] == 1
    assert line.changed["filter"] == {"channel": ["telegram"], "created_from": "2020-01-01T00:00:00.000Z"}
    assert "4242" not in line.model_dump_json()


@pytest.mark.parametrize(
    ("given", "fault"),
    [
        ({}, ("", "empty")),
        ({"ids": []}, ("ids", "empty")),
        ({"ids": [0]}, ("ids[0]", "too_small")),
        ({"ids": ["x"]}, ("ids[0]", "type")),
        ({"ids": range(1, 1_002)}, ("ids", "too_many")),
        ({"ids": [1], "channel": "viber"}, ("filter", "repeated")),
        ({"status": "lost"}, ("status[0]", "unknown_value")),
        ({"status": []}, ("status", "empty")),
        ({"chanel": "viber"}, ("chanel", "unknown_field")),
        ({"channel": "telegram", "address": "no"}, ("address", "form")),
        ({"created_from": "2026-01-01T00:00"}, ("created_from", "naive")),
        ({"created_from": LATER, "created_to": LATER}, ("created_to", "too_early")),
        ({"order": "oldest"}, ("order", "unknown_field")),
        ({"ids": [1], "at": LATER}, ("at", "form")),
    ],
)
def test_what_is_wrong_is_named(idle: Hub, given: dict[str, Any], fault: tuple[str, str]) -> None:
    with pytest.raises(InvalidRequest) as caught:
        idle.bulk("cancel", **given)

    assert [(one.path, one.code) for one in caught.value.faults] == [fault]


@pytest.mark.parametrize(
    ("action", "given", "path"), [("explode", {"ids": [1]}, "action"), ("reschedule", {"ids": [1]}, "at")]
)
def test_an_action_has_to_be_known_and_whole(idle: Hub, action: Any, given: dict[str, Any], path: str) -> None:
    with pytest.raises(InvalidRequest) as caught:
        idle.bulk(action, **given)

    assert [one.path for one in caught.value.faults] == [path]
