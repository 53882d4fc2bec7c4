"""The preview of a mailing: its counts are those of the outcome."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from notifyhub import Hub, InvalidRequest
from tests.emulated import RunningEmulator
from tests.mailings.conftest import counted, ended, fill


def test_a_previews_counts_equal_the_outcome(hub: Hub, emulator: RunningEmulator) -> None:
    now = datetime.now(UTC)
    fill(hub, 9, timezone="+00:00")
    hub.clients.create("79990000001", tags=["even"], timezone="+00:00")
    hub.clients.create("79990000002", addresses={"telegram": "5"}, opted_out=True, tags=["even"], timezone="+00:00")
    hub.clients.create("79990000003", addresses={"telegram": "6"}, tags=["even"], timezone="+08:00")
    hub.clients.create("79990000004", addresses={"telegram": "1000000"}, tags=["even", "x"], timezone="+00:00")
    window = {
        "from": (now - timedelta(hours=1)).strftime("%H:%M"),
        "to": (now + timedelta(hours=1)).strftime("%H:%M"),
    }
    draft = hub.mailings.create(
        "Sale",
        "Hello",
        ["telegram"],
        audience={"tag": "even"},
        send_window=window,
        ends_at=now + timedelta(hours=2),
        draft=True,
    )

    seen = hub.mailings.preview(draft.id)
    hub.mailings.start(draft.id)
    done = ended(hub, draft)

    assert (seen.matched, seen.deliveries, seen.audience_words) == (9, 5, "tag even")
    assert seen.by_tag == {"even": 9, "x": 1}
    assert seen.by_timezone == {"+00:00": 8, "+08:00": 1}
    assert seen.by_operator_code == {"999": 4, "903": 3, "905": 2}
    assert counted(done) == {"sent": seen.deliveries, "expired": seen.window_closed}
    assert (done.matched, done.duplicates) == (seen.matched, seen.duplicates)
    assert (done.unreachable, done.opted_out) == (seen.unreachable, seen.opted_out)
    assert (seen.duplicates, seen.unreachable, seen.opted_out, seen.window_closed) == (1, 1, 1, 1)
    assert seen.takes_s is None


def test_a_preview_leaves_out_whom_no_messenger_reaches(hub: Hub, emulator: RunningEmulator) -> None:
    fill(hub, 4)
    emulator.script("telegram", "1000001", "blocked")
    ended(hub, hub.mailings.create("First", "Hello", ["telegram"]))
    hub.reachability.suppress("telegram", "1000002")

    def previewed(**members: bool) -> tuple[int, int]:
        seen = hub.mailings.preview_as({"text": "Again", "channels": ["telegram"], **members})
        return seen.deliveries, seen.refused

    assert previewed() == (2, 2)
    assert previewed(ignore_reachability=True) == (3, 1)


def test_a_preview_tells_how_long_it_takes_and_what_will_not_fit(hub: Hub, emulator: RunningEmulator) -> None:
    fill(hub, 60)
    ended(hub, hub.mailings.create("First", "Hello", ["telegram"]))
    hub.close()  # writes what was counted of the calls
    hub.open()

    asked = {"text": "Again", "channels": ["telegram"], "ends_at": datetime.now(UTC) + timedelta(seconds=30)}
    seen = hub.mailings.preview_as(asked)

    assert 0 < seen.rate_s["telegram"] <= 1
    assert seen.takes_s == pytest.approx(60 / seen.rate_s["telegram"], rel=0.02)
    assert seen.will_not_fit
    assert 25 <= seen.will_not_fit <= 60


def test_a_few_messages_tell_no_pace(hub: Hub, emulator: RunningEmulator) -> None:
    fill(hub, 3)
    ended(hub, hub.mailings.create("First", "Hello", ["telegram"]))
    hub.close()
    hub.open()

    seen = hub.mailings.preview_as({"text": "Again", "channels": ["telegram"]})

    assert (seen.deliveries, seen.rate_s, seen.takes_s) == (3, {}, None)


def test_nothing_is_sent_again_that_everybody_has(hub: Hub, emulator: RunningEmulator) -> None:
    fill(hub, 4)
    ended(hub, hub.mailings.create("First", "Hello", ["telegram"]))

    seen = hub.mailings.preview_as({"text": "Hello", "channels": ["telegram"]})

    assert (seen.deliveries, seen.duplicates) == (0, 4)


def test_what_is_wrong_with_a_preview_is_named(hub: Hub) -> None:
    with pytest.raises(InvalidRequest) as caught:
        hub.mailings.preview_as({"channels": ["telegram"], "audience": {"colour": 1}})

    assert {fault.path for fault in caught.value.faults} == {"$.text", "$.audience.colour"}
