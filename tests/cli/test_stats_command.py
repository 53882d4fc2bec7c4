"""stats, stats check: for people, scripts and spreadsheets."""

from __future__ import annotations

import csv
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from notifyhub_api.app import make_app
from tests.cli.conftest import Run
from tests.conftest import HubMaker
from tests.serving import running

LATER = "2126-12-01T10:00:00+03:00"


@pytest.fixture
def counting(run: Run) -> Run:
    """The command line, with a message that waits in the store."""
    assert run("send", "Hello", "--to", "telegram=1", "--to", "gateway=79031112233", "--at", LATER).code == 0
    return run


def falsify(folder: Path) -> None:
    (file,) = folder.rglob("notifyhub.db")
    with closing(sqlite3.connect(file)) as database, database:
        database.execute("UPDATE delivery_counts SET number = 7 WHERE channel = 'gateway'")


def test_counters_that_agree_are_told_in_one_line(counting: Run) -> None:
    ended = counting("stats", "check")

    assert (ended.code, ended.out) == (0, "all counters (2) agree with all deliveries (2)\n")
    assert counting("stats", "check", "--json").json["agree"] is True


def test_counters_that_differ_are_listed_and_repaired(counting: Run, tmp_path: Path) -> None:
    falsify(tmp_path)

    ended = counting("stats", "check")

    assert ended.code == 1
    *_, row, told = ended.out.splitlines()
    assert row.split()[2:] == ["gateway", "scheduled", "7", "1"]
    assert told == "1 of 2 counters differ; `notifyhub stats check --repair` corrects them"
    repaired = counting("stats", "check", "--repair")
    assert (repaired.code, repaired.out.splitlines()[-1]) == (0, "1 of 2 counters repaired")
    assert counting("stats", "check").code == 0


def test_statistics_are_printed_for_a_spreadsheet(counting: Run) -> None:
    head, *rows = csv.reader(counting("stats", "--by", "day", "--csv").out.splitlines())

    assert head == ["group", "key", "status", "count"]
    assert ["channel", "gateway", "scheduled", "1"] in rows
    assert ["deliveries", "", "failed", "0"] in rows
    assert [row[3] for row in rows if row[0] == "period" and row[2] == "scheduled"] == ["2"]


def test_statistics_of_a_mailing_are_printed_for_a_spreadsheet(run: Run) -> None:
    run("mailing", "create", "Sale", "Hello", "--channel", "telegram", "--draft")

    head, *rows = csv.reader(run("mailing", "stats", "1", "--csv").out.splitlines())

    assert head == ["group", "key", "status", "count"]
    assert ["deliveries", "", "sent", "0"] in rows


@pytest.mark.parametrize("command", [["stats"], ["mailing", "stats", "1"]])
def test_a_table_is_not_json_too(run: Run, command: list[str]) -> None:
    run("mailing", "create", "Sale", "Hello", "--channel", "telegram", "--draft")

    ended = run(*command, "--csv", "--json")

    assert (ended.code, ended.complaint) == (2, "--csv: goes without --json")


def test_the_counters_of_a_service_are_checked(make_hub: HubMaker, run: Run) -> None:
    hub = make_hub(worker=False)
    hub.send("Hello", to={"telegram": "1"}, at=LATER)
    key = hub.keys.create("tests").key or ""

    with running(make_app(hub)) as port:
        ended = run("--url", f"http://127.0.0.1:{port}", "--key", key, "stats", "check")

    assert ended.out == "all counters (1) agree with all deliveries (1)\n"


def test_options_before_a_command_of_the_group_are_not_lost_in_silence(run: Run) -> None:
    ended = run("stats", "--json", "check")

    assert (ended.code, ended.complaint) == (2, "options of `check` are given after it")
