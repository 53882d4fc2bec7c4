"""On SQLite one process delivers; others stand by."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

from notifyhub.hub import core_of
from notifyhub.worker.lock import PumpLock
from tests.conftest import HubMaker
from tests.emulated import RunningEmulator
from tests.processes import Service


def test_a_second_hub_on_the_same_file_stands_by_and_still_accepts(make_hub: HubMaker, tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'shared.db'}"
    first, second = make_hub(database_url=url), make_hub(database_url=url)

    assert (core_of(first).pumping, core_of(second).pumping) == (True, False)
    message = second.send("Hello", to={"telegram": "1"})
    assert second.wait(message, timeout_s=20).status == "sent"


def test_the_one_that_stands_by_takes_over(make_hub: HubMaker, tmp_path: Path, emulator: RunningEmulator) -> None:
    url = f"sqlite:///{tmp_path / 'shared.db'}"
    first, second = make_hub(database_url=url), make_hub(database_url=url)
    first.close()

    message = second.send("Hello", to={"telegram": "1"})

    assert second.wait(message, timeout_s=20).status == "sent"
    assert core_of(second).pumping


def test_a_killed_process_gives_up_its_place(make_hub: HubMaker, tmp_path: Path) -> None:
    with Service(tmp_path) as service:
        hub = make_hub(data_dir=tmp_path / "notifyhub-data")
        assert not core_of(hub).pumping
        service.kill()

    message = hub.send("Hello", to={"telegram": "1"})

    assert hub.wait(message, timeout_s=20).status == "sent"


def test_the_lock_excludes_and_can_be_taken_again(tmp_path: Path) -> None:
    first, second = PumpLock(tmp_path / "lock"), PumpLock(tmp_path / "lock")

    assert first.take()
    assert not second.take()
    first.release()
    assert second.take()
    second.release()


@pytest.mark.skipif(sys.platform == "win32", reason="there is no fork on Windows")
def test_a_forked_child_neither_holds_nor_releases_the_lock(tmp_path: Path) -> None:
    lock = PumpLock(tmp_path / "lock")
    assert lock.take()
    child = os.fork()
    if child == 0:
        os._exit(1 if PumpLock(tmp_path / "lock").take() else 0)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
    assert not PumpLock(tmp_path / "lock").take()
    lock.release()


@pytest.mark.skipif(sys.platform == "win32", reason="there is no fork on Windows")
def test_a_forked_child_may_take_the_lock_when_its_parent_gave_it_up(tmp_path: Path) -> None:
    lock = PumpLock(tmp_path / "lock")
    assert lock.take()
    given_up, give_up = os.pipe()
    child = os.fork()
    if child == 0:
        os.read(given_up, 1)
        os._exit(0 if PumpLock(tmp_path / "lock").take() else 1)
    lock.release()
    os.write(give_up, b"1")
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
