"""The directory of clients of a service."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from notifyhub import answers
from notifyhub.client.remote import Service
from notifyhub.verbs import ClientVerbs, as_arguments
from notifyhub.verbs.clients import Texts

CLIENTS = "/api/v1/clients"


class RemoteClients(Service, ClientVerbs):
    """The clients of a service."""

    async def create_as(self, asked: Mapping[str, Any]) -> answers.Client:
        return await self.ask(answers.Client, "POST", CLIENTS, asked)

    async def get(self, id_: int) -> answers.Client:
        return await self.ask(answers.Client, "GET", f"{CLIENTS}/{id_}", thing=("client", id_))

    async def list(
        self, /, before: answers.Client | int | None = None, limit: int = 100, **filters: Texts
    ) -> list[answers.Client]:
        last = before.id if isinstance(before, answers.Client) else before
        with as_arguments():
            return await self.pages(answers.ClientPage, CLIENTS, limit, before=last, **filters)

    async def update_as(self, id_: int, asked: Mapping[str, Any]) -> answers.Client:
        return await self.ask(answers.Client, "PATCH", f"{CLIENTS}/{id_}", asked, ("client", id_))

    async def delete(self, id_: int) -> answers.DeletedClient:
        return await self.ask(answers.DeletedClient, "DELETE", f"{CLIENTS}/{id_}", thing=("client", id_))
