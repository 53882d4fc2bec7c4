"""The verbs of erasures, which are among those of clients."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Literal

from notifyhub.verbs.calls import as_arguments

if TYPE_CHECKING:
    from notifyhub import answers


class ErasureVerbs(ABC):
    """Erasing people, and proving it."""

    async def erase(self, id_: int, /, *, reason: str, by: str | None = None) -> answers.Erasure:
        """Erase a client: every trace of the person, with a proof that is kept.

        reason  why, as it is to stand in the proof; at least one character
        by      who decided so

        What has not been sent is cancelled. What is being sent at this moment cannot be called back: then the proof
        says so, and is completed once that call has ended. Raises InvalidRequest, NotFound.
        """
        with as_arguments():
            return await self.erase_as(id_, {"reason": reason} if by is None else {"reason": reason, "by": by})

    @abstractmethod
    async def erase_as(self, id_: int, asked: Mapping[str, Any]) -> answers.Erasure:
        """Erase a client as the members of `POST /api/v1/clients/{id}/erase` say."""

    @abstractmethod
    async def erasure(self, id_: int) -> answers.Erasure:
        """The proof of an erasure, by its own number. Raises NotFound."""

    @abstractmethod
    async def erasures(
        self,
        /,
        before: answers.Erasure | int | None = None,
        limit: int = 100,
        *,
        address: str | None = None,
        order: Literal["newest", "oldest"] = "newest",
    ) -> list[answers.Erasure]:
        """The first erasures, or those after the one that was `before`.

        address  only those of people who had this phone or address
        """
