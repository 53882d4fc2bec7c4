"""Signs of life of a process without a port: a file that is written as long as the process moves."""

from __future__ import annotations

import os
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from time import time
from types import TracebackType
from typing import NamedTuple, Self

from notifyhub import logs

FOLDER = "heartbeats"
BEAT_S = 2.0
STALE_S = 20.0
"""A process that has not written its file for so long hangs."""

_log = logs.logger(__name__)


class Heartbeat:
    """Writes the file of this process in `folder` every two seconds, unless `sign()` says that it does not move.

    `sign` may block for a moment. The file is removed when the process stops.
    """

    def __init__(self, folder: Path, role: str, sign: Callable[[], bool]) -> None:
        self._path = folder / FOLDER / f"{role}-{socket.gethostname()}-{os.getpid()}"
        self._sign = sign
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._run, name="notifyhub-heartbeat", daemon=True)

    def start(self) -> None:
        self._path.parent.mkdir(parents=True, exist_ok=True)
        self._thread.start()

    def stop(self) -> None:
        self._stopped.set()
        self._thread.join()
        with suppress(OSError):
            self._path.unlink(missing_ok=True)

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.stop()

    def _run(self) -> None:
        failing = False
        while True:
            try:
                if self._sign():
                    self._path.touch()
                failing = False
            except OSError as error:
                if not failing:
                    _log.warning("cannot write the sign of life %s: %s", self._path, error.strerror)
                failing = True
            if self._stopped.wait(BEAT_S):
                return


class Pulse(NamedTuple):
    """A process of a role, and how many seconds ago it gave a sign of life."""

    pid: int
    age_s: float

    @property
    def beats(self) -> bool:
        return self.age_s < STALE_S


def pulses(folder: Path, role: str) -> list[Pulse]:
    """The processes of a role that run on this machine or in this container, and should give signs of life."""
    return [pulse for pulse in _all(folder, f"{role}-{socket.gethostname()}-") if _runs(pulse.pid)]


def _all(folder: Path, prefix: str) -> Iterator[Pulse]:
    for path in sorted((folder / FOLDER).glob(f"{prefix}*")):
        number = path.name.removeprefix(prefix)
        with suppress(OSError):
            if number.isdigit():
                yield Pulse(int(number), max(0.0, time() - path.stat().st_mtime))


def _runs(pid: int) -> bool:
    """Is there such a process? One that was killed leaves its file behind."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except OSError:
        return True
    return True
