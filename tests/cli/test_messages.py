"""send, status, cancel, list."""

from __future__ import annotations

import pytest

from tests.cli.conftest import Run
from tests.emulated import RunningEmulator

LATER = "2126-12-01T10:00:00+03:00"


def test_send_delivers_before_it_ends(run_here: Run, emulator: RunningEmulator) -> None:
    ended = run_here("send", "Hello", "--to", "telegram=1067000")

    assert (ended.code, ended.err) == (0, "")
    assert emulator.accepted() == {("telegram", "1067000", "Hello"): 1}


def test_send_takes_an_address_on_each_channel(run_here: Run) -> None:
    ended = run_here(
        "send", "Hi", "--to", "telegram=1", "-t", "viber=EGAZ3SZRi6zW1D0uNYhQHg==", "--at", LATER, "--json"
    )

    assert [(d["channel"], d["address"]) for d in ended.json["deliveries"]] == [
        ("telegram", "1"),
        ("viber", "EGAZ3SZRi6zW1D0uNYhQHg=="),
    ]


def test_a_channel_that_comes_again_begins_the_next_person(run_here: Run) -> None:
    to = ("--to", "telegram=1", "--to", "gateway=79161234567", "--to", "telegram=2")

    ended = run_here("send", "Hi", *to, "--at", LATER, "--json")

    assert [d["address"] for d in ended.json["deliveries"]] == ["1", "79161234567", "2"]


def test_every_option_of_send_reaches_the_message(run_here: Run) -> None:
    options = (
        "--at",
        LATER,
        "--expires-at",
        "2126-12-02T10:00:00+03:00",
        "--priority",
        "urgent",
        "--max-attempts",
        "2",
    )
    more = ("--deduplicate", "60", "--on-unconfirmed", "at_most_once", "--reference", "order-17")

    sent = run_here("send", "Hi", "--to", "telegram=1", *options, *more, "--json").json

    assert (sent["send_at"], sent["expires_at"]) == ("2126-12-01T07:00:00Z", "2126-12-02T07:00:00Z")
    assert (sent["priority"], sent["reference"]) == ("urgent", "order-17")


def test_a_deferred_message_is_shown_with_its_time(run_here: Run) -> None:
    ended = run_here("send", "Hi", "--to", "telegram=1", "--at", LATER)

    assert ended.code == 0
    assert "2126-12-01 07:00:00Z" in ended.out


def test_wait_ends_with_0_when_it_was_sent(run_here: Run) -> None:
    ended = run_here("send", "Hi", "--to", "telegram=1", "--wait", "20", "--json")

    assert (ended.code, ended.json["status"]) == (0, "sent")


def test_wait_ends_with_1_when_it_failed(run_here: Run, emulator: RunningEmulator) -> None:
    emulator.script("telegram", "1", "400")

    ended = run_here("send", "Hi", "--to", "telegram=1", "--wait", "20", "--json")

    assert (ended.code, ended.json["status"]) == (1, "failed")


def test_wait_ends_with_5_when_time_is_up(run_here: Run) -> None:
    ended = run_here("send", "Hi", "--to", "telegram=1", "--at", LATER, "--wait", "0.1")

    assert ended.code == 5
    assert "not finished after 0.1 s" in ended.complaint


def test_what_was_accepted_is_named_when_waiting_for_it_ends_in_vain(run_here: Run) -> None:
    complaint = run_here("send", "Hi", "--to", "telegram=1", "--at", LATER, "--wait", "0.1").complaint

    assert run_here("list", "--json").json[0]["id"] in complaint


def test_status_shows_a_message(run_here: Run) -> None:
    sent = run_here("send", "Hi", "--to", "telegram=1", "--json").json

    assert run_here("status", sent["id"], "--json").json["counts"] == {"sent": 1}
    assert "sent" in run_here("status", sent["id"]).out


def test_cancel_says_how_many_and_how_many_were_too_late(run_here: Run) -> None:
    sent = run_here("send", "Hi", "--to", "telegram=1", "--at", LATER, "--json").json

    assert run_here("cancel", sent["id"]).out == "cancelled 1, too late for 0\n"
    assert run_here("cancel", sent["id"], "--json").json == {"id": sent["id"], "cancelled": 0, "too_late": 0}


def test_list_shows_the_newest_first(run_here: Run) -> None:
    for text in ("one", "two", "three"):
        run_here("send", text, "--to", "telegram=1", "--at", LATER)

    assert [message["text"] for message in run_here("list", "--limit", "2", "--json").json] == ["three", "two"]
    assert [line.split()[-1] for line in run_here("list").out.splitlines()] == ["text", "three", "two", "one"]


def test_list_of_nothing_is_an_empty_list(run: Run) -> None:
    assert run("list", "--json").json == []


def test_a_duplicate_is_shown_with_what_it_repeats(run_here: Run) -> None:
    run_here("send", "Hi", "--to", "telegram=1")

    ended = run_here("send", "Hi", "--to", "telegram=1")

    assert ended.code == 0
    assert "duplicate" in ended.out
    assert "of 1" in ended.out


@pytest.mark.parametrize("command", ["status", "cancel"])
@pytest.mark.parametrize("id_", ["nonsense", "01a1fd9d-2e91-70c5-aee9-108a46972697"])
def test_a_message_that_is_not_there_ends_with_3(run: Run, command: str, id_: str) -> None:
    ended = run(command, id_)

    assert (ended.code, ended.complaint) == (3, f"there is no message {id_}")


WRONG = {
    "no text": (["--to", "telegram=1"], "Missing argument 'TEXT'"),
    "no recipient": (["Hi"], "Missing option '--to'"),
    "no address": (["Hi", "--to", "telegram"], "--to: 'telegram' must be CHANNEL=ADDRESS"),
    "no channel": (["Hi", "--to", "=1"], "--to: '=1' must be CHANNEL=ADDRESS"),
    "unknown channel": (
        ["Hi", "--to", "pigeon=1"],
        "--to pigeon: there is no such channel; there are telegram, viber, ",
    ),
    "wrong address": (["Hi", "--to", "gateway=1"], "--to gateway: "),
    "empty text": (["", "--to", "telegram=1"], "TEXT: must not be empty"),
    "long text": (["x" * 4097, "--to", "telegram=1"], "TEXT: telegram takes at most 4096"),
    "naive time": (["Hi", "--to", "telegram=1", "--at", "2126-12-01T10:00"], "--at: must have a UTC offset"),
    "past end": (["Hi", "--to", "telegram=1", "--expires-at", "2020-01-01T00:00Z"], "--expires-at: is in the past"),
    "priority": (["Hi", "--to", "telegram=1", "--priority", "high"], "--priority: must be 'urgent'"),
    "window": (["Hi", "--to", "telegram=1", "--deduplicate", "-5"], "--deduplicate: must be forever, off"),
    "attempts": (["Hi", "--to", "telegram=1", "--max-attempts", "0"], "--max-attempts: must be at least 1"),
    "attempts, not a number": (
        ["Hi", "--to", "telegram=1", "--max-attempts", "x"],
        "Invalid value for '--max-attempts'",
    ),
    "wait": (["Hi", "--to", "telegram=1", "--wait", "-1"], "Invalid value for '--wait'"),
    "wait for ever": (["Hi", "--to", "telegram=1", "--wait", "nan"], "Invalid value for '--wait'"),
    "unknown option": (["Hi", "--to", "telegram=1", "--urgent"], "No such option: --urgent"),
}


@pytest.mark.parametrize(("arguments", "reason"), WRONG.values(), ids=WRONG)
def test_nonsense_ends_with_2_and_one_line(run: Run, arguments: list[str], reason: str) -> None:
    ended = run("send", *arguments)

    assert (ended.code, ended.out) == (2, "")
    assert ended.complaint.startswith(reason)


def test_everything_wrong_is_told_a_line_each(run: Run) -> None:
    ended = run("send", "", "--to", "telegram=x", "--priority", "high")

    assert ended.code == 2
    assert [line.split(":")[1].strip() for line in ended.err.splitlines()] == ["TEXT", "--to telegram", "--priority"]


def test_options_are_given_by_channel_and_name(run: Run) -> None:
    options = ("--option", "telegram.parse_mode=HTML", "--option", "telegram.silent=true")
    sent = run("send", "Hello", "--to", "telegram=1", *options, "--json", broker_url="memory://")

    assert sent.json["options"] == {"telegram": {"parse_mode": "HTML", "silent": True}}


def test_an_option_of_another_form_is_bad_input(run: Run) -> None:
    assert "must be CHANNEL.NAME=VALUE" in run("send", "Hello", "--to", "telegram=1", "--option", "loud").complaint


def test_an_option_that_there_is_not_is_named(run: Run) -> None:
    ended = run("send", "Hello", "--to", "telegram=1", "--option", "telegram.volume=11")

    assert ended.complaint == "--option telegram.volume: there is no such field"


@pytest.mark.parametrize(("piped", "text"), [(b"Hello\n", "Hello"), ("Привет\n\nмир".encode(), "Привет\n\nмир")])
def test_a_text_is_read_from_standard_input(run_here: Run, piped: bytes, text: str) -> None:
    ended = run_here("send", "-", "--to", "telegram=1", "--wait", "20", "--json", piped=piped)

    assert ended.code == 0, ended.err
    assert ended.json["text"] == text


@pytest.mark.parametrize(
    ("piped", "complaint"), [(b"", "TEXT: must not be empty"), (b"\xff", "TEXT: standard input is")]
)
def test_a_text_that_cannot_be_is_refused_from_standard_input_too(run: Run, piped: bytes, complaint: str) -> None:
    ended = run("send", "-", "--to", "telegram=1", piped=piped)

    assert ended.code == 2
    assert ended.complaint.startswith(complaint)


def test_list_finds_messages_and_deliveries_by_their_text(run_here: Run) -> None:
    run_here("send", "Привет, Анна", "--to", "telegram=1", "--at", LATER)
    run_here("send", "Hello Bob", "--to", "telegram=2", "--at", LATER)

    assert [m["text"] for m in run_here("list", "--text", "АННА", "--json").json] == ["Привет, Анна"]
    assert [d["address"] for d in run_here("list", "--deliveries", "--text", "bob", "--json").json] == ["2"]


def test_list_begins_with_the_oldest_if_told_so(run_here: Run) -> None:
    for text in ("one", "two"):
        run_here("send", text, "--to", "telegram=1", "--at", LATER)

    assert [m["text"] for m in run_here("list", "--oldest", "--json").json] == ["one", "two"]
