"""serve and emulator on an address that others can reach."""

from __future__ import annotations

import json
import re
import subprocess
from base64 import b64encode
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from http.client import HTTPConnection
from pathlib import Path

import httpx
import pytest

from tests.cli.conftest import Run
from tests.processes import PATIENCE_S, Process

pytestmark = pytest.mark.usefixtures("in_this_tree")

EVERYWHERE = ("--host", "0.0.0.0", "--port", "0")
PORT = re.compile(r"listens on http://\S+:(\d+)")
LAST_LINE = re.compile(r"-d '\{")
MADE = re.compile(r"^  ([\w-]{43})$")

Start = Callable[..., Process]


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Start]:
    with ExitStack() as open_:

        def start(command: str, *options: str, **settings: object) -> Process:
            process = open_.enter_context(Process(tmp_path, command, *EVERYWHERE, *options, **settings))
            process.wait_for_line(LAST_LINE if command == "serve" else PORT)
            return process

        yield start


def url_of(process: Process) -> str:
    return f"http://127.0.0.1:{process.wait_for_line(PORT)[1]}"


def status(process: Process, path: str, key: str = "", method: str = "GET", scheme: str = "Bearer") -> int:
    connection = HTTPConnection("127.0.0.1", int(process.wait_for_line(PORT)[1]), timeout=30)
    try:
        connection.request(method, path, headers={"Authorization": f"{scheme} {key}"} if key else {})
        return connection.getresponse().status
    finally:
        connection.close()


def first_key(folder: Path) -> str:
    return (folder / "notifyhub-data" / "first-key").read_text().strip()


def test_serve_leaves_the_emulator_out_and_says_how_to_have_it(start: Start, tmp_path: Path) -> None:
    process = start("serve")

    assert status(process, "/emulator/journal", first_key(tmp_path)) == 404
    assert status(process, "/emulator/telegram/bot1:a/getMe") == 404
    assert "the emulator is served there only with --emulator" in "".join(process.lines)
    assert "/emulator/journal" not in "".join(process.lines)


def test_serve_has_nothing_to_say_of_it_where_emulated_channels_lead_elsewhere(start: Start) -> None:
    process = start("serve", emulator_url="http://emulator.example:8090")

    assert "--emulator" not in "".join(process.lines)


def test_serve_with_emulator_asks_for_an_api_key(start: Start, tmp_path: Path) -> None:
    process = start("serve", "--emulator")
    key = first_key(tmp_path)

    assert status(process, "/emulator/journal") == 401
    assert status(process, "/emulator/journal", "nh_" + "x" * 43) == 401
    assert status(process, "/emulator/journal", key) == 200
    assert status(process, "/emulator/reset", key, "POST") == 204
    assert status(process, "/emulator/", b64encode(f"me:{key}".encode()).decode(), scheme="Basic") == 200


def test_the_messengers_of_serve_ask_for_no_api_key(start: Start) -> None:
    assert status(start("serve", "--emulator"), "/emulator/telegram/bot1:a/getMe") == 200


@pytest.mark.parametrize(("scope", "may"), [("read", (200, 403)), ("send", (403, 403)), ("admin", (200, 204))])
def test_a_key_that_reads_may_look_and_only_an_admin_may_change(
    start: Start, run: Run, scope: str, may: tuple[int, int]
) -> None:
    process = start("serve", "--emulator")
    key = run("key", "create", "--name", "x", "--scope", scope, "--json").json["key"]

    assert (status(process, "/emulator/journal", key), status(process, "/emulator/reset", key, "POST")) == may


def test_a_revoked_key_opens_nothing_any_more(start: Start, run: Run, tmp_path: Path) -> None:
    process = start("serve", "--emulator")
    run("key", "revoke", "1")

    assert status(process, "/emulator/journal", first_key(tmp_path)) == 401


def test_the_printed_line_shows_the_journal_with_the_key(start: Start, tmp_path: Path) -> None:
    process = start("serve", "--emulator")
    process.wait_for_line(re.compile("/emulator/journal"))

    line = next(line for line in process.lines if "/emulator/journal" in line)
    told = subprocess.run(
        line, shell=True, cwd=tmp_path, capture_output=True, text=True, timeout=PATIENCE_S, check=True
    )
    assert json.loads(told.stdout) == {"entries": [], "next": None}


def test_the_emulator_alone_makes_a_key_and_shows_it(start: Start) -> None:
    process = start("emulator")
    key = process.wait_for_line(MADE)[1]

    assert status(process, "/journal") == 401
    assert status(process, "/journal", key) == 200
    assert status(process, "/telegram/bot1:a/getMe") == 200


@pytest.mark.parametrize("how", ["option", "variable"])
def test_the_emulator_alone_takes_a_key_of_ones_own_and_does_not_show_it(start: Start, how: str) -> None:
    process = start("emulator", "--key", "sesame") if how == "option" else start("emulator", emulator_key="sesame")

    assert status(process, "/journal") == 401
    assert status(process, "/journal", "sesame") == 200
    assert "sesame" not in "".join(process.lines)


def test_a_key_of_ones_own_is_asked_for_on_a_loopback_address_too(start: Start) -> None:
    process = start("emulator", "--host", "127.0.0.1", emulator_key="sesame")

    assert status(process, "/journal") == 401


@pytest.mark.parametrize("how", ["option", "variable"])
def test_faults_are_set_with_the_key(start: Start, run: Run, how: str) -> None:
    url = url_of(start("emulator", emulator_key="sesame"))
    key = ["--key", "sesame"] if how == "option" else []
    settings = {} if how == "option" else {"emulator_key": "sesame"}

    assert run("emulator", "faults", "add", "--answer", "503", "--url", url, *key, **settings).code == 0
    assert len(run("emulator", "faults", "--url", url, *key, **settings).json["rules"]) == 1
    assert run("emulator", "faults", "clear", "--url", url, *key, **settings).code == 0


@pytest.mark.parametrize("key", [[], ["--key", "wrong"]])
def test_without_the_key_a_command_says_what_is_wanting(start: Start, run: Run, key: list[str]) -> None:
    ended = run("emulator", "faults", "--url", url_of(start("emulator", emulator_key="sesame")), *key)

    assert ended.code == 2
    assert "the emulator asks for a key here" in ended.complaint
    assert "--key or NOTIFYHUB_EMULATOR_KEY" in ended.complaint


def test_the_key_is_not_shown_with_the_settings(run: Run) -> None:
    ended = run("config", emulator_key="sesame")

    assert "sesame" not in ended.out
    assert "NOTIFYHUB_EMULATOR_KEY" in ended.out


def test_who_is_signed_in_to_the_dashboard_sees_the_emulator(start: Start) -> None:
    process = start("serve", "--emulator")
    token = process.wait_for_line(re.compile(r"/signin\?token=(\S+)"))[1]
    with httpx.Client(base_url=url_of(process), timeout=30, trust_env=False) as browser:
        assert browser.get("/emulator/").status_code == 401

        browser.post("/signin", data={"token": token})

        assert browser.get("/emulator/").status_code == 200
        assert browser.post("/emulator/reset").status_code == 204
        assert browser.post("/emulator/reset", headers={"Sec-Fetch-Site": "cross-site"}).status_code == 401
        browser.cookies.clear()
        assert browser.get("/emulator/").status_code == 401
