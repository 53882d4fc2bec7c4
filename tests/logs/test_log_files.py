"""The log file while other processes write to it, other tools rotate it, and disks are full."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from notifyhub.logs.files import MOST_HELD, Background, WatchedFile
from notifyhub.logs.own import _dropped_line
from tests.cli.conftest import in_this_tree
from tests.processes import Service

__all__ = ["in_this_tree"]

ROOT = Path(__file__).parents[2]

MANY = """
import sys
from pathlib import Path
from notifyhub.logs import own, story
own.listen("info", sys.argv[2], Path(sys.argv[1]), None)
for number in range(20_000):
    story.tell("delivery.attempt", delivery_id=number)
"""


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "notifyhub.log"


@pytest.fixture
def log(path: Path) -> Background:
    """A log that is written when the test says so."""
    return made(path)


def made(path: Path) -> Background:
    return Background(WatchedFile(path), partial(_dropped_line, "test"))


def write(log: Background, *numbers: int) -> None:
    log.append(b"".join(b'{"number":%d}\n' % number for number in numbers), len(numbers))
    log.flush()


def numbers(*paths: Path) -> list[int]:
    return [json.loads(line)["number"] for path in paths for line in path.read_text().splitlines() if line]


def test_a_renamed_file_is_left_and_no_line_is_lost(log: Background, path: Path) -> None:
    write(log, 1)
    path.rename(path.with_name("notifyhub.log.1"))
    write(log, 2)

    assert numbers(path.with_name("notifyhub.log.1"), path) == [1, 2]


def test_a_truncated_file_goes_on_at_its_beginning(log: Background, path: Path) -> None:
    write(log, 1)
    shutil.copy(path, path.with_name("notifyhub.log.1"))
    os.truncate(path, 0)
    write(log, 2)

    assert numbers(path.with_name("notifyhub.log.1"), path) == [1, 2]
    assert path.stat().st_size == len('{"number":2}\n')


def test_a_deleted_file_and_its_folder_are_made_again(tmp_path: Path) -> None:
    path = tmp_path / "a folder" / "notifyhub.log"
    log = made(path)
    write(log, 1)
    shutil.rmtree(path.parent)
    write(log, 2)

    assert numbers(path) == [2]


def test_several_processes_write_whole_lines(path: Path) -> None:
    started = [
        subprocess.Popen([sys.executable, "-c", MANY, str(path), name], env={**os.environ, "PYTHONPATH": str(ROOT)})
        for name in ("serve", "worker")
    ]
    assert [process.wait(60) for process in started] == [0, 0]

    told: dict[str, list[int]] = {"serve": [], "worker": []}
    for line in path.read_text().splitlines():
        record = json.loads(line)
        told[record["process"]].append(record["delivery_id"])
    assert told == {"serve": list(range(20_000)), "worker": list(range(20_000))}


FLUSHING = f"{MANY}    if number % 50 == 0: story.flush()\n"


def test_no_line_is_lost_while_the_file_is_renamed_again_and_again(path: Path) -> None:
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    with subprocess.Popen([sys.executable, "-c", FLUSHING, str(path), "serve"], env=environment) as process:
        rotated: list[Path] = []
        while process.poll() is None:
            if path.exists():
                rotated.append(path.rename(path.with_name(f"notifyhub.log.{len(rotated)}")))
    rotated += [path] if path.exists() else []

    told = [json.loads(line)["delivery_id"] for one in rotated for line in one.read_text().splitlines()]
    assert len(rotated) > 2
    assert sorted(told) == list(range(20_000))


def test_messages_are_sent_while_the_disk_of_the_log_is_full(tmp_path: Path, in_this_tree: None) -> None:
    with Service(tmp_path, log_file="/dev/full") as service:
        message = {"text": "Hello", "recipients": [{"telegram": "1067000"}]}
        id_ = service.ask("/api/v1/messages", message, "POST")["id"]
        service.wait_for_line(re.compile("the log cannot be written"))
        while service.ask(f"/api/v1/messages/{id_}")["status"] != "sent":
            pass
        assert service.terminate() == 0


def test_a_full_disk_drops_lines_and_says_so_once(caplog: pytest.LogCaptureFixture) -> None:
    log = made(Path("/dev/full"))

    write(log, 1, 2)
    write(log, 3)

    assert [record.getMessage() for record in caplog.records] == [
        "the log cannot be written, so its lines are dropped: [Errno 28] No space left on device"
    ]


def test_after_a_full_disk_the_log_says_how_much_is_missing(path: Path) -> None:
    path.symlink_to("/dev/full")
    log = made(path)
    write(log, 1, 2)
    write(log, 3)
    path.unlink()
    write(log, 4)

    kept, said = map(json.loads, path.read_text().splitlines())
    assert kept == {"number": 4}
    assert (said["event"], said["lines"]) == ("log.dropped", 3)


def test_a_folder_that_cannot_be_written_stops_nothing() -> None:
    log = made(Path("/proc/nobody/notifyhub.log"))

    write(log, 1)


def test_a_line_that_was_cut_off_spoils_no_other(log: Background, path: Path, cut_off: Callable[[int], Any]) -> None:
    write(log, 1)
    cut_off(6)
    write(log, 2)
    cut_off(0)
    write(log, 3)

    lines = path.read_text().splitlines()
    assert lines[:2] == ['{"number":1}', '{"numb']
    assert json.loads(lines[2]) == {"number": 3}


@pytest.fixture
def cut_off(path: Path) -> Any:
    """Let the file grow by so many bytes only, as a quota does; 0: without end."""
    import resource
    import signal

    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    before = resource.getrlimit(resource.RLIMIT_FSIZE)

    def limit(size: int) -> None:
        most = path.stat().st_size + size if size else before[0]
        resource.setrlimit(resource.RLIMIT_FSIZE, (most, before[1]))

    yield limit
    resource.setrlimit(resource.RLIMIT_FSIZE, before)


def test_what_a_slow_disk_does_not_take_is_dropped_and_counted(path: Path) -> None:
    log = made(path)
    with log._writing:  # the disk does not answer
        for _ in range(MOST_HELD + 2):
            log.append(b'{"number":1}\n', 1)
    log.flush()

    assert json.loads(path.read_text().splitlines()[-1])["lines"] == 2


FORKED = """
import os, sys
from pathlib import Path
from notifyhub.logs import own, story
own.listen("info", "cli", Path(sys.argv[1]), None)
story.tell("key.created", key_id=1)
child = os.fork()
story.tell("key.created", key_id=2 if child else 3)
if child:
    os.waitpid(child, 0)
else:
    story.flush()
    os._exit(0)
"""


def test_a_forked_child_writes_its_own_lines_and_none_of_its_parent(path: Path) -> None:
    subprocess.run([sys.executable, "-c", FORKED, str(path)], env={**os.environ, "PYTHONPATH": str(ROOT)}, check=True)

    assert sorted(json.loads(line)["key_id"] for line in path.read_text().splitlines()) == [1, 2, 3]


@pytest.mark.skipif(shutil.which("logrotate") is None, reason="needs logrotate")
@pytest.mark.parametrize("way", ["create", "copytruncate"])
def test_logrotate_with_the_documented_settings_loses_no_line(path: Path, way: str) -> None:
    snippet = (ROOT / "docs" / "logs.md").read_text().split("```logrotate\n")[1].split("```")[0]
    settings = snippet.replace("/var/lib/notifyhub/notifyhub.log", str(path))
    settings = settings.replace("    nocreate", f"    {'nocreate' if way == 'create' else 'copytruncate'}")
    own = path.with_name("logrotate.conf")
    own.write_text(settings)
    own.chmod(0o600)
    log = made(path)
    for number in range(3):
        write(log, number)
        subprocess.run(["logrotate", "--force", "--state", str(path.with_name("state")), str(own)], check=True)
    write(log, 3)

    from notifyhub.logs.rotated import opened, siblings

    files = siblings(path)
    found = []
    for one in files:
        with opened(one) as file:
            found += [json.loads(line)["number"] for line in file.read().splitlines() if line]
    assert sorted(found) == [0, 1, 2, 3]
