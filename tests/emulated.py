"""The emulator as our own tests use it: what arrived, and what is to go wrong."""

from __future__ import annotations

import json
from collections import Counter
from typing import Any
from urllib.request import urlopen

from notifyhub.emulator.testing import LocalEmulator


class RunningEmulator(LocalEmulator):
    """An emulator on a port of its own, with its journal in memory."""

    def entries(self, **wanted: Any) -> list[dict[str, Any]]:
        return self.journal(**wanted)

    def request(self, **wanted: Any) -> dict[str, Any]:
        """The JSON body of the only request among these entries."""
        body: dict[str, Any] = json.loads(self.whole(**wanted)["request_body"])
        return body

    def whole(self, **wanted: Any) -> dict[str, Any]:
        """The only one of these entries, with everything that is known of it."""
        (entry,) = self.entries(**wanted)
        with urlopen(f"{self.url}/journal/{entry['id']}") as answer:
            found: dict[str, Any] = json.load(answer)
        return found

    def accepted(self, **wanted: Any) -> Counter[tuple[str, str, str]]:
        """How often each (channel, address, text) was accepted."""
        return Counter(
            (entry["channel"], entry["address"], entry["text"]) for entry in self.entries(**wanted) if entry["accepted"]
        )
