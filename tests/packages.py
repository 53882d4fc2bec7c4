"""Processes that find packages in a folder of their own, as pip would have left them."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[1]
METADATA = "Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\n"


def installed(site: Path, name: str, entry_points: str) -> None:
    """Have a package of this name seem installed, with these entry points."""
    dist = site / f"{name.replace('-', '_')}-1.0.dist-info"
    dist.mkdir(parents=True)
    (dist / "METADATA").write_text(METADATA.format(name=name))
    (dist / "entry_points.txt").write_text(entry_points)


def run(site: Path, *arguments: str, python: tuple[str, ...] = (), **settings: str) -> subprocess.CompletedProcess[str]:
    """Python with what is in `site`, in the folder above it; `python` are options of its own."""
    variables = {f"NOTIFYHUB_{name.upper()}": value for name, value in settings.items()}
    path = os.pathsep.join((str(site), str(ROOT)))
    return subprocess.run(
        [sys.executable, *python, *arguments],
        env={**os.environ, **variables, "PYTHONPATH": path},
        cwd=site.parent,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


def cli(site: Path, *arguments: str, python: tuple[str, ...] = (), **settings: str) -> subprocess.CompletedProcess[str]:
    """The command line of such a Python."""
    return run(site, "-m", "notifyhub_cli.main", *arguments, python=python, **settings)
