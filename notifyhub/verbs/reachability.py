"""The verbs of reachability."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from notifyhub.verbs.calls import as_arguments

if TYPE_CHECKING:
    from notifyhub import answers


class ReachabilityVerbs(ABC):
    """Looking at the addresses that nothing is sent to, and changing that."""

    @abstractmethod
    async def list(
        self,
        *,
        channel: str | Sequence[str] | None = None,
        address: str | int | None = None,
        reason: str | None = None,
        before: answers.Reachability | int | None = None,
        limit: int = 100,
    ) -> list[answers.Reachability]:
        """The newest entries, or those before the given one: why nothing is sent to which addresses.

        channel  one or several
        address  in any form that its channel accepts
        reason   such as `recipient_blocked`; `opted_out` for all that is suppressed

        Raises InvalidRequest.
        """

    async def suppress(self, channel: str, address: str | int) -> answers.Reachability:
        """Send nothing more to this address, by any sender of the channel, until it is cleared or opts in.

        Raises InvalidRequest.
        """
        with as_arguments():
            return await self.suppress_as({"channel": channel, "address": address})

    @abstractmethod
    async def suppress_as(self, asked: Mapping[str, Any]) -> answers.Reachability:
        """Suppress an address given as the members of `POST /api/v1/reachability`."""

    async def clear(self, channel: str, address: str | int) -> answers.Cleared:
        """Forget everything about this address: messages are sent to it again. Raises InvalidRequest."""
        with as_arguments():
            return await self.clear_as({"channel": channel, "address": address})

    @abstractmethod
    async def clear_as(self, asked: Mapping[str, Any]) -> answers.Cleared:
        """Clear an address given as the members of `POST /api/v1/reachability/clear`."""
