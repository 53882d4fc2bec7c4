"""mailing create, list, show, start, pause, resume, cancel, retry-failed, delete, stats, watch; stats."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from notifyhub import Hub
from tests.cli.conftest import Run
from tests.conftest import HubMaker
from tests.emulated import RunningEmulator
from tests.mailings.conftest import ended, fill

SALE = ("Sale", "Hello", "--channel", "telegram")


@pytest.fixture
def hub(make_hub: HubMaker, emulator: RunningEmulator) -> Hub:
    """A hub that delivers, in the folder where `run` runs."""
    return make_hub(data_dir=Path("notifyhub-data").resolve())


def test_a_mailing_is_created_watched_and_counted(run: Run, hub: Hub) -> None:
    fill(hub, 4)

    made = run("mailing", "create", *SALE, "--tag", "even", "--window", "00:00-24:00", "--json").json
    watched = run("mailing", "watch", "1")

    assert made["audience_words"] == "tag even"
    assert watched.out.splitlines()[-1].startswith("finished  100% of 2")
    assert re.search(r"^status +sent +2 *$", run("mailing", "stats", "1").out, re.MULTILINE)
    assert run("mailing", "stats", "1", "--json").json["by_status"]["sent"] == 2
    assert run("mailing", "list", "--status", "finished", "--json").json[0]["id"] == 1
    assert run("mailing", "list", "--search", "no such words", "--json").json == []
    assert run("mailing", "retry-failed", "1").out == "retried 0, duplicates 0\n"
    assert run("stats", "--by", "day", "--json").json["by_status"]["sent"] == 2
    assert "deliveries" in run("stats").out


def test_a_mailing_is_changed_by_a_command(run: Run) -> None:
    run("mailing", "create", *SALE, "--draft", "--rate", "20/s", "--ends-at", "2126-12-01T10:00:00+03:00")

    changed = run("mailing", "change", "1", "--rate", "5/s", "--text", "New", "--window", "09:00-21:00", "--json").json
    freed = run("mailing", "change", "1", "--rate", "none", "--ends-at", "none", "--window", "none", "--json").json

    assert (changed["rate"], changed["text"], changed["send_window"]["from"]) == ("5/s", "New", "09:00")
    assert not {"rate", "ends_at", "send_window"} & freed.keys()
    refused = run("mailing", "change", "1", "--rate", "fast")
    assert (refused.code, "rate" in refused.complaint) == (2, True)


def test_a_mailing_is_moved_by_commands(run: Run) -> None:
    run("mailing", "create", *SALE, "--draft", "--late-joiners", "--ends-at", "2126-12-01T10:00:00+03:00")

    assert "running" in run("mailing", "start", "1").out
    assert "paused" in run("mailing", "pause", "1").out
    assert "running" in run("mailing", "resume", "1").out
    assert "running" in run("mailing", "show", "1").out
    assert run("mailing", "cancel", "1").out == "cancelled 0, too late for 0\n"
    again = run("mailing", "cancel", "1")
    assert (again.code, again.complaint) == (1, "mailing 1 is cancelled: there is nothing to cancel")
    assert run("mailing", "delete", "1").code == 0
    assert run("mailing", "show", "1").code == 3


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--audience", "{"], "--audience: is not JSON"),
        (["--audience", "[]"], "--audience: must be an object"),
        (["--audience", "{}", "--tag", "x"], "--audience: goes without --tag"),
        (["--audience", '{"colour": 1}'], "--audience: there is no such field"),
        (["--window", "9"], "--window: must be FROM-TO"),
        (["--window", "9:00-9:00"], "--send-window: must not begin where it ends"),
        (["--ends-at", "2020-01-01T00:00Z"], "--ends-at: is in the past"),
        (["--channel", "icq"], "there is no such channel"),
    ],
)
def test_what_is_wrong_is_told_in_one_line(run: Run, arguments: list[str], words: str) -> None:
    ended = run("mailing", "create", *SALE, *arguments)

    assert ended.code == 2
    assert words in ended.complaint


def test_a_list_is_narrowed_to_a_mailing_a_client_an_operator_and_a_reason(
    run: Run, hub: Hub, emulator: RunningEmulator
) -> None:
    emulator.script("telegram", "1000001", "blocked")
    fill(hub, 4)
    ended(hub, hub.mailings.create("Sale", "Hello", ["telegram"]))
    hub.send("Alone", to={"telegram": "7"})

    def clients(*filters: str) -> list[int]:
        found = run("list", "--deliveries", *filters, "--json").json
        return sorted(delivery["client_id"] for delivery in found)

    assert clients("--mailing", "1") == [1, 2, 3, 4]
    assert clients("--client", "3") == [3]
    assert clients("--operator-code", "905") == [1, 4]
    assert clients("--mailing", "1", "--reason", "recipient_blocked") == [2]
    assert [message["text"] for message in run("list", "--mailing", "1", "--json").json] == ["Hello"]
    wrong = run("list", "--mailing", "0")
    assert (wrong.code, wrong.complaint) == (2, "--mailing: must be an id: a whole number")


def test_a_mailing_is_sent_to_a_few_people_first(run_here: Run, emulator: RunningEmulator) -> None:
    run_here("clients", "add", "79030000001", "--address", "telegram=1")
    run_here("mailing", "create", *SALE, "--draft")

    sent = run_here("mailing", "test", "1", "--client", "1", "--to", "telegram=7", "--wait", "20", "--json")

    assert (sent.code, sent.json["counts"], sent.json["metadata"]) == (0, {"sent": 2}, {"test_of_mailing": 1})
    assert set(emulator.accepted()) == {("telegram", "1", "Hello"), ("telegram", "7", "Hello")}


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ([], "there is nobody to send it to: give clients or recipients"),
        (["--client", "9"], "--client: there is no client 9"),
        (["--to", "viber=01234567890A="], "--to: has no address on telegram"),
    ],
)
def test_whom_a_test_cannot_reach_is_told_in_one_line(run: Run, arguments: list[str], words: str) -> None:
    run("mailing", "create", *SALE, "--draft")

    ended = run("mailing", "test", "1", *arguments)

    assert (ended.code, ended.complaint) == (2, words)
