"""The emulator as tests use it: what arrived, and what is to go wrong."""

from __future__ import annotations

from collections import Counter
from contextlib import ExitStack
from types import TracebackType
from typing import Any, Self

from notifyhub.emulator.app import Emulator
from notifyhub.emulator.faults import FaultSettings
from tests.serving import running


class Stage:
    """An emulator on a port of its own, with its journal in memory."""

    def __init__(self) -> None:
        self._emulator = Emulator(seed=1, hang_s=30)
        self._open = ExitStack()
        self.url = ""

    def __enter__(self) -> Self:
        port = self._open.enter_context(running(self._emulator.app))
        self.url = f"http://127.0.0.1:{port}"
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._open.close()

    def wait_for(self, count: int, timeout_s: float = 20, **wanted: Any) -> list[dict[str, Any]]:
        """Wait until `count` entries have arrived, and give them back."""
        self._emulator.journal.wait_for(count, timeout_s=timeout_s, **wanted)
        return self.entries(**wanted)

    def entries(self, **wanted: Any) -> list[dict[str, Any]]:
        return list(self._emulator.journal.entries(**wanted))

    def accepted(self, **wanted: Any) -> Counter[tuple[str, str, str]]:
        """How often each (channel, address, text) was accepted."""
        return Counter(
            (entry["channel"], entry["address"], entry["text"]) for entry in self.entries(**wanted) if entry["accepted"]
        )

    def script(self, channel: str, address: str, *answers: object) -> None:
        """Answer the next calls to this address so, and accept what comes after."""
        self.faults(scripts=[{"channel": channel, "address": address, "answers": list(answers)}])

    def faults(self, **faults: Any) -> None:
        self._emulator.faults.replace(FaultSettings.model_validate(faults))
