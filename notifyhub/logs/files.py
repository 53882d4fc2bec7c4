"""A log file that several processes append to and another tool rotates, and the thread that writes it."""

from __future__ import annotations

import atexit
import logging
import os
import threading
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any, Protocol

GATHER_S = 0.025
"""Lines of so long are written at once."""
MOST_HELD = 100_000
"""More lines than this are not kept in memory for a disk that is too slow."""
END_WITHIN_S = 3.0
MODE = 0o640

_log = logging.getLogger(__name__)


class Target(Protocol):
    """Where lines go."""

    def write(self, lines: bytes) -> int:
        """Write whole lines. Returns how many of them could not be written, and says why in `trouble`."""

    trouble: OSError | None


class WatchedFile:
    """Appends whole lines. Another tool may rename, delete or truncate the file at any time."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._open: tuple[int, tuple[int, int]] | None = None
        self._is_torn = False
        self.trouble: OSError | None = None

    def write(self, lines: bytes) -> int:
        """Append lines in one call, so that those of other processes do not come in between."""
        # After half a line the next one begins a line of its own.
        left = memoryview(b"\n" + lines if self._is_torn else lines)
        try:
            while left:
                written = os.write(self._descriptor(), left)
                left, self._is_torn = left[written:], written < len(left)
        except OSError as error:
            self.trouble = error
            self._close()
            return min(bytes(left).count(b"\n"), lines.count(b"\n"))
        self.trouble = None
        return 0

    def _descriptor(self) -> int:
        """The file that has the path now."""
        if self._open is not None:
            with suppress(FileNotFoundError):
                if _identity(os.stat(self._path)) == self._open[1]:
                    return self._open[0]
            self._close()
        self._path.parent.mkdir(parents=True, exist_ok=True)
        descriptor = os.open(self._path, os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC, MODE)
        self._open = descriptor, _identity(os.fstat(descriptor))
        return descriptor

    def _close(self) -> None:
        if self._open is not None:
            os.close(self._open[0])
            self._open = None


def _identity(stat: os.stat_result) -> tuple[int, int]:
    return stat.st_dev, stat.st_ino


class Stream:
    """A handler's stream, between the lines that the handler writes itself."""

    trouble: OSError | None = None

    def __init__(self, handler: logging.StreamHandler[Any]) -> None:
        self._handler = handler

    def write(self, lines: bytes) -> int:
        """Write lines to the stream."""
        lock = self._handler.lock
        assert lock is not None
        with lock, suppress(OSError, ValueError):
            self._handler.stream.write(lines.decode())
            self._handler.flush()
        return 0


Lines = bytes | Callable[[], bytes]
"""Whole lines, or what makes them."""


class Background:
    """Takes lines without ever waiting, and makes and writes them on a thread of its own. Usable from any thread.

    What cannot be written is dropped and counted. `dropped` makes the line that says so,
    once lines can be written again.
    """

    def __init__(self, target: Target, dropped: Callable[[int], bytes]) -> None:
        self._target = target
        self._dropped_line = dropped
        self._renew()
        atexit.register(self.close)

    def _renew(self) -> None:
        self._pid = os.getpid()
        self._waiting: deque[Lines] = deque()
        self._held = 0
        self._wake = threading.Event()
        self._closing = threading.Event()
        self._starting = threading.Lock()
        self._writing = threading.Lock()
        self._thread: threading.Thread | None = None
        self._dropped = 0
        self._warned = False

    def append(self, lines: Lines, number: int) -> None:
        """Take so many lines. Made later, on the other thread, they cost less: one after another, and nobody waits."""
        if self._pid != os.getpid():
            # A forked child: the lines that wait are the parent's, and so is the thread.
            self._renew()
        # Without a lock: two threads at the same moment may count wrongly until the next lines are written.
        if self._held >= MOST_HELD:
            self._dropped += number
            return
        self._waiting.append(lines)
        self._held += number
        if self._thread is None:
            self._start()
        if not self._wake.is_set():
            self._wake.set()

    def flush(self) -> None:
        """Write what waits, now."""
        if self._pid == os.getpid():
            self._write()

    def close(self) -> None:
        """Write what waits, and end the thread: at most for END_WITHIN_S seconds."""
        if self._pid != os.getpid() or self._thread is None:
            return
        self._closing.set()
        self._wake.set()
        self._thread.join(END_WITHIN_S)
        self._thread = None
        self._closing.clear()

    def _start(self) -> None:
        with self._starting:
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, name="notifyhub-log", daemon=True)
                self._thread.start()

    def _run(self) -> None:
        while not self._closing.is_set():
            self._wake.wait()
            self._wake.clear()
            self._closing.wait(GATHER_S)
            self._write()

    def _write(self) -> None:
        with self._writing:
            lines = self._made()
            missing, self._dropped = self._dropped, 0
            if missing:
                lines += self._dropped_line(missing)
            if not lines:
                return
            if lost := self._target.write(lines):
                # The line that says how many were dropped is none of them.
                self._dropped += missing + lost - bool(missing)
                self._warn()
            else:
                self._warned = False

    def _made(self) -> bytes:
        self._held = 0
        made: list[bytes] = []
        while self._waiting:
            lines = self._waiting.popleft()
            try:
                made.append(lines if isinstance(lines, bytes) else lines())
            except Exception:
                _log.exception("a record could not be written")
        return b"".join(made)

    def _warn(self) -> None:
        if not self._warned:
            self._warned = True
            _log.warning("the log cannot be written, so its lines are dropped: %s", self._target.trouble)
