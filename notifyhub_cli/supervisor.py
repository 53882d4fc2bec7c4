"""Runs several processes of one kind on one machine: starts them, replaces any that die, and stops them all."""

from __future__ import annotations

import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterable, Mapping, Sequence
from time import monotonic

from notifyhub import logs
from notifyhub_cli import parent, readiness
from notifyhub_cli.readiness import Readiness

LOOK_S = 0.5
READY_WITHIN_S = 60.0
LISTEN_S = 0.1
STOP_S = 5.0
"""Beyond the grace of the processes themselves."""

Start = Callable[[int, Mapping[str, str]], "subprocess.Popen[bytes]"]
"""Starts the process for a place, counted from 0, with this environment."""

_log = logs.logger(__name__)


def start_command(
    arguments: Iterable[str], environment: Mapping[str, str], descriptors: Sequence[int] = ()
) -> subprocess.Popen[bytes]:
    """`notifyhub ARGUMENTS` as a child, in a session of its own: Ctrl-C reaches it only once, through us."""
    return subprocess.Popen(  # noqa: S603 (our own module)
        [sys.executable, "-m", "notifyhub_cli.main", *arguments],
        start_new_session=True,
        env={**environment, **parent.naming_us()},
        pass_fds=descriptors,
    )


class Supervisor:
    """Keeps `count` processes running until SIGTERM or SIGINT. SIGHUP replaces them, one after another.

    kind     what they are called in the log
    grace_s  how long a process that is told to stop may take by itself
    """

    def __init__(
        self, kind: str, count: int, start: Start, grace_s: float, environment: Mapping[str, str] | None = None
    ) -> None:
        self._kind = kind
        self._count = count
        self._start = start
        self._grace_s = grace_s + STOP_S
        self._environment = environment
        self._stop = threading.Event()
        self._reload = threading.Event()
        self._running: list[subprocess.Popen[bytes]] = []

    def run(self, when_ready: Callable[[], None] = lambda: None) -> None:
        """Return when all have stopped. `when_ready` is called when all are ready for the first time."""
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: self._stop.set())
        signal.signal(signal.SIGHUP, lambda *_: self._reload.set())
        try:
            self._start_all()
            if not self._stop.is_set():
                when_ready()
                readiness.tell(readiness.READY)
            while not self._stop.wait(LOOK_S):
                self._replace_the_dead()
                if self._reload.is_set():
                    self._reload.clear()
                    self._replace_all()
        finally:
            readiness.tell(readiness.STOPPING)
            self._end(self._running)

    def _start_all(self) -> None:
        begun = [self._begin(place) for place in range(self._count)]
        self._running = [process for process, _ in begun]
        for process, ready in begun:
            self._wait_until_ready(process, ready)

    def _begin(self, place: int) -> tuple[subprocess.Popen[bytes], Readiness]:
        ready = Readiness(self._environment)
        return self._start(place, ready.environment), ready

    def _wait_until_ready(self, process: subprocess.Popen[bytes], ready: Readiness) -> None:
        """Return when it is ready, has ended, or takes too long, and when we are told to stop."""
        ends = monotonic() + READY_WITHIN_S
        with ready:
            while process.poll() is None and monotonic() < ends and not self._stop.is_set():
                if ready.heard_within(LISTEN_S):
                    return

    def _replace_the_dead(self) -> None:
        for place, process in enumerate(self._running):
            if process.poll() is not None:
                _log.error("%s %d exited with code %d; starting another", self._kind, process.pid, process.returncode)
                # One that dies at once is not started again and again without a pause.
                self._stop.wait(LOOK_S)
                self._running[place], ready = self._begin(place)
                self._wait_until_ready(self._running[place], ready)

    def _replace_all(self) -> None:
        _log.info("replacing the processes, one after another: %s", self._kind)
        readiness.tell(readiness.reloading())
        for place, old in enumerate(self._running):
            new, ready = self._begin(place)
            self._wait_until_ready(new, ready)
            if new.poll() is not None:
                _log.error("the new %s exited with code %d; the old ones go on", self._kind, new.returncode)
                break
            self._running[place] = new
            self._end([old])
        readiness.tell(readiness.READY)

    def _end(self, processes: Sequence[subprocess.Popen[bytes]]) -> None:
        for process in processes:
            process.terminate()
        for process in processes:
            try:
                process.wait(self._grace_s)
            except subprocess.TimeoutExpired:
                _log.error("%s %d does not stop; killing it", self._kind, process.pid)
                process.kill()
                process.wait()
