"""What is installed is what is in the repository."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path
from zipfile import ZipFile

ROOT = Path(__file__).parents[1]
PACKAGES = ("notifyhub", "notifyhub_api", "notifyhub_cli", "notifyhub_pytest")


def files(*below: str) -> list[str]:
    """What git tracks, or would."""
    command = ["git", "ls-files", "--cached", "--others", "--exclude-standard", *below]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout.split()


def test_the_wheel_holds_every_file_of_the_packages(tmp_path: Path) -> None:
    source = tmp_path / "source"
    for name in files("."):
        # A copy, so that nothing that an earlier build left behind can stand in for what is missing.
        (source / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / name, source / name)
    subprocess.run(
        [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--wheel-dir", str(tmp_path), str(source)],
        check=True,
    )

    (wheel,) = tmp_path.glob("*.whl")
    with ZipFile(wheel) as unpacked:
        names = unpacked.namelist()
        [told] = [unpacked.read(name).decode() for name in names if name.endswith("entry_points.txt")]
    assert set(files(*PACKAGES)) <= set(names)
    assert "[notifyhub.providers]\napprise = notifyhub.providers.apprise_channel:plugin\n" in told
