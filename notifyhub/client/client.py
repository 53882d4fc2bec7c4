"""The clients as users see them."""

from __future__ import annotations

from types import TracebackType
from typing import Self

from notifyhub.client.connection import PATIENCE_S, TIMEOUT_S, Connection
from notifyhub.verbs import AsyncKeys, AsyncMessaging, Keys, Messaging


class Client(Messaging):
    """A service of notifyhub, with the names, answers and errors of `Hub`: each verb to block on or to await.

    url         where the service listens, such as `https://notifyhub.example.org`; a path in it is kept
    key         an API key; None where the service asks for none
    timeout_s   seconds that one try may take
    patience_s  seconds for which a call is tried again: while the service cannot be reached, does not answer, or
                answers 429 or 503. Each call that changes something has an Idempotency-Key of its own, so that a
                second try does nothing twice

    Besides the errors of `Hub`, raises NotAllowed when the key does not count or is not good for this, and
    ServiceUnavailable, a StoreUnavailable, when patience is at its end.
    Usable from any thread and any event loop. Raises SettingsError for what is no URL, or cannot be a key.
    """

    def __init__(
        self, url: str, key: str | None = None, *, timeout_s: float = TIMEOUT_S, patience_s: float = PATIENCE_S
    ) -> None:
        # Only here, because the models of answers take long to make.
        from notifyhub.client.remote import Remote, RemoteKeys

        self._connection = Connection(url, key, timeout_s, patience_s)
        self._verbs = Remote(self._connection)
        self.keys = Keys(RemoteKeys(self._connection))

    def close(self) -> None:
        """Close the connections. A client that is used again after this opens new ones."""
        self._connection.close()

    async def aclose(self) -> None:
        """Close the connections of this event loop, too."""
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
    """A service of notifyhub for those who only await: `await client.send(…)`. Everything else is as in `Client`."""

    def __init__(
        self, url: str, key: str | None = None, *, timeout_s: float = TIMEOUT_S, patience_s: float = PATIENCE_S
    ) -> None:
        # Only here, because the models of answers take long to make.
        from notifyhub.client.remote import Remote, RemoteKeys

        self._connection = Connection(url, key, timeout_s, patience_s)
        self._verbs = Remote(self._connection)
        self.keys = AsyncKeys(RemoteKeys(self._connection))

    async def close(self) -> None:
        """Close the connections of this event loop. A client that is used again after this opens new ones."""
        await self._connection.aclose()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        await self.close()
