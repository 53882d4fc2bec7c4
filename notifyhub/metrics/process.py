"""What this process takes of the machine."""

from __future__ import annotations

import os
import threading
import time
from contextlib import suppress
from functools import cache
from importlib.metadata import version
from pathlib import Path

from notifyhub.metrics.definitions import BUILD, CPU, FILES, MEMORY, PROCESSES, STARTED, THREADS
from notifyhub.metrics.snapshots import Snapshot

_PROC = Path("/proc/self")
_started_at = time.time()


def figures(role: str) -> Snapshot:
    """The figures of this process, which is a `role`."""
    found = Snapshot()
    found.counters[CPU.name] = {(role,): time.process_time()}
    values = {PROCESSES: 1.0, THREADS: threading.active_count(), STARTED: _started_at}
    with suppress(OSError):
        # Only Linux has these.
        values[MEMORY] = int((_PROC / "statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")
        values[FILES] = len(os.listdir(_PROC / "fd"))
    found.gauges = {metric.name: {(role,): value} for metric, value in values.items()}
    found.gauges[BUILD.name] = {(_version(),): 1.0}
    return found


@cache
def _version() -> str:
    return version("notifyhub")
