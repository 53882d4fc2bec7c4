"""serve, worker and emulator as processes."""

from __future__ import annotations

import json
import re
import socket
import stat
import subprocess
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from urllib.request import urlopen

import pytest

from notifyhub import Hub
from notifyhub.hub import core_of
from notifyhub.verbs import two_ways
from notifyhub_cli.account import account
from tests.cli.conftest import Run
from tests.processes import PATIENCE_S, READY, Process

pytestmark = pytest.mark.usefixtures("in_this_tree")

Start = Callable[..., Process]
LAST_LINE = re.compile("emulator/journal")


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Start]:
    """`notifyhub serve` on a free port in a folder with a blank in its name; gives it when all is said."""
    folder = tmp_path / "a folder"
    folder.mkdir()
    with ExitStack() as open_:

        def start(*arguments: str, **settings: object) -> Process:
            process = open_.enter_context(Process(folder, "serve", "--port", "0", *arguments, **settings))
            process.wait_for_line(READY if "--no-emulator" in arguments else LAST_LINE)
            return process

        yield start


def curl_line(process: Process) -> str:
    """The command that sends a message, as it was printed."""
    text = "".join(process.lines)
    return text[text.index("  curl") : text.index("\n\nSee what arrived")]


def sh(command: str, folder: Path) -> object:
    done = subprocess.run(
        command, shell=True, cwd=folder, capture_output=True, text=True, timeout=PATIENCE_S, check=True
    )
    return json.loads(done.stdout)


def test_serve_says_where_it_listens_and_which_channels_are_emulated(start: Start) -> None:
    process = start()

    url = process.wait_for_line(READY).group(1)
    for channel in ("telegram", "viber", "whatsapp", "gateway"):
        assert f"  {channel:<9} emulated  {url}/emulator/{channel}\n" in process.lines


def test_serve_says_which_channels_are_real(start: Start) -> None:
    text = "".join(start(telegram_token="123456:secret-token").lines)

    assert "telegram  real      https://api.telegram.org" in text
    assert "viber     emulated" in text
    assert "secret-token" not in text


def test_the_printed_curl_line_sends_a_message_that_arrives(start: Start, tmp_path: Path) -> None:
    process = start()

    answer = sh(curl_line(process), tmp_path)

    assert isinstance(answer, dict)
    assert answer["accepted"] == 1
    journal = next(line for line in process.lines if LAST_LINE.search(line))
    arrived: object = {"entries": []}
    while arrived == {"entries": [], "next": None} or arrived == {"entries": []}:
        arrived = sh(journal, tmp_path)
    assert isinstance(arrived, dict)
    assert arrived["entries"][0]["text"] == "Hello"


def test_the_first_start_shows_the_key_and_keeps_it_for_its_owner_only(start: Start, tmp_path: Path) -> None:
    text = "".join(start().lines)

    path = tmp_path / "a folder" / "notifyhub-data" / "first-key"
    assert path.read_text().strip() in text
    assert str(path) in text
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_the_second_start_says_where_the_key_is_and_does_not_show_it(start: Start, tmp_path: Path) -> None:
    start().terminate()
    process = start()

    path = tmp_path / "a folder" / "notifyhub-data" / "first-key"
    assert f"Your API key is saved in {path}\n" in process.lines
    assert path.read_text().strip() not in "".join(process.lines)


def test_the_curl_line_of_the_second_start_works_too(start: Start, tmp_path: Path) -> None:
    start().terminate()

    answer = sh(curl_line(start()), tmp_path)

    assert isinstance(answer, dict)
    assert answer["accepted"] == 1


def test_a_first_key_that_was_revoked_is_not_offered(start: Start, run: Run, tmp_path: Path) -> None:
    start().terminate()
    run("key", "revoke", "1", data_dir=tmp_path / "a folder" / "notifyhub-data")

    text = "".join(start().lines)

    assert "notifyhub key create" in text
    assert "first-key" not in text


def test_serve_ends_with_0_when_it_is_told_to(start: Start) -> None:
    process = start()

    assert process.terminate() == 0
    assert "Traceback" not in "".join(process.lines)


def test_serve_without_emulator_says_what_would_be_emulated_and_shows_no_journal(start: Start) -> None:
    assert "emulator/journal" not in "".join(start("--no-emulator").lines)


def test_the_emulator_alone_says_where_it_listens_and_ends_with_0(tmp_path: Path) -> None:
    with Process(tmp_path, "emulator", "--port", "0") as process:
        process.wait_for_line(re.compile(r"emulator listens on http://127\.0\.0\.1:\d+"))

        assert process.terminate() == 0


def test_the_emulator_is_as_strict_as_it_is_told(tmp_path: Path) -> None:
    with Process(tmp_path, "emulator", "--port", "0", "--strictness", "real") as process:
        url = process.wait_for_line(re.compile(r"emulator listens on (http://\S+)")).group(1)
        with urlopen(f"{url}/strictness") as answer:
            assert json.load(answer)["profile"] == "real"


def test_a_worker_ends_with_0_when_it_is_told_to(tmp_path: Path) -> None:
    with Process(tmp_path, "worker") as process:
        process.wait_for_line(re.compile("worker is delivering"))

        assert process.terminate() == 0


@pytest.mark.parametrize(
    ("command", "settings"),
    [
        (["serve"], {}),
        (["emulator"], {}),
        (
            ["api", "--workers", "2"],
            {"database_url": "postgresql://127.0.0.1:9/x", "broker_url": "redis://127.0.0.1:9"},
        ),
    ],
    ids=["serve", "emulator", "api"],
)
def test_a_port_in_use_ends_with_2_and_one_line(run: Run, command: list[str], settings: dict[str, str]) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        ended = run(*command, "--port", str(port), **settings)

    assert ended.code == 2
    assert ended.complaint.startswith(f"cannot listen on 127.0.0.1:{port}: Address already in use")


WRONG = {
    "host": (["serve", "--host", "nonsense.invalid"], {}, "cannot listen on nonsense.invalid:8000"),
    "port": (["serve", "--port", "99999"], {}, "NOTIFYHUB_PORT: must be at most 65535"),
    "no worker": (["serve", "--no-worker"], {}, "--no-worker needs a queue"),
    "profile": (
        ["serve", "--port", "0"],
        {"emulator_profile": "chaos"},
        "NOTIFYHUB_EMULATOR_PROFILE: 'chaos' is unknown; use one of",
    ),
    "setting": (["serve"], {"log_level": "loud"}, "NOTIFYHUB_LOG_LEVEL: must be 'debug', 'info', 'warning' or 'error'"),
    "emulator's profile": (["emulator", "--profile", "chaos"], {}, "--profile: unknown value 'chaos'; use one of"),
    "emulator's strictness": (["emulator", "--strictness", "harsh"], {}, "--strictness: unknown value 'harsh'; use"),
    "emulator's limits": (["emulator", "--limits", "some"], {}, "--limits: unknown value 'some'; use one of off, real"),
    "emulator's host": (["emulator", "--host", "nonsense.invalid"], {}, "cannot listen on nonsense.invalid:8090"),
    "workers on sqlite": (["worker", "--processes", "2"], {}, "--processes: SQLite allows one worker"),
    "api alone": (["api"], {}, "api needs a queue that other processes can reach"),
    "apis on sqlite": (["api", "--workers", "2"], {"broker_url": "redis://127.0.0.1:9"}, "--workers: several API"),
    "scheduler on sqlite": (["scheduler"], {}, "scheduler needs PostgreSQL"),
    "scheduler alone": (["scheduler"], {"database_url": "postgresql://127.0.0.1:9/x"}, "scheduler needs a queue"),
    "unknown channel": (
        ["worker", "--channels", "pigeon"],
        {"database_url": "postgresql://127.0.0.1:9/x"},
        "NOTIFYHUB_WORKER_CHANNELS: there is no channel 'pigeon'; there are telegram,",
    ),
    "channels on sqlite": (["worker", "--channels", "telegram"], {}, "NOTIFYHUB_WORKER_CHANNELS needs PostgreSQL"),
    "no workers": (["worker", "--processes", "0"], {}, "Invalid value for '--processes'"),
}


@pytest.mark.parametrize(("arguments", "settings", "reason"), WRONG.values(), ids=WRONG)
def test_a_wrong_start_ends_with_2_and_one_line(
    run: Run, arguments: list[str], settings: dict[str, str], reason: str
) -> None:
    ended = run(*arguments, **settings)

    assert (ended.code, ended.out) == (2, "")
    assert ended.complaint.startswith(reason)


def test_a_data_folder_that_cannot_be_is_told_in_one_line(run: Run) -> None:
    ended = run("serve", "--port", "0", data_dir="/dev/null/x")

    assert ended.code != 0
    assert "/dev/null" in ended.complaint


def test_a_journal_that_cannot_be_is_told_in_one_line(run: Run) -> None:
    ended = run("emulator", "--port", "0", "--journal", "/dev/null/x")

    assert ended.code != 0
    assert ended.complaint.startswith("--journal: /dev/null/x cannot be used")


def test_serve_prints_a_link_that_signs_in_once(start: Start, tmp_path: Path) -> None:
    process = start()

    url = process.wait_for_line(READY).group(1)
    text = "".join(process.lines)
    found = re.search(
        rf"\nOpen the dashboard \(the link works once, for 10 minutes\):\n  {url}/signin\?token=(\S+)\n", text
    )
    assert found is not None, text
    with Hub(data_dir=tmp_path / "a folder" / "notifyhub-data", worker=False) as hub:
        session = two_ways.run(core_of(hub).sessions.redeem(found[1], "")).session
    assert (session.name, session.role) == (account(), "admin")


def test_the_link_of_serve_works_for_the_time_that_is_set(start: Start) -> None:
    assert "(the link works once, for 90 seconds)" in "".join(start(dashboard_link_s=90).lines)


def test_where_nobody_needs_a_key_serve_prints_the_plain_address(start: Start) -> None:
    process = start(auth="none")

    url = process.wait_for_line(READY).group(1)
    assert f"\nOpen the dashboard:\n  {url}\n" in "".join(process.lines)
