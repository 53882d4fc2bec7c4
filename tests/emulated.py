"""The emulator as our own tests use it: what arrived, and what is to go wrong."""

from __future__ import annotations

from collections import Counter
from typing import Any

from notifyhub.emulator.testing import LocalEmulator


class RunningEmulator(LocalEmulator):
    """An emulator on a port of its own, with its journal in memory."""

    def entries(self, **wanted: Any) -> list[dict[str, Any]]:
        return self.journal(**wanted)

    def accepted(self, **wanted: Any) -> Counter[tuple[str, str, str]]:
        """How often each (channel, address, text) was accepted."""
        return Counter(
            (entry["channel"], entry["address"], entry["text"]) for entry in self.entries(**wanted) if entry["accepted"]
        )
