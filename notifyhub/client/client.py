"""The clients for users."""

from __future__ import annotations

from types import TracebackType
from typing import Self

from notifyhub.client.connection import PATIENCE_S, TIMEOUT_S, Connection
from notifyhub.verbs import (
    AsyncAudit,
    AsyncClients,
    AsyncEvents,
    AsyncKeys,
    AsyncMailings,
    AsyncMessaging,
    AsyncReachability,
    AsyncStats,
    AsyncTemplates,
    AsyncWebhooks,
    Audit,
    Clients,
    Events,
    Keys,
    Mailings,
    Messaging,
    Reachability,
    Stats,
    Templates,
    Webhooks,
)


class Client(Messaging):
    """A client of a notifyhub service, with the names, answers and errors of `Hub`. Each verb blocks or is awaited.

    url         address of the service, such as `https://notifyhub.example.org`; may have a path
    key         an API key; None if the service needs none
    timeout_s   longest duration of one try, in seconds
    patience_s  how long a call is retried, in seconds: while the service cannot be reached, does not answer, or
                answers 429 or 503. Each call that changes something has its own Idempotency-Key, so that a retry
                does nothing twice

    Besides the errors of `Hub`, raises NotAllowed if the key is invalid or lacks the scope, and ServiceUnavailable (a
    StoreUnavailable) after `patience_s`.
    Usable from any thread and any event loop. Raises SettingsError for an invalid URL or key.
    """

    def __init__(
        self, url: str, key: str | None = None, *, timeout_s: float = TIMEOUT_S, patience_s: float = PATIENCE_S
    ) -> None:
        # Imported here because the models of answers take long to build.
        from notifyhub.client.remote import Remote, RemoteKeys
        from notifyhub.client.remote_audit import RemoteAudit
        from notifyhub.client.remote_clients import RemoteClients
        from notifyhub.client.remote_mailings import RemoteMailings, RemoteStats
        from notifyhub.client.remote_reachability import RemoteReachability
        from notifyhub.client.remote_templates import RemoteTemplates
        from notifyhub.client.remote_webhooks import RemoteEvents, RemoteWebhooks

        self._connection = Connection(url, key, timeout_s, patience_s)
        self._verbs = Remote(self._connection)
        self.audit = Audit(RemoteAudit(self._connection))
        self.keys = Keys(RemoteKeys(self._connection))
        self.clients = Clients(RemoteClients(self._connection))
        self.mailings = Mailings(RemoteMailings(self._connection))
        self.stats = Stats(RemoteStats(self._connection))
        self.reachability = Reachability(RemoteReachability(self._connection))
        self.templates = Templates(RemoteTemplates(self._connection))
        self.webhooks = Webhooks(RemoteWebhooks(self._connection))
        self.events = Events(RemoteEvents(self._connection))

    def close(self) -> None:
        """Close the connections. If the client is used after this, it opens new ones."""
        self._connection.close()

    async def aclose(self) -> None:
        """Close all connections, including those of this event loop."""
        await self._connection.aclose()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.close()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        await self.aclose()


class AsyncClient(AsyncMessaging):
    """An asyncio client of a notifyhub service: `await client.send(…)`. Everything else is as in `Client`."""

    def __init__(
        self, url: str, key: str | None = None, *, timeout_s: float = TIMEOUT_S, patience_s: float = PATIENCE_S
    ) -> None:
        # Imported here because the models of answers take long to build.
        from notifyhub.client.remote import Remote, RemoteKeys
        from notifyhub.client.remote_audit import RemoteAudit
        from notifyhub.client.remote_clients import RemoteClients
        from notifyhub.client.remote_mailings import RemoteMailings, RemoteStats
        from notifyhub.client.remote_reachability import RemoteReachability
        from notifyhub.client.remote_templates import RemoteTemplates
        from notifyhub.client.remote_webhooks import RemoteEvents, RemoteWebhooks

        self._connection = Connection(url, key, timeout_s, patience_s)
        self._verbs = Remote(self._connection)
        self.audit = AsyncAudit(RemoteAudit(self._connection))
        self.keys = AsyncKeys(RemoteKeys(self._connection))
        self.clients = AsyncClients(RemoteClients(self._connection))
        self.mailings = AsyncMailings(RemoteMailings(self._connection))
        self.stats = AsyncStats(RemoteStats(self._connection))
        self.reachability = AsyncReachability(RemoteReachability(self._connection))
        self.templates = AsyncTemplates(RemoteTemplates(self._connection))
        self.webhooks = AsyncWebhooks(RemoteWebhooks(self._connection))
        self.events = AsyncEvents(RemoteEvents(self._connection))

    async def close(self) -> None:
        """Close the connections of this event loop. If the client is used after this, it opens new ones."""
        await self._connection.aclose()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        await self.close()
