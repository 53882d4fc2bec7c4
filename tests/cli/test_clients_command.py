"""clients add, list, show, change, delete, import."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli.conftest import Run


def test_a_client_is_added_shown_changed_and_deleted(run: Run) -> None:
    added = run(
        "clients", "add", "8 920 123-45-67", "--tag", "vip", "--address", "telegram=5", "--attribute", "n=3", "--json"
    ).json
    assert (added["phone"], added["tags"], added["attributes"]) == ("79201234567", ["vip"], {"n": 3})

    changed = run("clients", "change", "1", "--tag", "none", "--opted-out", "all", "--json").json
    assert (changed["tags"], changed["opted_out"], changed["addresses"]) == ([], ["all"], {"telegram": "5"})
    assert run("clients", "show", "1", "--json").json == changed
    assert "79201234567" in run("clients", "list").out
    assert run("clients", "delete", "1").out == "deleted client 1: cancelled 0, too late for 0\n"
    assert run("clients", "show", "1").code == 3


def test_an_import_tells_what_it_did_and_what_is_wrong(run: Run, tmp_path: Path) -> None:
    (tmp_path / "c.csv").write_bytes("телефон;тег\n79030000001;новый\n12;x\n".encode("cp1251"))

    tried = run("clients", "import", "c.csv", "--dry-run")
    done = run("clients", "import", "c.csv")

    assert tried.code == done.code == 1
    assert tried.out == "2 rows in windows-1251: 1 would be added, 0 would be changed, 1 left out\n"
    assert done.out == "2 rows in windows-1251: 1 added, 0 changed, 1 left out\n"
    assert done.complaint.startswith("line 3: phone ")
    assert run("clients", "list", "--tag", "новый", "--json").json[0]["phone"] == "79030000001"


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (["add", "12"], 2, "--phone: "),
        (["add", "79030000001", "--address", "telegram"], 2, "--address: must be NAME=VALUE"),
        (["add", "79030000001", "--timezone", "Mars"], 2, "--timezone: is not a time zone"),
        (["change", "9", "--tag", "x"], 3, "there is no client 9"),
        (["change", "9"], 2, "there is nothing to change"),
        (["import", "nothing.csv"], 2, "--file: cannot be opened"),
        (["list", "--timezone", "Mars"], 2, "--timezone: is not a time zone"),
    ],
)
def test_what_is_wrong_is_told_in_one_line(run: Run, arguments: list[str], code: int, words: str) -> None:
    ended = run("clients", *arguments)

    assert ended.code == code
    assert words in ended.complaint
