"""Signs of life of processes without a port."""

from __future__ import annotations

import os
import threading
from pathlib import Path

from notifyhub.hub import core_of
from notifyhub.worker.heartbeat import BEAT_S, STALE_S, Heartbeat, Pulse, pulses
from tests.conftest import HubMaker


class Sign:
    """Whether a process moves, as a test decides; `asked` is set when somebody has asked."""

    def __init__(self, moves: bool) -> None:
        self.moves = moves
        self.asked = threading.Event()

    def __call__(self) -> bool:
        self.asked.set()
        return self.moves


def the_only_file(folder: Path) -> Path:
    (path,) = (folder / "heartbeats").iterdir()
    return path


def test_a_process_that_moves_gives_signs_of_life(tmp_path: Path) -> None:
    sign = Sign(moves=True)
    with Heartbeat(tmp_path, "worker", sign):
        assert sign.asked.wait(10)
        while not (found := pulses(tmp_path, "worker")):
            pass

    assert [(pulse.pid, pulse.beats) for pulse in found] == [(os.getpid(), True)]


def test_one_that_does_not_move_gives_none(tmp_path: Path) -> None:
    sign = Sign(moves=False)
    with Heartbeat(tmp_path, "worker", sign):
        assert sign.asked.wait(10)

        assert pulses(tmp_path, "worker") == []


def test_one_that_has_stopped_leaves_nothing_behind(tmp_path: Path) -> None:
    sign = Sign(moves=True)
    with Heartbeat(tmp_path, "worker", sign):
        assert sign.asked.wait(10)

    assert list((tmp_path / "heartbeats").iterdir()) == []


def test_a_sign_of_long_ago_is_that_of_a_process_that_hangs(tmp_path: Path) -> None:
    sign = Sign(moves=True)
    with Heartbeat(tmp_path, "worker", sign):
        assert sign.asked.wait(10)
        while not pulses(tmp_path, "worker"):
            pass
        sign.moves = False
        os.utime(the_only_file(tmp_path), (1, 1))

        (pulse,) = pulses(tmp_path, "worker")

    assert not pulse.beats


def test_one_that_was_killed_is_not_counted(tmp_path: Path) -> None:
    sign = Sign(moves=True)
    with Heartbeat(tmp_path, "worker", sign):
        assert sign.asked.wait(10)
        while not pulses(tmp_path, "worker"):
            pass
        path = the_only_file(tmp_path)
        path.with_name(path.name.replace(str(os.getpid()), "999999999")).touch()

        assert len(pulses(tmp_path, "worker")) == 1


def test_a_process_may_miss_some_beats() -> None:
    assert Pulse(1, 4 * BEAT_S).beats
    assert not Pulse(1, STALE_S).beats


def test_a_hub_moves_as_long_as_its_pumps_turn(make_hub: HubMaker) -> None:
    core = core_of(make_hub())
    held = threading.Event()
    assert core.moves()

    core._runtime._pumps._loop.call_soon_threadsafe(held.wait, 30)  # type: ignore[union-attr]
    try:
        assert not core.moves()
    finally:
        held.set()
    assert core.moves()
