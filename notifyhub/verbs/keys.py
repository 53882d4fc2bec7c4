"""The verbs of API keys."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from notifyhub.verbs.calls import as_arguments
from notifyhub.verbs.verbs import Moment

if TYPE_CHECKING:
    from notifyhub import answers


class KeyVerbs(ABC):
    """Managing API keys."""

    async def create(
        self,
        name: str,
        scopes: Sequence[str] = ("admin",),
        *,
        expires_at: Moment = None,
        rate_limit: int | None = None,
    ) -> answers.Key:
        """Create an API key. Only this result contains the key itself, which is not stored.

        expires_at  when it stops working: an aware datetime, or ISO 8601 text with a UTC offset
        rate_limit  requests per minute; None: as set for all keys

        Raises InvalidRequest with everything that is wrong.
        """
        given = {"name": name, "scopes": list(scopes), "expires_at": expires_at, "rate_limit": rate_limit}
        with as_arguments():
            return await self.create_as(given)

    @abstractmethod
    async def create_as(self, asked: Mapping[str, Any]) -> answers.Key:
        """Create a key given as the members of `POST /api/v1/keys`."""

    @abstractmethod
    async def list(self) -> list[answers.Key]:
        """All API keys, including revoked ones, without the keys themselves."""

    @abstractmethod
    async def get(self, id_: int) -> answers.Key:
        """An API key, without the key itself. Raises NotFound."""

    @abstractmethod
    async def revoke(self, id_: int) -> answers.Key:
        """Revoke an API key. Once this returns, all processes refuse it.

        Raises NotFound if there is no such key, or it is already revoked.
        """
