"""How long until a program that uses notifyhub goes on: imports, `--help`, the first message of a script.

The peer is the interpreter itself, and `import celery` as who does the same job with Celery begins.
"""

import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

from benchmarks.environment import Environment, Line
from benchmarks.processes import ROOT

STARTS = 15
MEASURE = "start of a process, median"
COMMANDS = {
    "python -c pass": ("-c", "pass"),
    "import celery": ("-c", "import celery; celery.Celery"),
    "import notifyhub": ("-c", "import notifyhub"),
    "from notifyhub import Hub": ("-c", "from notifyhub import Hub"),
    "from notifyhub.client import Client": ("-c", "from notifyhub.client import Client"),
    "Hub(), opened and closed": ("-c", "from notifyhub import Hub; Hub(worker=False).open().close()"),
    "notifyhub --help": ("-m", "notifyhub_cli.main", "--help"),
}


def run(bench: Environment) -> Iterator[Line]:
    bare = 0.0
    for name, arguments in COMMANDS.items():
        with bench.folder() as folder:
            taken = _median_s(arguments, folder, bench.pick(STARTS, 3))
        bare = bare or taken
        detail = "" if taken is bare else f"{(taken - bare) * 1000:.0f} ms over the bare interpreter"
        yield Line(MEASURE, name, taken * 1000, "ms", detail)


def _median_s(arguments: Sequence[str], folder: Path, times: int) -> float:
    """Median over `times` starts, after one that fills the caches."""
    taken = []
    for _ in range(times + 1):
        began = time.perf_counter()
        subprocess.run(
            [sys.executable, *arguments], cwd=folder, env={"PYTHONPATH": str(ROOT)}, capture_output=True, check=True
        )
        taken.append(time.perf_counter() - began)
    return sorted(taken[1:])[times // 2]
