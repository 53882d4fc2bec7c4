"""The hub as users see it."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from concurrent.futures import Future
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self

from notifyhub.verbs import Keys, Messaging, Receives, both

if TYPE_CHECKING:
    # Database, queue and providers take long to import: that is for those who make a hub, not for those who import it.
    from notifyhub import answers
    from notifyhub.fake import FakeHub
    from notifyhub.hub.core import Core
    from notifyhub.settings import Settings


class Hub(Messaging):
    """One configuration of notifyhub in this process; usable from any thread and any event loop.

    Settings come from the arguments (any name of `Settings`), then from `NOTIFYHUB_*` variables, then from defaults.
    Nothing is opened before the first use. With the in-process queue (`memory://`) the hub delivers by itself;
    with Redis it only accepts, and `notifyhub worker` processes deliver. `worker=True` or `False` decides otherwise.

    Each verb comes twice: `send` blocks, `asend` is awaited. In a child of `os.fork` it opens anew, with threads and
    connections of its own.

    Raises SettingsError for a wrong setting, and for single settings beside a whole `Settings`.
    """

    _verbs: Core

    def __init__(self, settings: Settings | None = None, *, worker: bool | None = None, **given: Any) -> None:
        from notifyhub.hub.core import Core

        self._verbs = Core(settings, worker=worker, **given)
        self.keys = Keys(self._verbs.keys)

    @staticmethod
    def fake(**settings: Any) -> FakeHub:
        """A hub for tests that sends to nobody and stores nothing; it tells what it would have sent."""
        from notifyhub.fake import FakeHub

        return FakeHub(**settings)

    @property
    def settings(self) -> Settings:
        """What is in force."""
        return self._verbs.settings

    def submit(self, asked: bytes | Mapping[str, Any]) -> Future[answers.Message]:
        """Store a message without waiting for the commit, asked for as the JSON text or members of the REST request.

        Raises InvalidRequest at once, with JSON paths; the future fails with StoreUnavailable.
        """
        return self._verbs.submit(asked)

    receive, areceive = both(Receives.receive)

    def subscribe(self, mode: str, token: str, challenge: str) -> str:
        """Answer Meta's question whether it was us who asked for receipts: the challenge. Raises NotSigned."""
        return self._verbs.subscribe(mode, token, challenge)

    def open(self) -> Self:
        """Open what is not open yet: bring the schema up to date and, where this hub delivers, start delivering.

        Raises SettingsError, StoreUnavailable.
        """
        self._verbs.open()
        return self

    def close(self, finish_due_s: float = 0.0) -> None:
        """Stop delivering: calls under way are finished (up to `drain_s`), the rest waits in the store.

        A hub that is used again after this opens again.
        `finish_due_s` first gives what is already due this many seconds to go out.
        """
        self._verbs.close(finish_due_s)

    async def aclose(self, finish_due_s: float = 0.0) -> None:
        """`close`, to await."""
        await asyncio.to_thread(self.close, finish_due_s)

    def __enter__(self) -> Self:
        return self.open()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.close()

    async def __aenter__(self) -> Self:
        await self._verbs.ready()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        await self.aclose()


def core_of(hub: Hub) -> Core:
    """What the service and the command line need of a hub besides what users call."""
    return hub._verbs
