"""The README's Python section works as it stands there."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from notifyhub_api.app import make_app
from tests.conftest import HubMaker
from tests.emulated import RunningEmulator
from tests.serving import running

README = (Path(__file__).parents[1] / "README.md").read_text()
SECTION = README[README.index("### Python\n") : README.index("### Command line\n")]
FIRST, *SIDE_BY_SIDE = re.findall(r"```python\n(.*?)```", SECTION, re.DOTALL)
WAYS = ("blocking", "asyncio", "client")


def run(source: str, folder: Path, emulator: RunningEmulator, **replaced: str) -> str:
    for shown, actual in replaced.items():
        source = source.replace({"url": "http://127.0.0.1:8000"}[shown], actual)
    environment = {**os.environ, "NOTIFYHUB_EMULATOR_URL": emulator.url, "PYTHONPATH": os.pathsep.join(sys.path)}
    done = subprocess.run(
        [sys.executable, "-c", source],
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    return done.stdout


def test_the_first_lines_send(tmp_path: Path, emulator: RunningEmulator) -> None:
    assert "[('telegram', 'scheduled'), ('viber', 'scheduled')]" in run(FIRST, tmp_path, emulator)
    assert len(emulator.accepted()) == 2


@pytest.mark.parametrize("way", WAYS)
def test_the_ways_side_by_side_send_and_wait(
    tmp_path: Path, make_hub: HubMaker, emulator: RunningEmulator, way: str
) -> None:
    assert len(SIDE_BY_SIDE) == len(WAYS)
    hub = make_hub()
    (tmp_path / "notifyhub-data").mkdir()
    (tmp_path / "notifyhub-data" / "first-key").write_text(f"{hub.keys.create('first').key}\n")

    with running(make_app(hub)) as port:
        told = run(SIDE_BY_SIDE[WAYS.index(way)], tmp_path, emulator, url=f"http://127.0.0.1:{port}")

    assert told == "{'sent': 2}\n"
    assert len(emulator.accepted()) == 2


def test_every_verb_is_named() -> None:
    from notifyhub.verbs import Keys, Messaging

    for verb in vars(Messaging):
        if not verb.startswith("_"):
            assert re.search(rf"`{verb}`|`{verb}`, …", SECTION) or (verb.startswith("a") and f"`{verb[1:]}`" in SECTION)
    assert all(f".{name}`" in SECTION for name in vars(Keys) if not name.startswith(("_", "a")))
