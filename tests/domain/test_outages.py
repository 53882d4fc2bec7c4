"""When a messenger is away, and when only a few messages are at fault."""

from __future__ import annotations

from notifyhub.domain.outages import AWAY_AFTER, AWAY_AT_MOST_MS, Outages

NOW = 1_700_000_000_000


def outages() -> Outages:
    return Outages(base_s=1.0, cap_s=60.0)


def fail(known: Outages, times: int, sender: str = "", now: int = NOW) -> bool:
    """Whether the messenger is to blame for the last of these failures."""
    return [known.failed(sender, now) for _ in range(times)][-1]


def test_a_messenger_that_takes_nothing_for_a_while_is_away() -> None:
    assert not fail(known := outages(), AWAY_AFTER - 1)
    assert fail(known, 1)


def test_one_answer_in_between_shows_that_it_is_not() -> None:
    fail(known := outages(), AWAY_AFTER)

    known.answered("")

    assert not fail(known, AWAY_AFTER - 1)


def test_senders_are_counted_apart() -> None:
    fail(known := outages(), AWAY_AFTER, "alerts")

    assert not fail(known, 1, "other")


def test_what_fails_for_longer_than_any_outage_is_the_messages_own_fault() -> None:
    fail(known := outages(), AWAY_AFTER)

    assert fail(known, 1, now=NOW + AWAY_AT_MOST_MS - 1)
    assert not fail(known, 1, now=NOW + AWAY_AT_MOST_MS)


def test_tries_become_rarer_up_to_the_longest_pause() -> None:
    known = outages()

    pauses = [known.next_try("", NOW) - NOW for _ in range(8)]

    assert pauses == [1_000, 2_000, 4_000, 8_000, 16_000, 32_000, 60_000, 60_000]


def test_an_answer_starts_the_pauses_again() -> None:
    known = outages()
    for _ in range(5):
        known.next_try("", NOW)

    known.answered("")

    assert known.next_try("", NOW) == NOW + 1_000
