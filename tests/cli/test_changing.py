"""list with filters, send --batch, change, retry, resolve, cancel --delivery."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.cli.conftest import Run
from tests.emulated import RunningEmulator

LATER = "2126-12-01T10:00:00+03:00"


def test_list_takes_filters(run_here: Run) -> None:
    run_here("send", "one", "--to", "telegram=1", "--at", LATER)
    run_here("send", "two", "--to", "telegram=2", "--at", LATER, "--reference", "r")

    assert [m["text"] for m in run_here("list", "--reference", "r", "--status", "scheduled", "--json").json] == ["two"]
    found = run_here("list", "--deliveries", "--address", "1", "--channel", "telegram", "--json").json
    assert [d["address"] for d in found] == ["1"]
    assert run_here("list", "--until", "2020-01-01T00:00Z", "--json").json == []
    assert "scheduled" in run_here("list", "--deliveries").out


def test_a_wrong_filter_is_named_by_its_option(run: Run) -> None:
    ended = run("list", "--since", "2026-01-01T00:00")

    assert ended.code == 2
    assert ended.complaint.startswith("--since: must have a UTC offset")


def test_a_batch_is_sent_and_what_is_wrong_is_told_by_line(
    run_here: Run, emulator: RunningEmulator, tmp_path: Path
) -> None:
    lines = [{"text": "one", "recipients": [{"telegram": "1"}]}, {"text": "", "recipients": [{"telegram": "1"}]}]
    (tmp_path / "batch.jsonl").write_text("\n".join(json.dumps(line) for line in lines))

    ended = run_here("send", "--batch", "batch.jsonl")

    assert (ended.code, ended.out) == (2, "1 messages: accepted 1, duplicates 0\n")
    assert ended.complaint == "line 2: $.text: must not be empty"
    assert emulator.accepted() == {("telegram", "1", "one"): 1}


def test_a_line_that_is_no_json_stops_the_batch(run: Run, tmp_path: Path) -> None:
    (tmp_path / "batch.jsonl").write_text("{")

    ended = run("send", "--batch", "batch.jsonl")

    assert ended.code == 2
    assert "line 1 is not JSON" in ended.complaint


def test_change_changes_what_waits(run_here: Run) -> None:
    sent = run_here("send", "Helo", "--to", "telegram=1", "--at", LATER, "--json").json

    changed = run_here("change", sent["id"], "--text", "Hello", "--expires-at", "2127-01-01T00:00Z", "--json").json

    assert (changed["text"], changed["expires_at"]) == ("Hello", "2127-01-01T00:00:00Z")
    assert "expires_at" not in run_here("change", sent["id"], "--expires-at", "none", "--json").json


def test_what_is_too_late_to_change_ends_with_1(run_here: Run) -> None:
    sent = run_here("send", "Hi", "--to", "telegram=1", "--wait", "20", "--json").json

    ended = run_here("change", sent["id"], "--text", "Hello")

    assert (ended.code, "is on its way" in ended.complaint) == (1, True)


def test_retry_tells_what_it_came_to(run_here: Run, emulator: RunningEmulator) -> None:
    emulator.script("telegram", "1", "400")
    sent = run_here("send", "Hi", "--to", "telegram=1", "--wait", "20", "--json").json

    assert run_here("retry", sent["id"]).out == "retried 1, duplicates 0, left alone 0\n"


def test_resolve_says_what_happened(run_here: Run, emulator: RunningEmulator) -> None:
    emulator.script("telegram", "1", "lost")
    to = ("--to", "telegram=1", "--on-unconfirmed", "at_most_once", "--wait", "20")
    sent = run_here("send", "Hi", *to, "--json").json

    assert run_here("resolve", str(sent["deliveries"][0]["id"]), "sent", "--json").json["status"] == "sent"


def test_deliveries_are_cancelled_by_their_ids(run_here: Run) -> None:
    sent = run_here("send", "Hi", "--to", "telegram=1", "--at", LATER, "--json").json
    id_ = sent["deliveries"][0]["id"]

    found = run_here("cancel", "--delivery", str(id_), "--delivery", "99", "--json").json

    assert [(one["id"], one["result"]) for one in found] == [(id_, "cancelled"), (99, "unknown")]


@pytest.mark.parametrize("arguments", [[], ["x", "--delivery", "1"]])
def test_cancel_takes_a_message_or_deliveries(run: Run, arguments: list[str]) -> None:
    assert run("cancel", *arguments).code == 2


def test_what_matches_is_counted_and_changed_only_if_told_so(run_here: Run) -> None:
    for number in ("1", "2"):
        run_here("send", f"text {number}", "--to", f"telegram={number}", "--at", LATER, "--reference", "r")
    select = ("--reference", "r", "--text", "TEXT")

    counted = run_here("bulk", "cancel", *select)
    between = run_here("list", "--deliveries", "--status", "scheduled", "--json").json
    moved = run_here("bulk", "reschedule", *select, "--at", "2126-12-24T10:00:00+03:00", "--yes")
    done = run_here("bulk", "cancel", "--delivery", "1", "--delivery", "404", "--yes", "--json").json

    assert counted.out == "would cancel 2 of 2, left alone 0; nothing was changed, --yes does it\n"
    assert len(between) == 2
    assert moved.out == "rescheduled 2 of 2, duplicates 0, left alone 0\n"
    assert (done["matched"], done["changed"]) == (1, 1)


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        (("cancel",), "give --delivery or a filter (see `notifyhub bulk --help`)"),
        (("cancel", "--status", "lost"), "--status"),
        (("reschedule", "--status", "failed"), "--at: is required: the new time to send"),
        (("retry", "--delivery", "1", "--at", LATER), "--at: is only for rescheduling"),
        (("retry", "--since", "2026-01-01T00:00"), "--since: must have a UTC offset"),
    ],
)
def test_a_selection_that_is_none_is_refused(run: Run, arguments: tuple[str, ...], complaint: str) -> None:
    ended = run("bulk", *arguments)

    assert ended.code == 2
    assert ended.complaint.startswith(complaint)
