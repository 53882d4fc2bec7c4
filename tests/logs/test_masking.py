"""Messengers' answers and other lines, without people in them."""

from __future__ import annotations

import pytest

from notifyhub.logs import masking


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("call +7 (920) 123-45-67 now", "call *** now"),
        ("79201234567", "***"),
        ("write to bob.smith@example.org.", "write to ***."),
        ("message 01a1fd9d-2e91-70c5-aee9-108a46972697", "message 01a1fd9d-2e91-70c5-aee9-108a46972697"),
        (
            "GET https://user:pw@api.example.org:8/bot1:token/send?key=x failed",
            "GET https://api.example.org:8/*** failed",
        ),
        ("(http://127.0.0.1:9/?key=x): refused", "(http://127.0.0.1:9/***): refused"),
        ("mailing 7 of 12345678", "mailing 7 of 12345678"),
        ("code 131026, 2026-11-28T10:00:01.000Z", "code 131026, 2026-11-28T10:00:01.000Z"),
    ],
)
def test_people_and_secret_parts_of_urls_are_masked_and_ids_are_kept(given: str, kept: str) -> None:
    assert masking.without_people(given) == kept


def test_an_answer_loses_the_address_and_the_text_of_its_delivery() -> None:
    assert (
        masking.answer('chat 1067000: cannot send "Hello Bob"', "1067000", "Hello Bob") == 'chat ***: cannot send "***"'
    )


def test_a_long_answer_is_cut() -> None:
    assert masking.answer("word " * 100, "1", "x") == f"{('word ' * 40)}…"
