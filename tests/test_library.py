"""notifyhub as a library: in scripts, in event loops, in threads, in forks."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
import types
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from notifyhub import Hub, InvalidRequest, NotFound, Settings, SettingsError, StoreUnavailable
from notifyhub.hub import core_of
from tests.conftest import HubMaker
from tests.emulated import RunningEmulator

ROOT = Path(__file__).parents[1]
LATER = "2126-12-01T10:00:00+03:00"


def script(text: str, folder: Path, **settings: object) -> str:
    """Run a script of its own in `folder`; what it printed."""
    environment = {f"NOTIFYHUB_{name.upper()}": str(value) for name, value in settings.items()}
    done = subprocess.run(
        [sys.executable, "-c", text],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(ROOT), **environment},
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


IMPORTS_ONLY = """
import os, sys, threading

seen = []
watching = True
def watch(event, arguments):
    if not watching:
        return
    if event.startswith(("socket.", "subprocess.", "sqlite3.")) or event in ("os.mkdir", "os.remove", "os.rename"):
        seen.append(event)
    if event == "open" and any(letter in str(arguments[1] or "r") for letter in "wax+"):
        seen.append(("open", arguments[0]))
sys.dont_write_bytecode = True
before = set(os.listdir("."))
os.environ["NOTIFYHUB_PORT"] = "this would be refused"
sys.addaudithook(watch)
from notifyhub import send, Hub
watching = False
assert not seen, seen
assert threading.active_count() == 1, threading.enumerate()
assert set(os.listdir(".")) == before
"""


def test_importing_opens_writes_and_starts_nothing_and_reads_no_setting(tmp_path: Path) -> None:
    script(IMPORTS_ONLY, tmp_path)


def test_making_a_hub_opens_nothing(tmp_path: Path) -> None:
    Hub(data_dir=tmp_path / "none")

    assert not (tmp_path / "none").exists()


def test_a_script_that_ends_right_after_sending_has_delivered(tmp_path: Path, emulator: RunningEmulator) -> None:
    script("from notifyhub import send; send('Hello', to={'telegram': '1'})", tmp_path, emulator_url=emulator.url)

    assert emulator.accepted() == {("telegram", "1", "Hello"): 1}


@pytest.mark.timeout(240)
def test_a_deferred_message_of_a_script_waits_for_the_next_process(tmp_path: Path, emulator: RunningEmulator) -> None:
    folder = _left_before_its_time(tmp_path, emulator)
    assert emulator.entries(address=folder.name) == []

    with Hub(data_dir=folder / "notifyhub-data", emulator_url=emulator.url):
        emulator.wait_for(1, timeout_s=70, address=folder.name)


def _left_before_its_time(folder: Path, emulator: RunningEmulator) -> Path:
    """The folder of a script that ended before its message was due; its name is the message's address.

    A busy machine may take longer to start and end a script than the message waits: then another one waits longer.
    """
    for wait_s in (6, 20, 60):
        own = folder / str(wait_s)
        own.mkdir()
        at = datetime.now(UTC) + timedelta(seconds=wait_s)
        text = f"from notifyhub import send; send('Hello', to={{'telegram': '{wait_s}'}}, at='{at.isoformat()}')"
        script(text, own, emulator_url=emulator.url)
        if datetime.now(UTC) < at:
            return own
    raise AssertionError("a script takes longer than a minute to end")


def test_it_is_usable_inside_a_running_event_loop(hub: Hub, emulator: RunningEmulator) -> None:
    async def application() -> list[str]:
        first = hub.send("blocking", to={"telegram": "1"})
        second = await asyncio.wrap_future(hub.submit({"text": "awaited", "recipients": [{"telegram": "1"}]}))
        return [(await hub.await_(message, 20)).status for message in (first, second)]

    assert asyncio.run(application()) == ["sent", "sent"]


def test_it_is_usable_from_many_threads(hub: Hub, emulator: RunningEmulator) -> None:
    with ThreadPoolExecutor(20) as pool:
        sent = list(pool.map(lambda i: hub.send(f"Hello {i}", to={"telegram": "1"}), range(100)))
        ended = list(pool.map(lambda message: hub.wait(message, timeout_s=30).status, sent))

    assert ended == ["sent"] * 100
    assert set(emulator.accepted().values()) == {1}


def test_many_threads_may_open_it_at_once(quick: Any, emulator: RunningEmulator, database_url: str) -> None:
    hub = Hub(quick(database_url=database_url))
    with ThreadPoolExecutor(20) as pool:
        sent = list(pool.map(lambda i: hub.send(f"Hello {i}", to={"telegram": "1"}), range(20)))
    hub.close()

    assert len({message.id for message in sent}) == 20


def test_two_hubs_live_in_one_process(make_hub: HubMaker, tmp_path: Path, emulator: RunningEmulator) -> None:
    one = make_hub(database_url=f"sqlite:///{tmp_path / 'one.db'}")
    two = make_hub(database_url=f"sqlite:///{tmp_path / 'two.db'}")

    message = one.wait(one.send("Hello", to={"telegram": "1"}), timeout_s=20)
    assert two.wait(two.send("Hello", to={"telegram": "1"}), timeout_s=20).status == "sent"

    assert len(emulator.entries()) == 2
    with pytest.raises(NotFound):
        two.message(message.id)


FORKING = """
import os, sys
from notifyhub import Hub

hub = Hub()
hub.wait(hub.send("parent", to={"telegram": "1"}), timeout_s=20)
child = os.fork()
if child == 0:
    status = 1
    try:
        status = int(hub.wait(hub.send("child", to={"telegram": "1"}), timeout_s=20).status != "sent")
        hub.close()
    finally:
        os._exit(status)
assert os.waitpid(child, 0)[1] == 0
assert hub.wait(hub.send("parent again", to={"telegram": "1"}), timeout_s=20).status == "sent"
hub.close()
"""


def test_both_sides_of_a_fork_may_go_on_sending(tmp_path: Path, emulator: RunningEmulator, database_url: str) -> None:
    script(FORKING, tmp_path, emulator_url=emulator.url, database_url=database_url)

    assert {text for _, _, text in emulator.accepted()} == {"parent", "child", "parent again"}
    assert set(emulator.accepted().values()) == {1}


FORKING_WHILE_WRITING = """
import os, threading
from notifyhub import Hub

hub = Hub()
hub.send("parent", to={"telegram": "1"})
done = threading.Event()

def write():
    while not done.is_set():
        hub.send("parent", to={"telegram": "1"}, deduplicate="off")

writer = threading.Thread(target=write)
writer.start()
for number in range(10):
    child = os.fork()
    if child == 0:
        status = 1
        try:
            hub.send(f"child {number}", to={"telegram": "1"}, reference="child")
            hub.close()
            status = 0
        finally:
            os._exit(status)
    assert os.waitpid(child, 0)[1] == 0, number
done.set()
writer.join()
assert len(hub.messages(reference="child")) == 10
hub.close()
"""


def test_a_process_may_fork_while_it_writes(tmp_path: Path, emulator: RunningEmulator, database_url: str) -> None:
    script(FORKING_WHILE_WRITING, tmp_path, emulator_url=emulator.url, database_url=database_url)


ORPHANING = """
import os
from notifyhub import Hub

hub = Hub()
hub.wait(hub.send("parent", to={"telegram": "1"}), timeout_s=20)
parent_is_gone, _ = os.pipe()
if os.fork():
    os._exit(0)
os.close(_)
os.read(parent_is_gone, 1)
assert hub.wait(hub.send("child", to={"telegram": "1"}), timeout_s=20).status == "sent"
hub.close()
"""


def test_a_child_delivers_when_its_parent_is_gone(tmp_path: Path, emulator: RunningEmulator, database_url: str) -> None:
    script(ORPHANING, tmp_path, emulator_url=emulator.url, database_url=database_url)

    emulator.wait_for(1, text="child")


def test_a_hub_that_is_used_after_close_opens_again(hub: Hub) -> None:
    message = hub.send("Hello", to={"telegram": "1"})
    hub.close()

    assert hub.message(message.id).text == "Hello"
    assert hub.wait(hub.send("Again", to={"telegram": "1"}), timeout_s=20).status == "sent"


def test_a_hub_may_be_closed_twice_and_before_it_was_opened(tmp_path: Path) -> None:
    hub = Hub(data_dir=tmp_path)
    hub.close()
    hub.open()
    hub.close()
    hub.close()


def test_with_opens_and_closes(quick: Any, emulator: RunningEmulator) -> None:
    with Hub(quick()) as hub:
        hub.wait(hub.send("Hello", to={"telegram": "1"}), timeout_s=20)
        assert core_of(hub).pumping

    assert not core_of(hub).pumping


def test_a_database_that_is_away_is_told(tmp_path: Path) -> None:
    hub = Hub(database_url="postgresql://me@127.0.0.1:9/x")

    with pytest.raises(StoreUnavailable):
        hub.send("Hello", to={"telegram": "1"})


def test_a_setting_that_there_is_not_is_told() -> None:
    with pytest.raises(
        SettingsError, match="databse_url: there is no such setting; did you mean NOTIFYHUB_DATABASE_URL"
    ):
        Hub(databse_url="sqlite:///x.db")


def test_settings_come_whole_or_singly(quick: Any) -> None:
    with pytest.raises(SettingsError, match="port"):
        Hub(quick(), port=1)


@pytest.mark.parametrize("to", [None, 5, "telegram", b"x", [], {}, ["telegram"], [{}], {"telegram": None}, {1: "1"}])
def test_recipients_that_are_none_are_an_invalid_request(hub: Hub, to: Any) -> None:
    with pytest.raises(InvalidRequest) as refused:
        hub.send("Hello", to=to)

    assert all(fault.path.startswith("to") for fault in refused.value.faults)


@pytest.mark.parametrize(
    "options",
    [
        {"channels": "telegram"},
        {"channels": 5},
        {"metadata": 5},
        {"metadata": {"a": float("nan")}},
        {"metadata": {"a": complex(1, 2)}},
        {"metadata": {"a": {1, 2}}},
        {"at": 5},
        {"at": datetime(2126, 1, 1)},  # noqa: DTZ001 (that is the point)
        {"reference": b"order"},
        {"max_attempts": "5"},
    ],
    ids=str,
)
def test_options_that_cannot_be_are_an_invalid_request(hub: Hub, options: dict[str, Any]) -> None:
    with pytest.raises(InvalidRequest) as refused:
        hub.send("Hello", to={"telegram": "1"}, **options)

    assert len(refused.value.faults) == 1
    assert hub.messages() == []


def test_a_circle_in_metadata_is_an_invalid_request(hub: Hub) -> None:
    circle: dict[str, Any] = {}
    circle["again"] = circle

    with pytest.raises(InvalidRequest, match="nested"):
        hub.send("Hello", to={"telegram": "1"}, metadata=circle)


def test_any_mapping_and_any_sequence_will_do(hub: Hub) -> None:
    person = types.MappingProxyType({"telegram": 1})

    message = hub.send(
        "Hello", to=(person,), channels=("telegram",), metadata=types.MappingProxyType({"a": 1}), at=LATER
    )

    assert message.accepted == 1


def test_an_aware_datetime_of_any_zone_will_do(hub: Hub) -> None:
    from zoneinfo import ZoneInfo

    at = datetime(2126, 12, 1, 10, tzinfo=ZoneInfo("Europe/Moscow"))

    assert hub.send("Hello", to={"telegram": "1"}, at=at).send_at == datetime(2126, 12, 1, 7, tzinfo=UTC)


@pytest.mark.parametrize("id_", [-1, 0, 2**63, 10**40])
def test_a_number_that_no_row_has_is_not_found(hub: Hub, id_: int) -> None:
    with pytest.raises(NotFound):
        hub.delivery(id_)
    with pytest.raises(NotFound):
        hub.keys.revoke(id_)


def test_settings_may_be_given_as_an_object(tmp_path: Path) -> None:
    assert Hub(Settings(data_dir=tmp_path, port=1)).settings.port == 1
