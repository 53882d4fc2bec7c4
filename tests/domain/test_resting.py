"""What people read of a delivery whose sender rests."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from notifyhub.domain import resting
from notifyhub.domain.circuit_breaker import CONFIGURATION, State
from notifyhub.domain.resting import Rest
from tests.domain.test_story import SUBJECT, T0, after

REST = Rest("telegram", "", State.OPEN, T0, after(30), "messenger_error", "503", "")


def following(now_s: float = 10, due_s: float = 0, **members: Any) -> str:
    subject = replace(SUBJECT, due_at=after(due_s), spent=1)
    return resting.next_step(subject, replace(REST, **members), "Otherwise.", T0 + timedelta(seconds=now_s))


def test_it_says_since_when_why_and_when_the_next_try_is() -> None:
    assert following() == (
        "Waits for its sender: telegram rests since 2026-12-01 07:00:00 UTC: Telegram fails most calls, the last one "
        "with 503: it has an error of its own. The next try is at 2026-12-01 07:00:30 UTC, in 20 s. Waiting spends "
        "nothing: attempt 2 of 5 is next when the sender goes on."
    )


def test_a_wrong_set_up_says_what_to_mend() -> None:
    words = following(reason=CONFIGURATION, code="401", mend="NOTIFYHUB_TELEGRAM_TOKEN")

    assert "Telegram refuses its account (code 401); look at NOTIFYHUB_TELEGRAM_TOKEN." in words


def test_another_account_is_named() -> None:
    assert "sender alerts of telegram rests since" in following(sender="alerts")


def test_a_hung_messenger_is_told_in_words() -> None:
    assert "the last one with timeout: no response arrived in time" in following(reason="unconfirmed", code="timeout")


def test_a_trickle_is_told() -> None:
    assert "It tries again now, with few calls at once." in following(state=State.HALF_OPEN)


def test_a_try_that_nobody_makes_points_to_the_doctor() -> None:
    assert "notifyhub doctor" in following(now_s=90)


@pytest.mark.parametrize("due_s", [31, 86_400])
def test_what_is_due_later_waits_for_its_time_first(due_s: float) -> None:
    assert following(due_s=due_s).startswith("Otherwise. Until then its sender may go on: telegram rests since")


def test_its_end_is_told_as_well() -> None:
    subject = replace(SUBJECT, expires_at=after(60))

    assert resting.next_step(subject, REST, "", T0).endswith("Nothing is sent after 2026-12-01 07:01:00 UTC.")
