"""The hub for users."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from concurrent.futures import Future
from contextlib import AbstractContextManager
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self

from notifyhub.verbs import (
    Audit,
    Clients,
    Events,
    Keys,
    Mailings,
    Messaging,
    Reachability,
    Receives,
    Sessions,
    Stats,
    Templates,
    Webhooks,
    acting_as,
    both,
)

if TYPE_CHECKING:
    # Database, queue and providers take long to import; this is done when a hub is created, not on import.
    from notifyhub import answers
    from notifyhub.fake import FakeHub
    from notifyhub.hub.core import Core
    from notifyhub.settings import Settings


class Hub(Messaging):
    """One configuration of notifyhub in this process. Usable from any thread and any event loop.

    Settings come from the arguments (any name of `Settings`), then from `NOTIFYHUB_*` variables, then from defaults.
    Nothing is opened before the first use. With the in-process queue (`memory://`) the hub delivers itself; with Redis
    it only accepts, and `notifyhub worker` processes deliver. `worker=True` or `False` overrides this.

    Each verb comes twice: `send` blocks, `asend` is awaited. In a child of `os.fork` the hub opens again, with its own
    threads and connections.

    Raises SettingsError for a wrong setting, and for single settings together with a `Settings` object.
    """

    _verbs: Core

    def __init__(self, settings: Settings | None = None, *, worker: bool | None = None, **given: Any) -> None:
        from notifyhub.hub.core import Core

        self._verbs = Core(settings, worker=worker, **given)
        self.audit = Audit(self._verbs.audit)
        self.keys = Keys(self._verbs.keys)
        self.clients = Clients(self._verbs.clients)
        self.mailings = Mailings(self._verbs.mailings)
        self.stats = Stats(self._verbs.stats)
        self.reachability = Reachability(self._verbs.reachability)
        self.templates = Templates(self._verbs.templates)
        self.webhooks = Webhooks(self._verbs.webhooks)
        self.events = Events(self._verbs.events)
        self.sessions = Sessions(self._verbs.sessions)

    @staticmethod
    def fake(**settings: Any) -> FakeHub:
        """A hub for tests that sends and stores nothing, and shows what it would have sent."""
        from notifyhub.fake import FakeHub

        return FakeHub(**settings)

    @property
    def settings(self) -> Settings:
        """The settings in effect."""
        return self._verbs.settings

    def submit(self, asked: bytes | Mapping[str, Any]) -> Future[answers.Message]:
        """Store a message, given as the JSON text or members of the REST request, without waiting for the commit.

        Raises InvalidRequest at once, with JSON paths; the future fails with StoreUnavailable.
        """
        return self._verbs.submit(asked)

    receive, areceive = both(Receives.receive)

    def subscribe(self, mode: str, token: str, challenge: str) -> str:
        """The challenge, for Meta's verification of the webhook. Raises NotSigned."""
        return self._verbs.subscribe(mode, token, challenge)

    @staticmethod
    def acting_as(name: str) -> AbstractContextManager[None]:
        """`with hub.acting_as("Anna"):` what is done within is done by the person of this name, says the audit."""
        return acting_as(name)

    def open(self) -> Self:
        """Open the hub if it is not open yet: upgrade the schema and, if this hub delivers, start delivering.

        Raises SettingsError, StoreUnavailable.
        """
        self._verbs.open()
        return self

    def close(self, finish_due_s: float = 0.0) -> None:
        """Stop delivering: calls in progress are finished (up to `drain_s`), the rest waits in the store.

        If the hub is used after this, it opens again.
        `finish_due_s`: first wait up to this many seconds for deliveries that are already due.
        """
        self._verbs.close(finish_due_s)

    async def aclose(self, finish_due_s: float = 0.0) -> None:
        """`close`, awaited."""
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
    """What the service and the command line need of a hub, beyond its public methods."""
    return hub._verbs
