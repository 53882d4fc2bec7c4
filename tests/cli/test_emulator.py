"""`notifyhub emulator` with its options, and the faults of a running one."""

from __future__ import annotations

import json
import re
import smtplib
import socket
from pathlib import Path
from urllib.request import urlopen

import pytest

from tests.cli.conftest import Run
from tests.emulated import RunningEmulator
from tests.processes import Process, Service

RULE = {"rules": [{"answer": "503", "channel": "telegram"}]}


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "faults.json"
    path.write_text(json.dumps(RULE))
    return path


def test_the_emulator_takes_mail_on_the_port_that_it_names(tmp_path: Path) -> None:
    with Process(tmp_path, "emulator", "--port", "0", "--smtp-port", "0") as process:
        url = process.wait_for_line(re.compile(r"emulator listens on (http://\S+)"))[1]
        host, port = process.wait_for_line(re.compile(r"mail by SMTP: (\S+):(\d+)")).groups()
        with smtplib.SMTP(host, int(port), timeout=30) as client:
            client.sendmail("shop@example.org", ["anna@example.org"], b"Subject: News\r\n\r\nHello")
        with urlopen(f"{url}/journal?channel=email") as answer:
            [entry] = json.load(answer)["entries"]

        assert (entry["subject"], entry["text"]) == ("News", "Hello")
        assert process.terminate() == 0


def test_a_port_for_mail_that_is_taken_is_told_and_the_rest_works(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with Process(tmp_path, "emulator", "--port", "0", "--smtp-port", str(port)) as process:
            process.wait_for_line(re.compile(f"port {port} is taken"))
            url = process.wait_for_line(re.compile(r"emulator listens on (http://\S+)"))[1]
            with urlopen(f"{url}/") as answer:
                assert json.load(answer)["emulator"] == "notifyhub"


def test_serve_takes_mail_beside_its_emulator(tmp_path: Path) -> None:
    with Service(tmp_path, emulator_smtp_port=0) as service:
        host, port = service.wait_for_line(re.compile(r"mail by SMTP: (\S+):(\d+)")).groups()
        with smtplib.SMTP(host, int(port), timeout=30) as client:
            client.sendmail("shop@example.org", ["anna@example.org"], b"Subject: News\r\n\r\nHello")

        assert [entry["subject"] for entry in service.journal(channel="email")] == ["News"]
        assert service.terminate() == 0


def test_serve_sends_its_own_mail_to_the_port_that_it_found(tmp_path: Path) -> None:
    with Service(tmp_path, emulator_smtp_port=0) as service:
        service.ask("/api/v1/messages", {"text": "Hello", "recipients": [{"email": "anna@example.org"}]})
        [entry] = service.ask("/emulator/wait?channel=email&timeout_s=30")["entries"]

    assert (entry["address"], entry["text"]) == ("anna@example.org", "Hello")


def test_serve_sends_mail_to_its_own_emulator_even_if_the_port_is_taken(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with Service(tmp_path, emulator_smtp_port=port) as service:
            service.wait_for_line(re.compile(f"port {port} is taken"))
            service.ask("/api/v1/messages", {"text": "Hello", "recipients": [{"email": "ann@example.org"}]})
            [entry] = service.ask("/emulator/wait?channel=email&timeout_s=30")["entries"]

            assert entry["text"] == "Hello"


def rules(emulator: RunningEmulator) -> list[dict[str, object]]:
    return list(emulator.emulator.faults.describe()["rules"])


def test_faults_of_a_file_hold_from_the_start(tmp_path: Path, file: Path, run: Run) -> None:
    with Process(tmp_path, "emulator", "--port", "0", "--faults", str(file)) as process:
        url = process.wait_for_line(re.compile(r"emulator listens on (http://\S+)"))[1]
        told = run("emulator", "faults", "--url", url)

    assert told.json["rules"][0]["answer"] == "503"


WRONG = {
    "no such file": (["--faults", "none.json"], "--faults: none.json: No such file or directory"),
    "limits": (["--limits", "some"], "--limits: unknown value 'some'; use one of off, real"),
    "strictness": (["--strictness", "very"], "--strictness: unknown value 'very'; use one of lenient, real"),
    "certificate": (["--smtp-cert", "none.pem"], "--smtp-cert: none.pem: No such file or directory"),
    "cap": (["--journal-cap", "0"], "Invalid value for '--journal-cap'"),
}


@pytest.mark.parametrize(("options", "reason"), WRONG.values(), ids=WRONG)
def test_a_wrong_option_ends_with_2_and_one_line(run: Run, options: list[str], reason: str) -> None:
    ended = run("emulator", *options)

    assert (ended.code, ended.out) == (2, "")
    assert ended.complaint.startswith(reason)


def test_what_is_wrong_in_a_file_is_told_by_its_place(run: Run, tmp_path: Path) -> None:
    (tmp_path / "bad.json").write_text('{"rules": [{"answer": "503", "rate": 7}]}')
    ended = run("emulator", "--faults", "bad.json")

    assert ended.code == 2
    assert ended.complaint.startswith("--faults: bad.json: rules.0.rate: ")


def test_a_rule_is_added(run: Run, emulator: RunningEmulator) -> None:
    options = ["--channel", "telegram", "--to", "42", "--answer", "blocked", "--rate", "0.5", "--count", "3"]
    ended = run("emulator", "faults", "add", *options, "--latency-ms", "5:9", "--until-s", "60", "--url", emulator.url)

    assert (ended.code, ended.err) == (0, "")
    [rule] = rules(emulator)
    assert rule == {
        "channel": "telegram",
        "address": "42",
        "answer": "blocked",
        "latency_ms": {"min": 5, "max": 9},
        "rate": 0.5,
        "count": 3,
        "from_s": 0.0,
        "until_s": 60.0,
    }


def test_an_answer_may_be_json(run: Run, emulator: RunningEmulator) -> None:
    run("emulator", "faults", "add", "--answer", '{"status": 429, "retry_after": 7}', emulator_url=emulator.url)

    assert rules(emulator)[0]["answer"] == {"status": 429, "retry_after": 7}


def test_faults_are_set_from_a_file_and_cleared(run: Run, emulator: RunningEmulator, file: Path) -> None:
    assert run("emulator", "faults", "set", str(file), "--url", emulator.url).code == 0
    assert len(rules(emulator)) == 1
    assert run("emulator", "faults", "clear", "--url", emulator.url).code == 0
    assert rules(emulator) == []


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        (["add", "--answer", "teapot"], "answer: "),
        (["add"], "faults: Value error, a rule needs an answer, latency_ms or both"),
        (["add", "--answer", "{oops"], "--answer: not JSON"),
        (["add", "--latency-ms", "soon"], "--latency-ms: must be milliseconds"),
        (["set", "none.json"], "FILE: none.json: No such file or directory"),
    ],
)
def test_a_wrong_fault_ends_with_2_and_one_line(
    run: Run, emulator: RunningEmulator, arguments: list[str], reason: str
) -> None:
    ended = run("emulator", "faults", *arguments, "--url", emulator.url)

    assert ended.code == 2
    assert ended.complaint.startswith(reason)


def test_no_emulator_ends_with_4_and_says_where_it_was_looked_for(run: Run) -> None:
    ended = run("emulator", "faults", "--url", "http://127.0.0.1:9")

    assert ended.code == 4
    assert ended.complaint.startswith("no emulator answers at http://127.0.0.1:9: ")


def test_an_address_that_is_none_ends_with_2(run: Run) -> None:
    assert run("emulator", "faults", "--url", "localhost:8090").code == 2
