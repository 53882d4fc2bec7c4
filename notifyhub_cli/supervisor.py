"""Runs several workers on one machine: starts them, restarts any that die, and stops them all."""

from __future__ import annotations

import signal
import subprocess
import sys
import threading
from collections.abc import Mapping
from types import FrameType

from notifyhub import logs
from notifyhub.settings import Settings
from notifyhub_cli.metrics_shown import shown_together

START_AGAIN_S = 1.0

_log = logs.logger(__name__)


def supervise(processes: int, settings: Settings) -> None:
    """Keep `processes` workers running until SIGTERM or SIGINT, then let them drain and return."""
    logs.configure(settings.log_level, settings.log_format, settings.effective_log_file, "workers")
    stopped = threading.Event()

    def stop(number: int, frame: FrameType | None) -> None:
        stopped.set()

    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, stop)
    with shown_together(settings, "supervisor") as environment:
        workers = [_start(environment) for _ in range(processes)]
        while not stopped.wait(START_AGAIN_S):
            for place, process in enumerate(workers):
                if process.poll() is not None:
                    _log.error("worker %d exited with code %d; starting another", process.pid, process.returncode)
                    workers[place] = _start(environment)
        _stop(workers, settings.drain_s)


def _start(environment: Mapping[str, str]) -> subprocess.Popen[bytes]:
    # A session of its own, so that Ctrl-C on the terminal reaches the workers only once, through us.
    command = [sys.executable, "-m", "notifyhub_cli.main", "worker"]
    return subprocess.Popen(command, env=environment, start_new_session=True)  # noqa: S603 (our own module)


def _stop(workers: list[subprocess.Popen[bytes]], drain_s: float) -> None:
    for process in workers:
        process.terminate()
    for process in workers:
        try:
            process.wait(drain_s + 5)
        except subprocess.TimeoutExpired:
            _log.error("worker %d does not stop; killing it, its deliveries will be rescued", process.pid)
            process.kill()
