"""The directory of clients of a service."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import ExitStack
from typing import Any, Literal

from notifyhub import answers
from notifyhub.client.files import RowsTaken, Upload
from notifyhub.client.remote_erasures import RemoteErasures
from notifyhub.verbs import ClientVerbs, as_arguments
from notifyhub.verbs.clients import Texts
from notifyhub.verbs.files import Table, Target, format_of, opened, written

CLIENTS = "/api/v1/clients"


class RemoteClients(RemoteErasures, ClientVerbs):
    """The clients of a service."""

    async def create_as(self, asked: Mapping[str, Any]) -> answers.Client:
        return await self.ask(answers.Client, "POST", CLIENTS, asked)

    async def get(self, id_: int) -> answers.Client:
        return await self.ask(answers.Client, "GET", f"{CLIENTS}/{id_}", thing=("client", id_))

    async def list(
        self,
        /,
        before: answers.Client | int | None = None,
        limit: int = 100,
        order: Literal["newest", "oldest"] = "newest",
        **filters: Texts,
    ) -> list[answers.Client]:
        last = before.id if isinstance(before, answers.Client) else before
        with as_arguments():
            return await self.pages(answers.ClientPage, CLIENTS, limit, before=last, order=order, **filters)

    async def count_as(self, asked: Mapping[str, Any]) -> answers.AudienceCount:
        return await self.ask(answers.AudienceCount, "POST", f"{CLIENTS}/count", asked)

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
        with as_arguments(), opened(file) as table:
            return await self.upload(
                answers.Import,
                f"{CLIENTS}/import",
                Upload(table, progress),
                dry_run=str(dry_run).lower(),
                format=format,
                encoding=encoding,
                separator=separator,
            )

    async def export(
        self,
        file: Target,
        /,
        *,
        format: Literal["csv", "jsonl"] | None = None,
        excel: bool = False,
        progress: Callable[[int], None] | None = None,
        **filters: Texts,
    ) -> int:
        wanted = format_of(file, format)
        with as_arguments(), ExitStack() as open_:
            rows = RowsTaken(lambda: open_.enter_context(written(file)), is_csv=wanted == "csv", progress=progress)
            asked = {"format": wanted, "excel": str(excel).lower(), **filters}
            await self.download(f"{CLIENTS}/export", rows.take, **asked)
        return rows.number

    async def delete(self, id_: int) -> answers.DeletedClient:
        return await self.ask(answers.DeletedClient, "DELETE", f"{CLIENTS}/{id_}", thing=("client", id_))
