"""The report of the day before arrives once, whatever happens to schedulers and mail servers."""

from __future__ import annotations

import json
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

import pytest

from notifyhub.clock import now_ms
from notifyhub.reports.post import Compose, PostFailed, post_of
from notifyhub.settings import Settings
from notifyhub.store import reports
from notifyhub.store.reports import Standing
from notifyhub_cli.report_check import seen_of
from tests.conftest import HubMaker
from tests.mailbox import Mailbox, mailbox
from tests.reports.conftest import Scheduler, account

Make = Callable[..., Scheduler]


def standing(scheduler: Scheduler) -> Standing:
    found = scheduler.database.read(reports.latest).result()
    assert found is not None
    return found


def test_a_running_hub_sends_it_by_itself(make_hub: HubMaker, reporting: Callable[..., Settings], box: Mailbox) -> None:
    settings = reporting()

    make_hub(database_url=settings.database_url, report=settings.report, **account(box))

    assert box.arrived.acquire(timeout=30)
    assert box.read_by == ["ann@shop.example"]


def test_three_schedulers_send_one_mail(reporting: Callable[..., Settings], scheduler: Make, box: Mailbox) -> None:
    settings = reporting()
    three, together = [scheduler(settings) for _ in range(3)], Barrier(3)

    def sweep(one: Scheduler) -> None:
        together.wait()
        for _ in range(5):
            one.sweep(minutes_later=0.1)

    with ThreadPoolExecutor(3) as threads:
        list(threads.map(sweep, three))

    assert box.read_by == ["ann@shop.example"]
    assert (standing(three[0]).state, standing(three[0]).tries) == ("sent", 1)


def test_a_new_process_does_not_send_it_again(
    reporting: Callable[..., Settings], scheduler: Make, box: Mailbox
) -> None:
    scheduler(reporting()).sweep()
    scheduler(reporting()).sweep(minutes_later=30)

    assert len(box.mails) == 1


def test_before_its_time_it_is_not_sent(reporting: Callable[..., Settings], scheduler: Make, box: Mailbox) -> None:
    scheduler(reporting(at="23:00")).sweep()

    assert box.mails == []


def test_each_address_gets_a_mail_of_its_own(reporting: Callable[..., Settings], scheduler: Make, box: Mailbox) -> None:
    scheduler(reporting("ann@shop.example, bob@shop.example, ann@shop.example")).sweep()

    assert box.read_by == ["ann@shop.example", "bob@shop.example"]
    assert [mail.read["To"] for mail in box.mails] == box.read_by
    assert len({mail.read["Message-ID"] for mail in box.mails}) == 2


def test_a_server_that_refuses_is_asked_again_after_5_minutes_and_not_before(
    reporting: Callable[..., Settings], scheduler: Make, box: Mailbox
) -> None:
    box.refused = {"ann@shop.example": "550 5.1.1 nobody here"}
    one = scheduler(reporting())
    one.sweep()
    row = standing(one)
    assert (row.state, row.tries) == ("failed", 1)
    assert "550" in row.detail
    assert "nobody here" in row.detail

    box.refused = {}
    one.sweep(minutes_later=4)
    assert box.mails == []
    one.sweep(minutes_later=2)

    assert len(box.mails) == 1
    assert (standing(one).state, standing(one).tries, standing(one).detail) == ("sent", 2, "")


def test_only_the_addresses_that_were_refused_are_tried_again(
    reporting: Callable[..., Settings], scheduler: Make, box: Mailbox
) -> None:
    box.refused = {"bob@shop.example": "450 4.2.0 later"}
    one = scheduler(reporting("ann@shop.example,bob@shop.example,eve@shop.example"))
    one.sweep()
    assert box.read_by == ["ann@shop.example", "eve@shop.example"]
    assert json.loads(standing(one).accepted) == box.read_by

    box.refused = {}
    one.sweep(minutes_later=6)

    assert box.read_by == ["ann@shop.example", "eve@shop.example", "bob@shop.example"]


def test_a_server_that_is_away_gets_it_when_it_is_back(reporting: Callable[..., Settings], scheduler: Make) -> None:
    with mailbox() as gone:
        settings = reporting(**account(gone))
    one = scheduler(settings)
    for minutes in (0, 6, 11):
        one.sweep(minutes)
    row = standing(one)
    assert (row.state, row.tries) == ("failed", 3)
    assert row.due_at - row.updated_at == 20 * 60_000

    with mailbox(port=gone.port) as back:
        one.sweep(minutes_later=21)
        assert back.read_by == ["ann@shop.example"]


def test_when_the_day_is_over_a_failed_report_is_given_up(
    reporting: Callable[..., Settings], scheduler: Make, box: Mailbox
) -> None:
    box.answer = "554 no"
    one = scheduler(reporting())
    one.sweep()
    failed = standing(one)

    box.answer = "250 OK"
    one.sweep(minutes_later=13 * 60)

    assert len(box.mails) == 1
    assert failed.day not in box.mails[0].read["Subject"]
    assert standing(one).day > failed.day


def test_a_process_that_was_killed_is_followed_by_another(
    reporting: Callable[..., Settings], scheduler: Make, box: Mailbox
) -> None:
    settings = reporting("ann@shop.example,bob@shop.example")
    other = scheduler(settings)

    def die_at_the_second(compose: Compose) -> None:
        if box.mails:
            raise KeyboardInterrupt
        post = post_of(settings)
        assert post is not None
        post(compose)

    with pytest.raises(KeyboardInterrupt):
        scheduler(settings, die_at_the_second).sweep()
    other.sweep(minutes_later=2)
    assert box.read_by == ["ann@shop.example"]
    other.sweep(minutes_later=2)

    assert box.read_by == ["ann@shop.example", "bob@shop.example"]
    assert (standing(other).state, standing(other).tries) == ("sent", 2)


def test_a_process_that_is_too_slow_stops_when_another_has_taken_over(
    reporting: Callable[..., Settings], scheduler: Make, box: Mailbox
) -> None:
    settings = reporting("ann@shop.example,bob@shop.example")
    other = scheduler(settings)

    def wait_too_long(compose: Compose) -> None:
        other.sweep(minutes_later=4)
        raise PostFailed("took too long")

    slow = scheduler(settings, wait_too_long)
    slow.sweep()

    assert box.read_by == ["ann@shop.example", "bob@shop.example"]
    assert (standing(slow).state, standing(slow).tries) == ("sent", 2)


def test_a_mail_sent_twice_can_be_known_by_its_id(
    reporting: Callable[..., Settings], scheduler: Make, box: Mailbox
) -> None:
    """A kill between the server's answer and the row: the only case in which it arrives twice."""
    one = scheduler(reporting())
    one.sweep()
    one.database.write(_forget, None).result()

    scheduler(reporting()).sweep()

    first, again = (mail.read for mail in box.mails)
    assert first["Message-ID"] == again["Message-ID"]
    assert first["Message-ID"].endswith("@shop.example>")


def _forget(database: Any, items: Any) -> list[None]:
    database.execute_sql("DELETE FROM reports")
    return [None] * len(items)


def test_doctor_tells_of_a_report_that_fails_and_of_one_that_was_sent(
    reporting: Callable[..., Settings], scheduler: Make, box: Mailbox
) -> None:
    box.refused = {"ann@shop.example": "550 5.1.1 nobody here"}
    settings = reporting()
    one = scheduler(settings)
    one.sweep()

    failed = seen_of(settings, standing(one), now_ms())
    given_up = seen_of(settings, standing(one), now_ms() + 24 * 3_600_000)
    box.refused = {}
    one.sweep(minutes_later=6)
    sent = seen_of(settings, standing(one), now_ms())

    assert failed is not None
    assert given_up is not None
    assert sent is not None
    assert [good for good, _, _ in (failed, given_up, sent)] == [False, False, True]
    assert "(1 try; tried again after " in failed[1]
    assert failed[1].endswith("ann@shop.example: the mail server said 550 5.1.1 nobody here")
    assert "(1 try; not tried again)" in given_up[1]
    assert f"that of {standing(one).day} was sent" in sent[1]


def test_a_hub_that_stops_notes_the_mail_that_is_on_its_way(
    make_hub: HubMaker, reporting: Callable[..., Settings], scheduler: Make, box: Mailbox
) -> None:
    settings = reporting("ann@shop.example,bob@shop.example")
    box.going.clear()
    hub = make_hub(database_url=settings.database_url, report=settings.report, drain_s=30, **account(box))
    assert box.arrived.acquire(timeout=30)

    with ThreadPoolExecutor(1) as threads:
        closing = threads.submit(hub.close)
        box.going.set()
        closing.result()
    other = scheduler(settings)
    other.sweep()

    assert sorted(box.read_by) == ["ann@shop.example", "bob@shop.example"]
    assert standing(other).state == "sent"
