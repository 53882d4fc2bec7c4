"""What is said of a channel from how its calls ended."""

from __future__ import annotations

import pytest

from notifyhub.domain import health
from notifyhub.domain.health import WORDS, CallCount, Health

SENT, REFUSED = CallCount("sent", "200", 3, 50), CallCount("permanent_failure", "403", 1, 60)
BROKEN, LOST = CallCount("temporary_failure", "500", 2, 70), CallCount("unconfirmed", "timeout", 1, 80)
LONG_AGO = CallCount("sent", "200", 0, 5)


@pytest.mark.parametrize(
    ("counts", "state"),
    [
        ([], Health.IDLE),
        ([LONG_AGO], Health.IDLE),
        ([SENT], Health.OK),
        ([SENT, REFUSED], Health.OK),
        ([SENT, BROKEN], Health.UNSTEADY),
        ([BROKEN, LOST], Health.FAILING),
        ([LONG_AGO, BROKEN], Health.FAILING),
    ],
)
def test_one_word_for_how_calls_ended(counts: list[CallCount], state: Health) -> None:
    assert health.health(counts) is state
    assert WORDS[state]


def test_an_answer_is_whatever_the_messenger_said_and_no_silence() -> None:
    assert health.last_answered([SENT, BROKEN, LOST]) == 70
    assert health.last_sent([SENT, BROKEN, LOST]) == 50
    assert health.last_trouble([SENT, BROKEN, LOST]) is LOST


def test_of_nothing_nothing_is_said() -> None:
    assert (health.last_answered([]), health.last_sent([]), health.last_trouble([SENT])) == (None, None, None)
