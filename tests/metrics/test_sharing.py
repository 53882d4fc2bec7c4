"""Several processes add up what they count, whatever becomes of them."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import orjson
import pytest

from notifyhub.metrics import sharing
from notifyhub.metrics.counting import begin_anew, count
from notifyhub.metrics.definitions import PROCESSES, SEND, SENT

ROOT = Path(__file__).parents[2]
LATER_S = 10.0
MUCH_LATER_S = 10_000.0
TELLS = """
import sys
from pathlib import Path
from notifyhub.metrics import counting, sharing
from notifyhub.metrics.definitions import SEND, SENT
counting.count(SENT, ("telegram",), {number})
counting.note(SEND, 0.5, ("telegram",))
with sharing.telling(Path(sys.argv[1]), "worker"):
    print("told", flush=True)
    sys.stdin.read()
"""


class Child:
    """A process that has counted `number` sends and tells it."""

    def __init__(self, folder: Path, number: int) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-c", TELLS.format(number=number), str(folder)],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
        )
        assert self.process.stdout is not None
        assert self.process.stdout.readline() == b"told\n"

    def end(self) -> None:
        assert self.process.stdin is not None
        self.process.stdin.close()
        assert self.process.wait(30) == 0

    def kill(self) -> None:
        self.process.kill()
        self.process.wait()


@pytest.fixture(autouse=True)
def anew() -> None:
    begin_anew()


@pytest.fixture
def children(tmp_path: Path) -> Iterator[list[Child]]:
    """Of two processes."""
    started = [Child(tmp_path, 3), Child(tmp_path, 4)]
    yield started
    for child in started:
        child.kill()


def sent(folder: Path, later_s: float = 0.0) -> float:
    return sharing.together(folder, "serve", time.time() + later_s).counters[SENT.name][("telegram",)]


def workers(folder: Path, later_s: float = 0.0) -> float:
    gauges = sharing.together(folder, "serve", time.time() + later_s).gauges
    return gauges[PROCESSES.name].get(("worker",), 0.0)


def test_whoever_is_asked_answers_for_all(tmp_path: Path, children: list[Child]) -> None:
    count(SENT, ("telegram",))

    assert sent(tmp_path) == 8
    assert workers(tmp_path) == 2
    assert sum(sharing.together(tmp_path, "serve").histograms[SEND.name][("telegram",)][:-1]) == 2


def test_who_tells_is_not_counted_twice(tmp_path: Path) -> None:
    count(SENT, ("telegram",))

    with sharing.telling(tmp_path, "serve"):
        assert sent(tmp_path) == 1


def test_counts_of_a_process_that_ended_stay_and_its_gauges_go_at_once(tmp_path: Path, children: list[Child]) -> None:
    children[0].end()

    assert sent(tmp_path) == 7
    assert workers(tmp_path) == 1


def test_counts_of_a_killed_process_stay_and_its_gauges_go_soon(tmp_path: Path, children: list[Child]) -> None:
    for child in children:
        child.kill()

    assert sent(tmp_path, LATER_S) == 7
    assert workers(tmp_path, LATER_S) == 0


def test_a_process_that_starts_again_adds_to_what_it_counted_before(tmp_path: Path, children: list[Child]) -> None:
    children[0].end()
    again = Child(tmp_path, 3)

    assert sent(tmp_path) == 10

    again.kill()


def test_many_ended_processes_become_one_file(tmp_path: Path, children: list[Child]) -> None:
    children[0].end()
    children[1].kill()

    sharing.fold(tmp_path, time.time() + MUCH_LATER_S)

    assert len(list(tmp_path.glob("*.json"))) == 1
    assert sent(tmp_path) == 7
    assert workers(tmp_path) == 0


def test_those_who_live_are_not_folded(tmp_path: Path, children: list[Child]) -> None:
    sharing.fold(tmp_path)

    assert workers(tmp_path) == 2


def test_a_reader_in_the_middle_of_folding_counts_nothing_twice(tmp_path: Path, children: list[Child]) -> None:
    for child in children:
        child.end()
    before = {path: path.read_bytes() for path in tmp_path.glob("*.json")}
    sharing.fold(tmp_path)

    # As it is when the new file is there, and the old ones are not deleted yet.
    for path, text in before.items():
        path.write_bytes(text)

    assert sent(tmp_path) == 7


def test_a_process_that_was_taken_for_ended_counts_on(tmp_path: Path) -> None:
    count(SENT, ("telegram",), 5)
    teller = sharing.Teller(tmp_path, "serve")
    teller.tell()
    Child(tmp_path, 1).end()
    sharing.fold(tmp_path, time.time() + MUCH_LATER_S)

    teller.tell()
    count(SENT, ("telegram",), 2)

    assert sent(tmp_path) == 8
    teller.start()
    teller.end()


def test_a_file_that_holds_something_else_is_passed_over(tmp_path: Path) -> None:
    count(SENT, ("telegram",))
    (tmp_path / "broken.json").write_text("{")
    (tmp_path / "other.json").write_bytes(orjson.dumps({"at": 1}))

    assert sent(tmp_path) == 1


def test_metrics_of_another_version_are_left_out(tmp_path: Path) -> None:
    count(SENT, ("telegram",))
    others = {"of_later_total": [[[], 1]], SENT.name: [[["telegram", "of a new label"], 1]]}
    values = {"counters": others, "histograms": {SEND.name: [[["telegram"], [1, 2]]]}, "gauges": {}}
    (tmp_path / "later.json").write_bytes(
        orjson.dumps({"at": time.time(), "alive": True, "covers": [], "values": values})
    )

    found = sharing.together(tmp_path, "serve")

    assert found.counters[SENT.name] == {("telegram",): 1}
    assert "of_later_total" not in found.counters
    assert not found.histograms.get(SEND.name)


def test_a_folder_for_children_is_gone_at_the_end() -> None:
    with sharing.prepare_folder() as folder:
        assert folder.is_dir()

    assert not folder.exists()
