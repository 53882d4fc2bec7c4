"""why."""

from __future__ import annotations

from tests.cli.conftest import Run

LATER = "2126-12-01T10:00:00+03:00"


def test_why_tells_the_story_of_a_delivery_and_of_a_message(run_here: Run) -> None:
    sent = run_here("send", "Hi", "--to", "telegram=1", "--wait", "20", "--json").json

    by_message, by_delivery = run_here("why", sent["id"]), run_here("why", str(sent["deliveries"][0]["id"]))

    assert by_message.out == by_delivery.out
    assert "Telegram accepted it under its id" in by_delivery.out
    assert run_here("why", sent["id"], "--json").json[0]["status"] == "sent"


def test_why_of_a_duplicate_names_the_delivery_that_counts(run_here: Run) -> None:
    run_here("send", "Hi", "--to", "telegram=1", "--at", LATER)
    again = run_here("send", "Hi", "--to", "telegram=1", "--json").json

    assert "see delivery 1, which is now scheduled" in run_here("why", again["id"]).out


def test_why_of_what_is_not_there_ends_with_3(run_here: Run) -> None:
    assert (run_here("why", "17").code, run_here("why", "17").complaint) == (3, "there is no delivery 17")


def test_the_call_to_the_messenger_is_shown_without_secrets(run_here: Run) -> None:
    run_here("send", "Hello", "--to", "telegram=1067000", "--at", "2126-12-01T10:00:00+03:00")

    ended = run_here("why", "1", "--request")

    assert ended.out.startswith("POST http://")
    assert '"chat_id":1067000' in ended.out
    assert "emulated" not in ended.out
