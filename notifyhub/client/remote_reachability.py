"""The addresses that a service sends nothing to."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from notifyhub import answers
from notifyhub.client.remote import Service
from notifyhub.verbs import ReachabilityVerbs, as_arguments

REACHABILITY = "/api/v1/reachability"


class RemoteReachability(Service, ReachabilityVerbs):
    """The book of addresses of a service."""

    async def list(
        self,
        *,
        channel: str | Sequence[str] | None = None,
        address: str | int | None = None,
        reason: str | None = None,
        before: answers.Reachability | int | None = None,
        limit: int = 100,
    ) -> list[answers.Reachability]:
        last = before.id if isinstance(before, answers.Reachability) else before
        filters = {"channel": channel, "address": address, "reason": reason}
        with as_arguments():
            return await self.pages(answers.ReachabilityPage, REACHABILITY, limit, before=last, **filters)

    async def suppress_as(self, asked: Mapping[str, Any]) -> answers.Reachability:
        return await self.ask(answers.Reachability, "POST", REACHABILITY, asked)

    async def clear_as(self, asked: Mapping[str, Any]) -> answers.Cleared:
        return await self.ask(answers.Cleared, "POST", f"{REACHABILITY}/clear", asked)
