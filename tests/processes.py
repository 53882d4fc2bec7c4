"""notifyhub as a process of its own: started, killed, started again."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import threading
import urllib.request
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import Any, Self

READY = re.compile(r"notifyhub listens on (\S+)")
PATIENCE_S = 90.0
"""A start takes 3 seconds alone, and ten times as long beside everything else that tests start at the same time."""


class Process:
    """`notifyhub ARGUMENTS` in `folder`. Killed at the end of the `with`, if it still runs."""

    def __init__(self, folder: Path, *arguments: str, **settings: object) -> None:
        environment = {f"NOTIFYHUB_{name.upper()}": str(value) for name, value in settings.items()}
        self._process = subprocess.Popen(
            [sys.executable, "-m", "notifyhub_cli.main", *arguments],
            cwd=folder,
            # Any free port for mail, because many of them run at once.
            env={**os.environ, "PYTHONUNBUFFERED": "1", "NOTIFYHUB_EMULATOR_SMTP_PORT": "0", **environment},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        self.pid = self._process.pid
        self.lines: list[str] = []
        self._said = threading.Condition()
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.kill()

    def wait_for_line(self, pattern: re.Pattern[str], timeout_s: float = PATIENCE_S) -> re.Match[str]:
        """Wait until the process has printed a line like this."""

        def found() -> re.Match[str] | None:
            return next((match for line in self.lines if (match := pattern.search(line))), None)

        with self._said:
            self._said.wait_for(lambda: found() or not self._reader.is_alive(), timeout_s)
            match = found()
        assert match is not None, "".join(self.lines)
        return match

    def kill(self) -> None:
        """kill -9, at once."""
        if self._process.poll() is None:
            self._process.kill()
        self._process.wait()

    def terminate(self, timeout_s: float = PATIENCE_S) -> int:
        """SIGTERM, and the exit code."""
        self._process.send_signal(signal.SIGTERM)
        return self._process.wait(timeout_s)

    def _read(self) -> None:
        assert self._process.stdout is not None
        for line in self._process.stdout:
            with self._said:
                self.lines.append(line)
                self._said.notify_all()
        with self._said:
            self._said.notify_all()


class Service(Process):
    """`notifyhub serve` on a free port, ready to be asked."""

    def __init__(self, folder: Path, *arguments: str, **settings: object) -> None:
        super().__init__(folder, "serve", "--port", "0", *arguments, **settings)
        self.url = self.wait_for_line(READY).group(1)
        self.key = (folder / "notifyhub-data" / "first-key").read_text().strip()

    def ask(self, path: str, body: Mapping[str, Any] | None = None, method: str | None = None) -> Any:
        """JSON in, JSON out."""
        request = urllib.request.Request(
            self.url + path,
            data=None if body is None else json.dumps(body).encode(),
            method=method,
            headers={"Authorization": f"Bearer {self.key}"},
        )
        with urllib.request.urlopen(request, timeout=60) as response:
            text = response.read()
        return json.loads(text) if text else None

    def journal(self, **wanted: str) -> list[dict[str, Any]]:
        """Everything in the emulator's journal, page by page."""
        entries: list[dict[str, Any]] = []
        cursor: str | None = ""
        while cursor is not None:
            page = self.ask(
                f"/emulator/journal?limit=1000&cursor={cursor}" if cursor else "/emulator/journal?limit=1000"
            )
            entries += page["entries"]
            cursor = page["next"]
        return [entry for entry in entries if all(entry[name] == value for name, value in wanted.items())]
