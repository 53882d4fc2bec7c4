"""The erasures of a service."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal

from notifyhub import answers
from notifyhub.client.remote import Service
from notifyhub.verbs import as_arguments
from notifyhub.verbs.erasures import ErasureVerbs

ERASURES = "/api/v1/erasures"


class RemoteErasures(Service, ErasureVerbs):
    """What a service tells of the people who were erased."""

    async def erase_as(self, id_: int, asked: Mapping[str, Any]) -> answers.Erasure:
        return await self.ask(answers.Erasure, "POST", f"/api/v1/clients/{id_}/erase", asked, ("client", id_))

    async def erasure(self, id_: int) -> answers.Erasure:
        return await self.ask(answers.Erasure, "GET", f"{ERASURES}/{id_}", thing=("erasure", id_))

    async def erasures(
        self,
        /,
        before: answers.Erasure | int | None = None,
        limit: int = 100,
        *,
        address: str | None = None,
        order: Literal["newest", "oldest"] = "newest",
    ) -> list[answers.Erasure]:
        last = before.id if isinstance(before, answers.Erasure) else before
        with as_arguments():
            return await self.pages(answers.ErasurePage, ERASURES, limit, before=last, address=address, order=order)
