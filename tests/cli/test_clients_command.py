"""clients add, list, show, change, delete, import, export."""

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
    assert done.complaint.startswith("line 3, phone: ")
    assert run("clients", "list", "--tag", "новый", "--json").json[0]["phone"] == "79030000001"


def test_an_export_goes_to_a_file_or_to_standard_output(run: Run, tmp_path: Path) -> None:
    run("clients", "add", "79030000001", "--tag", "vip", "--attribute", "city=Тверь")
    run("clients", "add", "79050000002")

    to_file = run("clients", "export", "c.jsonl", "--tag", "vip")
    to_output = run("clients", "export", "--operator-code", "903")
    to_excel = run("clients", "export", "-", "--excel", "--search", "тверь")

    assert (to_file.out, to_file.err) == ("wrote 1 clients to c.jsonl\n", "")
    assert (tmp_path / "c.jsonl").read_text().count("\n") == 1
    head = "phone,operator_code,tags,timezone,opted_out,attributes.city"
    assert to_output.out == f"{head}\r\n79030000001,903,vip,Europe/Moscow,,Тверь\r\n"
    assert to_excel.out.startswith("\ufeffphone;")
    assert run("clients", "import", "c.jsonl").out == "1 rows in utf-8: 0 added, 1 changed, 0 left out\n"


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (["add", "12"], 2, "--phone: "),
        (["add", "79030000001", "--address", "telegram"], 2, "--address: must be NAME=VALUE"),
        (["add", "79030000001", "--timezone", "Mars"], 2, "--timezone: is not a time zone"),
        (["change", "9", "--tag", "x"], 3, "there is no client 9"),
        (["change", "9"], 2, "there is nothing to change"),
        (["import", "nothing.csv"], 2, "--file: cannot be opened"),
        (["export", "--format", "xml"], 2, "--format: must be csv or jsonl"),
        (["export", "c.jsonl", "--excel"], 2, "--excel: goes with CSV only"),
        (["export", "nowhere/c.csv"], 2, "--file: cannot be written"),
        (["list", "--timezone", "Mars"], 2, "--timezone: is not a time zone"),
    ],
)
def test_what_is_wrong_is_told_in_one_line(run: Run, arguments: list[str], code: int, words: str) -> None:
    ended = run("clients", *arguments)

    assert ended.code == code
    assert words in ended.complaint
