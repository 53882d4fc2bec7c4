"""The directory of clients of a service."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Literal

from notifyhub import answers
from notifyhub.client.remote import Service
from notifyhub.verbs import ClientVerbs, as_arguments
from notifyhub.verbs.clients import Texts
from notifyhub.verbs.files import Table, opened

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

    async def import_(
        self,
        file: Table,
        *,
        dry_run: bool = False,
        format: Literal["csv", "jsonl"] | None = None,
        encoding: str | None = None,
        separator: str | None = None,
        progress: Callable[[int], None] | None = None,
    ) -> answers.Import:
        with opened(file) as table:
            body = table.read()
        asked = {"dry_run": str(dry_run).lower(), "format": format, "encoding": encoding, "separator": separator}
        given = {name: value for name, value in asked.items() if value is not None}
        with as_arguments():
            done = await self.ask_raw(answers.Import, f"{CLIENTS}/import", body, given)
        if progress is not None:
            progress(len(body))
        return done

    async def delete(self, id_: int) -> answers.DeletedClient:
        return await self.ask(answers.DeletedClient, "DELETE", f"{CLIENTS}/{id_}", thing=("client", id_))
