"""The figures of a report are those of the statistics."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from notifyhub import Hub
from notifyhub.domain.report_days import Day, day_of
from notifyhub.domain.states import Status
from notifyhub.domain.zones import zone_of
from notifyhub.reports.by_hand import figures_of
from notifyhub.reports.figures import OUTCOMES, Figures
from notifyhub.reports.html import html
from notifyhub.reports.text import text
from notifyhub.settings import Settings
from tests.conftest import HubMaker
from tests.emulated import RunningEmulator
from tests.mailings.conftest import ended, fill
from tests.reports.conftest import database_of, noon_zone

Ask = Callable[..., Figures]


@pytest.fixture
def hub(make_hub: HubMaker, database_url: str) -> Hub:
    return make_hub(database_url=database_url, report={"timezone": noon_zone()})


@pytest.fixture
def figures(hub: Hub, quick: Callable[..., Settings]) -> Ask:
    """The figures of today, or of a day so many days away."""
    settings = quick(report={"timezone": noon_zone()})

    def ask(days: int = 0) -> Figures:
        return figures_of(database_of(hub), settings, today() + timedelta(days=days))

    return ask


def today() -> date:
    return day_of(datetime.now(UTC), zone_of(noon_zone()))


def outcomes(by_status: dict[str, int]) -> dict[str, int]:
    return {name: sum(by_status[status] for status in statuses) for name, statuses in OUTCOMES.items()}


def play(hub: Hub, emulator: RunningEmulator) -> Any:
    """A mailing that partly fails, a message, one that waits, and one that was cancelled."""
    emulator.faults(failure_rate=0.4, failure="blocked")
    fill(hub, 20)
    hub.clients.create("79990000001")
    mailing = ended(hub, hub.mailings.create("Осенняя <b>распродажа</b>", "Hello", ["telegram"]))
    emulator.faults()
    hub.wait(hub.send("Hi", to={"gateway": "79031112233"}), timeout_s=10)
    later = datetime.now(UTC) + timedelta(days=1)
    hub.send("Later", to={"gateway": "79031112234"}, at=later)
    hub.cancel(hub.send("Never", to={"viber": "EGAZ3SZRi6zW1D0uNYhQHg=="}, at=later).id)
    return mailing


def test_the_day_and_its_channels_are_counted_as_the_statistics_do(
    hub: Hub, emulator: RunningEmulator, figures: Ask
) -> None:
    play(hub, emulator)

    day = figures().day
    counted = hub.stats.overall(created_from=day.begins, created_to=day.ends)

    assert figures().by_outcome == outcomes(counted.by_status)
    assert figures().by_channel == {channel: outcomes(counts) for channel, counts in counted.by_channel.items()}
    assert figures().accepted == counted.deliveries == 23


def test_the_hours_add_up_to_the_day(hub: Hub, emulator: RunningEmulator, figures: Ask) -> None:
    play(hub, emulator)

    found = figures()

    assert [hour.begins.hour for hour in found.hours] == list(range(24))
    summed = {name: sum(hour.by_outcome[name] for hour in found.hours) for name in OUTCOMES}
    assert summed == found.by_outcome


def test_a_mailing_is_counted_as_its_own_statistics_do(hub: Hub, emulator: RunningEmulator, figures: Ask) -> None:
    mailing = play(hub, emulator)

    [found] = figures().mailings
    counted = hub.mailings.stats(mailing.id)

    assert (found.id, found.name, found.status) == (mailing.id, mailing.name, "finished")
    assert (found.matched, found.accepted, found.unreachable) == (21, counted.total, 1) == (21, 20, 1)
    assert found.by_outcome == outcomes(counted.by_status)
    assert found.reasons == counted.by_reason
    assert found.reasons["recipient_blocked"] == counted.by_status[Status.FAILED] > 0


def test_a_mailing_is_told_of_on_every_day_on_which_it_was_in_progress(hub: Hub, figures: Ask) -> None:
    fill(hub, 2)
    over = ended(hub, hub.mailings.create("Over", "Hello", ["telegram"]))
    hub.mailings.create("Not yet", "Hello", ["telegram"], starts_at=datetime.now(UTC) + timedelta(days=2))
    hub.mailings.create("Draft", "Hello", ["telegram"], draft=True)
    never = hub.mailings.create("Deleted", "Hello", ["telegram"], draft=True)
    hub.mailings.delete(never.id)
    joined = hub.mailings.create(
        "Goes on", "Hi", ["telegram"], late_joiners=True, ends_at=datetime.now(UTC) + timedelta(days=3)
    )

    assert [mailing.id for mailing in figures().mailings] == [joined.id, over.id]
    assert [mailing.id for mailing in figures(days=1).mailings] == [joined.id]
    assert figures(days=-1).mailings == []


def test_text_and_html_have_the_same_figures(hub: Hub, emulator: RunningEmulator, figures: Ask) -> None:
    play(hub, emulator)
    found = figures()
    failed, sent = found.by_outcome["failed"], found.by_outcome["sent"]

    plain, page = text(found), html(found, "chart")

    assert f"failed {failed}" in plain
    assert f"sent {found.mailings[0].by_outcome['sent']}, failed {failed}" in plain
    assert f"recipient_blocked {failed}" in plain
    assert f"recipient_blocked {failed}" in page
    row = [line.split() for line in plain.splitlines() if line.startswith("all")]
    assert row == [["all", "23", str(sent), str(failed), "1", "1"]]
    for number in (sent, failed):
        assert f">{number}</td>" in page


def test_names_of_mailings_cannot_become_html(hub: Hub, emulator: RunningEmulator, figures: Ask) -> None:
    play(hub, emulator)

    page = html(figures(), "chart")

    assert "Осенняя &lt;b&gt;распродажа&lt;/b&gt;" in page
    assert "<b>распродажа" not in page


def test_a_day_without_anything_is_told_in_a_sentence(figures: Ask) -> None:
    found = figures(days=-1)

    assert found.accepted == 0
    for told in (text(found), html(found, None)):
        assert "No mailing was in progress on this day, and nothing was accepted." in told
        assert "by mailings and as single messages" not in told


def test_hours_of_a_zone_half_an_hour_off_are_counted_once() -> None:
    kolkata = Day(date(2026, 11, 27), zone_of("Asia/Kolkata"))

    assert len(kolkata.hours) == 24
    assert kolkata.begins_ms <= kolkata.hours.start * 3_600_000 < kolkata.begins_ms + 3_600_000


def test_of_many_mailings_the_newest_are_told_of_and_the_others_counted(hub: Hub, figures: Ask) -> None:
    for number in range(52):
        hub.mailings.create(f"Mailing {number:02}", "Hello", ["telegram"])
    while figures().in_progress < 52:
        pass

    plain, page = text(figures()), html(figures(), None)

    for told in (plain, page):
        assert "52 mailings" in told
        assert told.count("Mailing ") == 50
        assert "Mailing 51" in told
        assert "and 2 more" in told
