"""Threads and event loops that wait for entries."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress


class Watchers:
    """`tell` wakes all watchers. Nobody polls."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._watching: set[Watch] = set()
        self._released = False

    def tell(self) -> None:
        """Wake all watchers. May be called from any thread."""
        with self._changed:
            self._changed.notify_all()
            for watch in self._watching:
                watch.tell()

    def release(self) -> None:
        """Release the watchers of event loops: the server is about to stop and must not wait for them."""
        self._released = True
        self.tell()

    @property
    def released(self) -> bool:
        return self._released

    def wait_in_thread(self, enough: Callable[[], bool], timeout_s: float) -> bool:
        """Block this thread until `enough` is true; False after `timeout_s` seconds."""
        with self._changed:
            return self._changed.wait_for(enough, timeout_s)

    @contextmanager
    def watch(self) -> Iterator[Watch]:
        """Watch from the running event loop."""
        watch = Watch()
        with self._changed:
            self._watching.add(watch)
        try:
            yield watch
        finally:
            with self._changed:
                self._watching.discard(watch)


class Watch:
    """One watcher on an event loop."""

    def __init__(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._event = asyncio.Event()

    def tell(self) -> None:
        with suppress(RuntimeError):  # the loop is closed: nobody watches any more
            self._loop.call_soon_threadsafe(self._event.set)

    def begin(self) -> None:
        """From now on `next` sees everything new. Call it before reading what exists."""
        self._event.clear()

    async def next(self, timeout_s: float) -> bool:
        """Wait for something new since `begin`; False after `timeout_s` seconds."""
        try:
            async with asyncio.timeout(timeout_s):
                await self._event.wait()
        except TimeoutError:
            return False
        return True
