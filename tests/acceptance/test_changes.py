"""What was accepted is changed, retried, resolved and cancelled, also when others are at it at the same time."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from time import sleep

import pytest

from notifyhub import Conflict, Hub, InvalidRequest, NotFound
from notifyhub.clock import now_ms
from notifyhub.hub import core_of
from notifyhub.store import claims, deliveries
from notifyhub.store.claims import ClaimRequest
from tests.emulated import RunningEmulator

LATER = "2126-12-01T10:00:00+00:00"
NO_ID = "01a1fd9d-2e91-70c5-aee9-108a46972697"


def claim(hub: Hub, limit: int = 500) -> int:
    """Claim on Telegram what is due, as a worker would; how many that were."""
    now = now_ms()
    request = ClaimRequest("telegram", limit, now, now + 60_000)
    return len(core_of(hub).database.write(claims.claim, request).result().rows)


def test_everything_about_a_waiting_message_can_be_changed(busy: Hub, emulator: RunningEmulator) -> None:
    id_ = busy.send("Helo", to=[{"telegram": "1"}, {"gateway": "79161234567"}], at=LATER).id

    changed = busy.change(id_, text="Hello", at=None, expires_at="2127-01-01T00:00Z")

    assert (changed.text, changed.send_at) == ("Hello", None)
    assert changed.expires_at == datetime(2127, 1, 1, tzinfo=UTC)
    assert busy.wait(id_, timeout_s=20).status == "sent"
    assert {text for _, _, text in emulator.accepted()} == {"Hello"}


def test_what_is_not_named_stays(idle: Hub) -> None:
    message = idle.send("Hello", to={"telegram": "1"}, at=LATER, expires_at="2127-01-01T00:00Z")

    changed = idle.change(message.id, at="2126-12-24T10:00:00+00:00")

    assert (changed.text, changed.expires_at) == ("Hello", message.expires_at)
    assert [d.due_at for d in changed.deliveries or ()] == [datetime(2126, 12, 24, 10, tzinfo=UTC)]
    assert idle.change(message.id, expires_at=None).expires_at is None


def test_the_old_text_may_be_sent_anew_and_the_new_one_not_twice(idle: Hub) -> None:
    id_ = idle.send("old", to={"telegram": "1"}, at=LATER).id
    idle.change(id_, text="new")

    assert idle.send("old", to={"telegram": "1"}, at=LATER).accepted == 1
    assert idle.send("new", to={"telegram": "1"}, at=LATER).duplicates == 1


def test_a_text_that_another_delivery_carries_is_a_conflict_and_changes_nothing(idle: Hub) -> None:
    first = idle.send("one", to={"telegram": "1"}, at=LATER)
    second = idle.send("two", to={"telegram": "1"}, at=LATER)
    assert first.deliveries

    with pytest.raises(Conflict, match=f"would repeat delivery {first.deliveries[0].id}"):
        idle.change(second.id, text="one", at=None)

    unchanged = idle.message(second.id)
    assert (unchanged.text, unchanged.send_at) == ("two", second.send_at)
    assert idle.send("two", to={"telegram": "1"}, at=LATER).duplicates == 1


def test_without_refusal_of_duplicates_any_text_will_do(idle: Hub) -> None:
    idle.send("one", to={"telegram": "1"}, at=LATER)
    second = idle.send("two", to={"telegram": "1"}, at=LATER, deduplicate="off")

    assert idle.change(second.id, text="one").text == "one"


def test_with_a_window_only_what_is_near_is_a_duplicate(idle: Hub) -> None:
    idle.send("one", to={"telegram": "1"}, at=LATER)
    second = idle.send("two", to={"telegram": "1"}, at="2126-12-03T10:00Z", deduplicate=3600)

    assert idle.change(second.id, text="one").text == "one"
    assert idle.change(second.id, at="2126-12-02T10:00Z").text == "one"


def test_what_was_tried_cannot_be_changed(busy: Hub, emulator: RunningEmulator) -> None:
    id_ = busy.wait(busy.send("Hello", to={"telegram": "1"}), timeout_s=20).id

    with pytest.raises(Conflict, match="on its way"):
        busy.change(id_, text="Goodbye")


def test_one_delivery_on_its_way_keeps_the_whole_message_as_it_is(idle: Hub) -> None:
    id_ = idle.send("Hello", to=[{"telegram": "1"}, {"telegram": "2"}]).id
    assert claim(idle, limit=1) == 1

    with pytest.raises(Conflict):
        idle.change(id_, text="Goodbye")


def test_of_a_cancelled_message_nothing_is_left_to_change(idle: Hub) -> None:
    id_ = idle.send("Hello", to={"telegram": "1"}, at=LATER).id
    idle.cancel(id_)

    with pytest.raises(Conflict, match="nothing of message"):
        idle.change(id_, text="Goodbye")


@pytest.mark.parametrize(
    ("members", "path"),
    [
        ({}, ""),
        ({"text": ""}, "text"),
        ({"text": " "}, "text"),
        ({"text": None}, "text"),
        ({"text": "x" * 4097}, "text"),
        ({"at": "2126-12-01T10:00"}, "at"),
        ({"at": "2128-12-01T10:00Z"}, "at"),
        ({"expires_at": "2020-01-01T00:00Z"}, "expires_at"),
        ({"expires_at": "2126-12-01T09:00Z"}, "expires_at"),
        ({"at": "2126-12-02T10:00Z", "expires_at": "2126-12-01T10:00Z"}, "expires_at"),
    ],
    ids=str,
)
def test_a_change_that_cannot_be_is_refused(idle: Hub, members: dict[str, object], path: str) -> None:
    id_ = idle.send("Hello", to={"telegram": "1"}, at=LATER, expires_at="2127-01-01T00:00Z").id

    with pytest.raises(InvalidRequest) as refused:
        idle.change(id_, **members)

    assert [fault.path for fault in refused.value.faults] == [path]
    assert idle.message(id_).text == "Hello"


def test_nobody_gets_the_old_text_of_a_change_that_was_confirmed(busy: Hub, emulator: RunningEmulator) -> None:
    ids = [
        busy.send(f"old {i}", to={"telegram": str(i + 1)}, at=datetime.now(UTC) + timedelta(seconds=0.3)).id
        for i in range(40)
    ]

    def change(number: int) -> bool:
        try:
            busy.change(ids[number], text=f"new {number}", at=None)
        except Conflict:
            return False
        return True

    with ThreadPoolExecutor(8) as pool:
        changed = list(pool.map(change, range(40)))
    for id_ in ids:
        busy.wait(id_, timeout_s=30)

    told = {int(address) - 1: text for (_, address, text) in emulator.accepted()}
    assert told == {i: f"{'new' if changed[i] else 'old'} {i}" for i in range(40)}
    assert set(emulator.accepted().values()) == {1}


def test_of_changes_and_claims_at_once_each_message_has_one(idle: Hub) -> None:
    ids = [idle.send(f"old {i}", to={"telegram": "1"}).id for i in range(30)]

    def change(id_: object) -> int:
        try:
            return int(idle.change(str(id_), at=LATER).send_at is not None)
        except Conflict:
            return 0

    with ThreadPoolExecutor(8) as pool:
        claims = [pool.submit(claim, idle, 5) for _ in range(6)]
        changed = sum(pool.map(change, ids))

    assert changed + sum(one.result() for one in claims) == 30


def failed(hub: Hub, emulator: RunningEmulator, address: str = "1", **options: object) -> str:
    emulator.script("telegram", address, "400")
    return str(hub.wait(hub.send("Hello", to={"telegram": address}, **options), timeout_s=20).id)  # type: ignore[arg-type]


def test_what_failed_is_sent_again_with_all_its_attempts(busy: Hub, emulator: RunningEmulator) -> None:
    id_ = failed(busy, emulator, max_attempts=2)
    emulator.script("telegram", "1", "500")

    done = busy.retry(id_)

    assert (done.retried, done.duplicates, done.left_alone) == (1, 0, 0)
    message = busy.wait(id_, timeout_s=20)
    assert message.deliveries
    attempts = busy.delivery(message.deliveries[0].id or 0).attempts or []
    assert [(a.number, a.outcome) for a in attempts] == [
        (1, "permanent_failure"),
        (2, "temporary_failure"),
        (3, "sent"),
    ]


def test_what_did_not_fail_is_left_alone(busy: Hub, emulator: RunningEmulator) -> None:
    emulator.script("telegram", "1", "400")
    message = busy.wait(busy.send("Hello", to=[{"telegram": "1"}, {"telegram": "2"}]), timeout_s=20)

    done = busy.retry(message.id)

    assert (done.retried, done.left_alone) == (1, 1)
    busy.wait(message.id, timeout_s=20)
    assert emulator.accepted() == {("telegram", "1", "Hello"): 1, ("telegram", "2", "Hello"): 1}


def test_what_went_out_by_another_message_meanwhile_is_a_duplicate(busy: Hub, emulator: RunningEmulator) -> None:
    id_ = failed(busy, emulator)
    assert busy.wait(busy.send("Hello", to={"telegram": "1"}, ignore_reachability=True), timeout_s=20).status == "sent"

    done = busy.retry(id_)

    assert (done.retried, done.duplicates) == (0, 1)
    assert busy.message(id_).status == "failed"


def test_where_repeats_are_wanted_a_retry_repeats(busy: Hub, emulator: RunningEmulator) -> None:
    id_ = failed(busy, emulator, deduplicate="off")
    busy.wait(busy.send("Hello", to={"telegram": "1"}, deduplicate="off"), timeout_s=20)

    assert busy.retry(id_).retried == 1


def test_what_is_retried_holds_its_content_again(idle: Hub) -> None:
    id_ = idle.send("Hello", to={"telegram": "1"}, at=LATER, expires_at="2127-01-01T00:00Z").id
    core_of(idle).database.write(deliveries.expire, (2**62, 100)).result()
    assert idle.message(id_).status == "expired"

    assert idle.retry(id_).retried == 1

    assert idle.send("Hello", to={"telegram": "1"}).duplicates == 1


def test_after_the_end_a_retry_needs_a_new_one(busy: Hub, emulator: RunningEmulator) -> None:
    emulator.faults(latency_ms={"min": 600, "max": 600})
    end = datetime.now(UTC) + timedelta(seconds=0.3)
    id_ = busy.send("Hello", to={"telegram": "1"}, expires_at=end, on_unconfirmed="at_most_once").id
    assert busy.wait(id_, timeout_s=20).status in ("unconfirmed", "expired", "failed")
    emulator.faults()
    # What cannot be called in the time left expires a little before its end, and may be tried again until then.
    while datetime.now(UTC) <= end:
        sleep(0.01)

    with pytest.raises(Conflict, match="give a new expires_at"):
        busy.retry(id_)
    assert busy.retry(id_, expires_at=None).retried == 1
    assert busy.wait(id_, timeout_s=20).status == "sent"


def test_of_two_retries_at_once_one_retries(idle: Hub) -> None:
    people = [{"telegram": str(i)} for i in range(1, 41)]
    id_ = idle.send("Hello", to=people, expires_at="2127-01-01T00:00Z").id
    core_of(idle).database.write(deliveries.expire, (2**62, 100)).result()

    with ThreadPoolExecutor(8) as pool:
        done = list(pool.map(lambda _: idle.retry(id_), range(8)))

    assert sum(one.retried for one in done) == 40
    assert all(one.retried + one.left_alone == 40 for one in done)


def held(hub: Hub, emulator: RunningEmulator) -> int:
    emulator.script("telegram", "1", "lost")
    message = hub.wait(hub.send("Hello", to={"telegram": "1"}, on_unconfirmed="at_most_once"), timeout_s=20)
    assert message.status == "unconfirmed"
    assert message.deliveries
    return message.deliveries[0].id or 0


def test_an_unconfirmed_delivery_that_arrived_is_sent(busy: Hub, emulator: RunningEmulator) -> None:
    assert busy.resolve(held(busy, emulator), "sent").status == "sent"
    assert busy.send("Hello", to={"telegram": "1"}).duplicates == 1


def test_an_unconfirmed_delivery_that_did_not_arrive_may_be_sent_anew(busy: Hub, emulator: RunningEmulator) -> None:
    found = busy.resolve(held(busy, emulator), "fail")

    assert (found.status, found.reason) == ("failed", "resolved")
    assert busy.send("Hello", to={"telegram": "1"}).accepted == 1


def test_an_unconfirmed_delivery_goes_out_again_when_told(busy: Hub, emulator: RunningEmulator) -> None:
    id_ = held(busy, emulator)

    message_id = busy.resolve(id_, "resend").message_id

    assert busy.wait(str(message_id), timeout_s=20).status == "sent"
    assert len(emulator.entries()) == 2


def test_a_retry_takes_what_is_held_along(busy: Hub, emulator: RunningEmulator) -> None:
    message_id = str(busy.delivery(held(busy, emulator)).message_id)

    assert busy.retry(message_id).retried == 1
    assert busy.wait(message_id, timeout_s=20).status == "sent"


def test_of_many_who_resolve_at_once_one_does(busy: Hub, emulator: RunningEmulator) -> None:
    id_ = held(busy, emulator)

    def resolve(_: int) -> bool:
        try:
            busy.resolve(id_, "sent")
        except Conflict:
            return False
        return True

    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(resolve, range(8))).count(True) == 1


def test_only_what_is_unconfirmed_is_resolved(idle: Hub) -> None:
    message = idle.send("Hello", to={"telegram": "1"}, at=LATER)
    assert message.deliveries

    with pytest.raises(Conflict, match="is scheduled: only unconfirmed deliveries"):
        idle.resolve(message.deliveries[0].id or 0, "sent")
    with pytest.raises(NotFound):
        idle.resolve(999, "sent")
    with pytest.raises(InvalidRequest):
        idle.resolve(1, "lost")  # type: ignore[arg-type]


def test_deliveries_are_cancelled_one_by_one_and_answered_in_the_order_asked(idle: Hub) -> None:
    message = idle.send("Hello", to=[{"telegram": str(i)} for i in range(1, 5)])
    ids = [delivery.id or 0 for delivery in message.deliveries or ()]
    assert claim(idle, limit=1) == 1
    idle.cancel_deliveries([ids[1]])

    found = idle.cancel_deliveries([999_999, ids[3], ids[1], ids[0], ids[3]])

    assert [(one.id, one.result) for one in found] == [
        (999_999, "unknown"),
        (ids[3], "cancelled"),
        (ids[1], "ended"),
        (ids[0], "too_late"),
        (ids[3], "cancelled"),
    ]
    assert idle.message(message.id).counts == {"sending": 1, "cancelled": 2, "scheduled": 1}


def test_of_a_cancellation_and_a_claim_one_wins(idle: Hub) -> None:
    message = idle.send("Hello", to=[{"telegram": str(i)} for i in range(1, 101)])
    ids = [delivery.id or 0 for delivery in message.deliveries or ()]

    with ThreadPoolExecutor(4) as pool:
        claims = [pool.submit(claim, idle, 10) for _ in range(5)]
        found = [one for part in pool.map(idle.cancel_deliveries, [ids[i::4] for i in range(4)]) for one in part]

    cancelled = sum(one.result == "cancelled" for one in found)
    assert cancelled + sum(one.result() for one in claims) == 100
    assert {one.result for one in found} <= {"cancelled", "too_late"}


def test_the_state_of_many_is_told_in_the_order_asked(idle: Hub) -> None:
    message = idle.send("Hello", to=[{"telegram": "1"}, {"telegram": "2"}], at=LATER)
    ids = [delivery.id or 0 for delivery in message.deliveries or ()]

    found = idle.deliveries_by_id([ids[1], 999_999, ids[0]])

    assert [(one.id, one.delivery and one.delivery.status) for one in found] == [
        (ids[1], "scheduled"),
        (999_999, None),
        (ids[0], "scheduled"),
    ]


def test_what_is_not_there_is_neither_changed_nor_retried(idle: Hub) -> None:
    with pytest.raises(NotFound):
        idle.change(NO_ID, text="x")
    with pytest.raises(NotFound):
        idle.retry(NO_ID)


def test_a_batch_of_the_library_answers_each_message_for_itself(idle: Hub) -> None:
    good = {"text": "Hello", "recipients": [{"telegram": "1"}], "send_at": LATER}

    first, second = idle.send_many([good, {**good, "text": ""}])

    assert not isinstance(first, InvalidRequest)
    assert first.accepted == 1
    assert isinstance(second, InvalidRequest)
    assert second.faults[0].path == "$.messages[1].text"
