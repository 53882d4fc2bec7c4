"""What people read who ask why."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from notifyhub.domain import story
from notifyhub.domain.states import Status
from notifyhub.domain.story import Subject, Told, Try

T0 = datetime(2026, 12, 1, 7, tzinfo=UTC)
SUBJECT = Subject(
    channel="telegram",
    address="42",
    status=Status.SCHEDULED,
    created_at=T0,
    send_at=None,
    expires_at=None,
    due_at=T0,
    spent=0,
    max_attempts=5,
    on_unconfirmed="at_least_once",
    lease_until=None,
    reason=None,
    messenger_id=None,
    tries=(),
)


def after(seconds: float) -> datetime:
    return T0 + timedelta(seconds=seconds)


def called(number: int, outcome: str, code: str, at: float = 0) -> Try:
    return Try(number, after(at), after(at + 0.04), outcome, code, "")


def lookup(channel: str, this: Try) -> tuple[str, bool] | None:
    return {"429": ("rate_limited", True), "403": ("recipient_blocked", False), "500": ("messenger_error", False)}.get(
        this.code
    )


def told(**members: Any) -> list[tuple[str, str]]:
    return [(event.event, event.words) for event in story.events(replace(SUBJECT, **members), lookup)]


def following(now: datetime = T0, **members: Any) -> str:
    return story.next_step(replace(SUBJECT, **members), lookup, now)


def test_a_deferred_one_says_until_when_it_waits() -> None:
    assert told(send_at=after(3600))[1] == ("deferred", "Scheduled for 2026-12-01 08:00:00 UTC.")
    assert following(due_at=after(3600)) == "Will be sent at 2026-12-01 08:00:00 UTC, in 60 minutes: attempt 1 of 5."


def test_a_send_at_in_the_past_was_no_wait() -> None:
    assert [event for event, _ in told(send_at=after(-3600))] == ["accepted"]


def test_an_accepted_call_names_the_id_at_the_messenger() -> None:
    tries = (called(1, "sent", "200"),)

    assert told(status=Status.SENT, tries=tries, messenger_id="17")[1:] == [
        ("attempt", "Attempt 1 (40 ms): Telegram accepted it under its id 17.")
    ]


def test_a_refusal_says_the_code_and_what_it_means() -> None:
    tries = (called(1, "permanent_failure", "403"),)

    assert [words for _, words in told(status=Status.FAILED, tries=tries, reason="recipient_blocked")[1:]] == [
        "Attempt 1 (40 ms): Telegram refused it for good (code 403): the person does not want messages from this "
        "sender.",
        "Given up: the person does not want messages from this sender.",
    ]


def test_a_pause_that_the_messenger_wants_is_told_apart_from_a_retry_of_ours() -> None:
    tries = (
        called(1, "temporary_failure", "429"),
        called(2, "temporary_failure", "500", 7),
        called(3, "sent", "200", 8),
    )

    waits = [words for event, words in told(status=Status.SENT, tries=tries) if event == "retried"]

    assert waits == [
        "Retried after 7 s: Telegram asked for a pause, which does not count as an attempt.",
        "Retried after 960 ms.",
    ]


def test_a_pause_under_way_is_told() -> None:
    words = following(due_at=after(9), tries=(called(1, "temporary_failure", "429"),))

    assert words.startswith("Will be sent at 2026-12-01 07:00:09 UTC, in 9 s: ")
    assert words.endswith("then the pause that the messenger asked for is over; attempt 1 of 5.")


@pytest.mark.parametrize("code", ["timeout", "connection_lost", "worker_lost", "interrupted", "bad_answer"])
def test_a_lost_answer_is_sent_again_and_may_be_there_twice(code: str) -> None:
    tries = (called(1, "unconfirmed", code), called(2, "sent", "200", 2))

    words = [words for _, words in told(status=Status.SENT, tries=tries)]

    assert f"{code}: " in words[1]
    assert "it is unknown whether it was accepted" in words[1]
    assert "may have got it twice" in words[2]


def test_a_call_that_was_never_made_is_no_doubt() -> None:
    words = told(tries=(called(1, "temporary_failure", "not_connected"),))[1][1]

    assert words.endswith("not_connected: no connection could be made, so nothing was sent.")


def test_what_is_held_says_what_one_can_do() -> None:
    held = {"status": Status.UNCONFIRMED, "tries": (called(1, "unconfirmed", "timeout"),)}

    assert told(**held, on_unconfirmed="at_most_once")[-1] == (
        "held",
        "Held as unconfirmed: it must arrive at most once.",
    )
    assert "resolve" in following(**held)


def test_what_was_given_up_after_an_unknown_end_says_both() -> None:
    tries = (called(1, "unconfirmed", "timeout"), called(2, "temporary_failure", "500", 2))

    assert told(status=Status.UNCONFIRMED, reason="exhausted", tries=tries)[-1] == (
        "held",
        "Held as unconfirmed: no attempts are left, but an earlier attempt may have arrived.",
    )


def test_what_ended_says_whether_the_same_may_be_sent_again() -> None:
    assert "may be sent to the same address again" in following(status=Status.CANCELLED)
    doubtful = (called(1, "unconfirmed", "timeout"),)
    assert "counts as a duplicate" in following(status=Status.FAILED, tries=doubtful)


def test_what_came_too_late_says_when_its_end_was() -> None:
    assert told(status=Status.EXPIRED, expires_at=after(60), reason="too_late")[-1] == (
        "expired",
        "Expired (2026-12-01 07:01:00 UTC): it expired before it could be sent.",
    )


def test_a_cancelled_one_says_so_without_a_time_that_was_not_kept() -> None:
    last = story.events(replace(SUBJECT, status=Status.CANCELLED), lookup)[-1]

    assert (last.at, last.event) == (None, "cancelled")


def test_a_step_that_was_never_tried_is_not_said_to_lack_a_receipt() -> None:
    tried = told(status="superseded", reason="not_confirmed", tries=[called(1, "sent", "200")])
    waited = told(status="superseded", reason="not_confirmed")

    assert tried[-1][1] == "Gave way to the next step: no receipt said in time that it was delivered."
    assert waited[-1][1] == "Gave way to the next step: its turn did not come in time."


def test_what_is_due_and_does_not_go_says_where_to_look() -> None:
    assert "notifyhub doctor" in following(now=after(60), expires_at=after(90))


@pytest.mark.parametrize(
    ("policy", "words"), [("at_least_once", "sends it again"), ("at_most_once", "holds it as unconfirmed")]
)
def test_a_lost_worker_is_told_with_what_the_sweep_will_do(policy: str, words: str) -> None:
    under_way = {"status": Status.SENDING, "lease_until": after(30), "on_unconfirmed": policy}

    assert "A worker holds it" in following(**under_way)
    assert words in following(now=after(31), **under_way)


def test_a_receipt_and_a_resolution_are_told() -> None:
    doubtful = (called(1, "unconfirmed", "timeout"),)

    assert told(status=Status.SENT, tries=doubtful)[-1] == (
        "resolved",
        "An operator or the messenger said later that it was sent.",
    )


def test_receipts_are_told_with_their_moments() -> None:
    sent = (called(1, "sent", "0"),)
    read = (Told(after(5), "delivered", "delivered", ""), Told(after(9), "read", "seen", ""))
    events = story.events(replace(SUBJECT, channel="viber", status=Status.READ, tries=sent, receipts=read), lookup)

    assert [(event.at, event.words) for event in events[-2:]] == [
        (after(5), "Viber says that it was delivered."),
        (after(9), "Viber says that it was read."),
    ]


def test_a_failure_that_the_messenger_tells_of_later_is_told_with_its_code() -> None:
    failed = (Told(after(5), "failed", "131026", "Message undeliverable"),)
    events = story.events(
        replace(
            SUBJECT,
            channel="whatsapp",
            status=Status.FAILED,
            reason="recipient_unreachable",
            tries=(called(1, "sent", "200"),),
            receipts=failed,
        ),
        lookup,
    )

    assert [event.words for event in events[-2:]] == [
        "WhatsApp says that it did not arrive (code 131026): Message undeliverable.",
        "Given up: the person exists, but cannot receive this.",
    ]


def test_a_rest_for_a_wrong_account_is_told_as_no_attempt() -> None:
    tries = (called(1, "misconfigured", "401"), called(2, "sent", "200", at=60))

    assert "does not count as an attempt" in dict(told(status=Status.SENT, tries=tries))["retried"]


def test_a_duplicate_leads_to_the_delivery_that_counts() -> None:
    events, words = story.duplicate(SUBJECT, 7, "sent")

    assert [event.event for event in events] == ["accepted", "duplicate"]
    assert "delivery 7" in events[1].words
    assert words == "Nothing: see delivery 7, which is now sent."


@pytest.mark.parametrize("status", Status)
def test_there_is_a_next_step_for_every_status(status: Status) -> None:
    assert following(status=status).endswith(".")


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (-1, "0 ms"),
        (0.0404, "40 ms"),
        (1.25, "1.2 s"),
        (90, "90 s"),
        (600, "10 minutes"),
        (86_400, "24 hours"),
        (432_000, "5 days"),
    ],
)
def test_lengths_of_time_are_written_for_people(seconds: float, words: str) -> None:
    assert story.span(timedelta(seconds=seconds)) == words
