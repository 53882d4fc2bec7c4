"""Whether a process is ready, told as services of systemd do (sd_notify): to systemd, or to a supervisor of our own.

Source: https://www.freedesktop.org/software/systemd/man/latest/sd_notify.html
"""

from __future__ import annotations

import os
import socket
import tempfile
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from time import monotonic_ns
from types import TracebackType
from typing import Self

VARIABLE = "NOTIFY_SOCKET"
READY = "READY=1"
STOPPING = "STOPPING=1"


def tell(state: str) -> None:
    """Tell who has started this process, if they want to know."""
    path = os.environ.get(VARIABLE)
    if path:
        # A leading @ stands for the zero byte of an abstract socket. Nobody may listen any more.
        with suppress(OSError), socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as sender:
            sender.sendto(state.encode(), "\0" + path[1:] if path[0] == "@" else path)


def reloading() -> str:
    """What systemd's `Type=notify-reload` expects to be told when a reload begins."""
    return f"RELOADING=1\nMONOTONIC_USEC={monotonic_ns() // 1000}"


class Readiness:
    """Hears a child process say that it is ready: start it with `environment`, which is `given`, or ours, and more."""

    def __init__(self, given: Mapping[str, str] | None = None) -> None:
        self._folder = tempfile.TemporaryDirectory(prefix="notifyhub-")
        path = Path(self._folder.name) / "ready"
        self._listener = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self._listener.bind(str(path))
        self.environment = {**(os.environ if given is None else given), VARIABLE: str(path)}

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._listener.close()
        self._folder.cleanup()

    def heard_within(self, seconds: float) -> bool:
        """Has it said so? Waits for it."""
        self._listener.settimeout(seconds)
        with suppress(TimeoutError):
            return READY in self._listener.recv(4096).decode().splitlines()
        return False
