"""How far a command is, on a terminal."""

from __future__ import annotations

import sys
from typing import Any


class Bar:
    """A progress bar on standard error if that is a terminal; nothing elsewhere.

    total  what it goes up to; None: only counts
    shown  False: nothing, because something else is written to the terminal
    """

    def __init__(self, name: str, total: int | None = None, *, shown: bool = True) -> None:
        self._name = name
        self._total = total
        self._shown = shown and sys.stderr.isatty()
        self._progress: Any = None

    def __enter__(self) -> Any:
        """What is to be called with the position."""
        if not self._shown:
            return None
        from rich.console import Console
        from rich.progress import MofNCompleteColumn, Progress

        console = Console(stderr=True)
        counting = [MofNCompleteColumn()] if self._total is None else []
        self._progress = Progress(*Progress.get_default_columns(), *counting, console=console, transient=True)
        self._progress.start()
        task = self._progress.add_task(self._name, total=self._total)
        return lambda place: self._progress.update(task, completed=place)

    def __exit__(self, *_: object) -> None:
        if self._progress is not None:
            self._progress.stop()
