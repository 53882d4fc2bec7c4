"""Statistics: counters that always equal the rows."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from notifyhub import Conflict, Hub, InvalidRequest
from notifyhub.domain.states import Status
from notifyhub.hub import core_of
from tests.conftest import HubMaker
from tests.emulated import RunningEmulator
from tests.mailings.conftest import counted, ended, fill, statuses
from tests.mailings.counters import counters_of, rows_of


def recount(hub: Hub) -> None:
    """Compare all counters with the rows."""
    assert counters_of(core_of(hub)) == rows_of(core_of(hub))


def test_counters_equal_the_rows_whatever_becomes_of_deliveries(hub: Hub, emulator: RunningEmulator) -> None:
    emulator.faults(failure_rate=0.3, failure="blocked")
    fill(hub, 30)
    mailing = ended(hub, hub.mailings.create("Sale", "Hello", ["telegram"]))
    later = hub.send("Later", to=[{"telegram": "1"}, {"gateway": "79031112233"}], at=datetime.now(UTC) + timedelta(1))
    hub.cancel(later.id)
    recount(hub)

    emulator.faults()
    done = hub.mailings.retry_failed(mailing.id)

    assert done.retried == mailing.counts["failed"] > 0
    assert counted(ended(hub, mailing)) == {"sent": 30} == statuses(hub, mailing)
    recount(hub)


def test_the_statistics_of_a_mailing_say_where_it_failed_and_why(hub: Hub, emulator: RunningEmulator) -> None:
    emulator.faults(failure_rate=1, failure="blocked")
    fill(hub, 6)
    hub.clients.create("79990000001")

    mailing = ended(hub, hub.mailings.create("Sale", "Hello", ["telegram"]))
    stats = hub.mailings.stats(mailing.id)

    assert (stats.total, stats.matched, stats.unreachable, stats.expanded, stats.progress) == (6, 7, 1, True, 1.0)
    assert len(stats.by_status) == len(Status)
    assert stats.by_status["failed"] == 6
    assert stats.by_channel["telegram"]["failed"] == 6
    assert {code: counts["failed"] for code, counts in stats.by_operator_code.items()} == {"903": 4, "905": 2}
    assert sum(stats.by_reason.values()) == 6


def test_everything_is_counted_together_too(hub: Hub, emulator: RunningEmulator) -> None:
    fill(hub, 3)
    ended(hub, hub.mailings.create("Sale", "Hello", ["telegram"]))
    hub.mailings.create("Draft", "Hello", ["telegram"], draft=True)
    hub.wait(hub.send("Hi", to={"gateway": "79031112233"}), timeout_s=10)

    stats = hub.stats.overall(by="day")

    assert (stats.deliveries, stats.by_status["sent"], stats.by_channel["gateway"]["sent"]) == (4, 4, 1)
    assert (stats.mailings["finished"], stats.mailings["draft"], stats.mailings["paused"]) == (1, 1, 0)
    assert stats.periods
    assert sum(period.by_status["sent"] for period in stats.periods) == 4
    assert hub.stats.overall(created_from="2126-01-01T00:00Z").deliveries == 0
    assert hub.stats.overall(created_to=datetime.now(UTC), created_from="2020-01-01T00:00Z").deliveries == 4


def test_what_is_wrong_with_a_question_is_named(make_hub: HubMaker) -> None:
    hub = make_hub(worker=False)

    with pytest.raises(InvalidRequest) as caught:
        hub.stats.overall(by="year", created_from="yesterday")  # type: ignore[arg-type]

    assert [fault.path for fault in caught.value.faults] == ["created_from", "by"]


def test_what_failed_is_not_retried_after_the_end(hub: Hub, emulator: RunningEmulator) -> None:
    fill(hub, 1)
    mailing = hub.mailings.create("Sale", "Hello", ["telegram"], draft=True)

    with pytest.raises(Conflict, match="is draft: nothing of it is sent"):
        hub.mailings.retry_failed(mailing.id)
    hub.mailings.cancel(mailing.id)
    with pytest.raises(Conflict, match="is cancelled: nothing of it is sent"):
        hub.mailings.retry_failed(mailing.id)
