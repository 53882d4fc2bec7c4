"""Tells answers that would never end by themselves that the service stops."""

from __future__ import annotations

import asyncio
from contextlib import suppress


class Ending:
    """Set once; belongs to one event loop."""

    def __init__(self) -> None:
        self._event = asyncio.Event()

    @property
    def begun(self) -> bool:
        return self._event.is_set()

    def begin(self) -> None:
        """The service stops: streams are to end now."""
        self._event.set()

    async def wait(self, timeout_s: float) -> None:
        """Wait until it begins, but not longer than this."""
        with suppress(TimeoutError):
            await asyncio.wait_for(self._event.wait(), timeout_s)
