"""A rolling upgrade: processes of the version before work on the schema of this one."""

from __future__ import annotations

import re
import subprocess
import tarfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from io import BytesIO
from pathlib import Path

import pytest

from notifyhub.store.database import Database
from tests import stores
from tests.emulated import RunningEmulator
from tests.many.posting import Posting
from tests.many.test_api_processes import until
from tests.processes import READY, Process

pytestmark = pytest.mark.timeout(240)

ROOT = Path(__file__).parents[2]
BEFORE = "34747e3eb97ef3b81a0ae24d3db4aafd15ad0fbe"
"""The last commit of the version before, until there are releases to name."""
DELIVERING = re.compile("worker is delivering")

StartOld = Callable[..., Process]


@pytest.fixture(scope="module")
def old_tree(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The version before, as files."""
    found = subprocess.run(["git", "archive", BEFORE], cwd=ROOT, capture_output=True, check=False)
    if found.returncode:
        pytest.skip("the version before is not in this clone: its history is cut off")
    folder = tmp_path_factory.mktemp("before")
    with tarfile.open(fileobj=BytesIO(found.stdout)) as files:
        files.extractall(folder, filter="data")
    return folder


@pytest.fixture
def start_old(
    old_tree: Path, shared: dict[str, object], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, postgres: str
) -> Iterator[StartOld]:
    """`start_old("worker")`: a process of the version before, on the same store and broker."""
    shared["database_url"] = stores.empty_postgres(postgres)
    # It has no prefix, and shares the default one.
    shared.pop("broker_prefix")
    with ExitStack() as open_:

        def start(*arguments: str) -> Process:
            with monkeypatch.context() as changed:
                changed.setenv("PYTHONPATH", str(old_tree))
                return open_.enter_context(Process(tmp_path, *arguments, **shared))

        yield start


def test_nobody_is_refused_while_schema_and_workers_are_upgraded(
    start_old: StartOld, shared: dict[str, object], emulator: RunningEmulator, tmp_path: Path
) -> None:
    api = start_old("serve", "--port", "0", "--no-worker", "--no-emulator")
    host, _, port = api.wait_for_line(READY).group(1).removeprefix("http://").partition(":")
    old = start_old("worker")
    old.wait_for_line(DELIVERING)
    key = (tmp_path / "notifyhub-data" / "first-key").read_text().strip()
    messages = 600
    with Posting((host, int(port)), key, messages, clients=2) as posting:
        until(lambda: posting.accepted > messages // 4)
        database = Database(str(shared["database_url"]))
        assert database.upgrade()
        database.close()
        # For a while, old and new workers deliver side by side.
        with Process(tmp_path, "worker", **shared) as new:
            new.wait_for_line(DELIVERING)
            until(lambda: posting.accepted > messages // 2)
            assert old.terminate() == 0
            posting.join()
            emulator.wait_for(messages, timeout_s=60)

    assert posting.troubles == {}
    assert sorted(emulator.accepted().values()) == [1] * messages


def test_old_workers_deliver_on_the_new_schema(
    start_old: StartOld, shared: dict[str, object], emulator: RunningEmulator, tmp_path: Path
) -> None:
    with Process(tmp_path, "api", "--port", "0", **shared) as api:
        host, _, port = api.wait_for_line(READY).group(1).removeprefix("http://").partition(":")
        key = (tmp_path / "notifyhub-data" / "first-key").read_text().strip()
        start_old("worker").wait_for_line(DELIVERING)
        with Posting((host, int(port)), key, 100) as posting:
            posting.join()
        emulator.wait_for(100, timeout_s=60)

    assert posting.troubles == {}
    assert sorted(emulator.accepted().values()) == [1] * 100
