"""What is said of a channel from how its calls ended."""

from __future__ import annotations

import pytest

from notifyhub.domain import health
from notifyhub.domain.health import WORDS, Health, Pulse

SENT, REFUSED = Pulse("sent", "200", 3, 50), Pulse("permanent_failure", "403", 1, 60)
BROKEN, LOST = Pulse("temporary_failure", "500", 2, 70), Pulse("unconfirmed", "timeout", 1, 80)
LONG_AGO = Pulse("sent", "200", 0, 5)


@pytest.mark.parametrize(
    ("pulses", "state"),
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
def test_one_word_for_how_calls_ended(pulses: list[Pulse], state: Health) -> None:
    assert health.health(pulses) is state
    assert WORDS[state]


def test_an_answer_is_whatever_the_messenger_said_and_no_silence() -> None:
    assert health.last_answered([SENT, BROKEN, LOST]) == 70
    assert health.last_sent([SENT, BROKEN, LOST]) == 50
    assert health.last_trouble([SENT, BROKEN, LOST]) is LOST


def test_of_nothing_nothing_is_said() -> None:
    assert (health.last_answered([]), health.last_sent([]), health.last_trouble([SENT])) == (None, None, None)
