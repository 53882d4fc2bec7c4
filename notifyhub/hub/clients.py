"""The directory of clients."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any, Literal, TypeVar

from notifyhub import answers
from notifyhub.clock import now_ms
from notifyhub.domain.audience import audience_of, in_words
from notifyhub.errors import Fault, InvalidRequest
from notifyhub.flow import export_clients
from notifyhub.flow.export_clients import Part
from notifyhub.flow.import_clients import Wanted, import_clients
from notifyhub.hub import telling
from notifyhub.hub.auditing import Course
from notifyhub.hub.erasing import Erasing
from notifyhub.hub.wiring import Wiring
from notifyhub.requests import (
    ClientRequest,
    as_row_id,
    audience_request,
    checked_client_filters,
    client_change_request,
    client_request,
)
from notifyhub.requests.filters import checked_order
from notifyhub.store import audiences, clients
from notifyhub.verbs import ClientVerbs, as_arguments
from notifyhub.verbs.clients import Texts
from notifyhub.verbs.files import Format, Table, Target, format_of, opened, written
from notifyhub.verbs.two_ways import off_the_loop, result_of

I = TypeVar("I")  # noqa: E741
R = TypeVar("R")


class HubClients(Erasing, ClientVerbs):
    """The clients in the store of a hub."""

    def __init__(self, wiring: Wiring) -> None:
        self._wiring = wiring

    @property
    def _by(self) -> dict[str, Any]:
        """The checks of a request."""
        settings = self._wiring.settings
        return {"region": settings.default_region, "any_country": settings.client_phones == "any"}

    async def create_as(self, asked: bytes | Mapping[str, Any]) -> answers.Client:
        return await self._wiring.written(clients.create, self.new(client_request(asked, **self._by)))

    def new(self, request: ClientRequest) -> clients.NewClient:
        """A checked request as what is stored."""
        return clients.NewClient(
            phone=request.phone,
            operator_code=request.operator_code,
            tags=request.tags,
            timezone=request.timezone or self._wiring.settings.default_timezone,
            addresses=request.addresses,
            attributes=request.attributes,
            opted_out=request.opted_out,
            now=now_ms(),
        )

    async def count_as(self, asked: bytes | Mapping[str, Any]) -> answers.AudienceCount:
        given = audience_request(asked).stored()
        audience = audience_of(given)
        matched = await self._wiring.asked(audiences.number(audience))
        return answers.AudienceCount(audience=given, audience_words=in_words(audience), matched=matched)

    async def get(self, id_: int | str) -> answers.Client:
        return await self._wiring.asked(clients.one(as_row_id("client", id_)))

    async def list(
        self,
        /,
        before: answers.Client | int | None = None,
        limit: int = 100,
        order: Literal["newest", "oldest"] = "newest",
        **filters: Texts,
    ) -> list[answers.Client]:
        with as_arguments():
            wanted = checked_client_filters(filters, self._wiring.settings.default_region)
            first = checked_order(order)
        last = before.id if isinstance(before, answers.Client) else before
        return await self._wiring.asked(clients.page(wanted.audience, wanted.search, last, limit, first))

    async def update_as(self, id_: int | str, asked: bytes | Mapping[str, Any]) -> answers.Client:
        row, request = as_row_id("client", id_), client_change_request(asked, **self._by)
        zone = self._wiring.settings.default_timezone
        return await self._wiring.written(clients.change, clients.ClientChange(row, now_ms(), request.members(), zone))

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
        with as_arguments():
            return await self.import_table(file, dry_run, format, encoding, separator, progress)

    async def import_table(
        self,
        file: Table,
        dry_run: bool = False,
        format: Literal["csv", "jsonl"] | None = None,
        encoding: str | None = None,
        separator: str | None = None,
        progress: Callable[[int], None] | None = None,
    ) -> answers.Import:
        """`import_`, whose errors name the parameters of the REST request."""
        await self._wiring.ready()
        zone = self._wiring.settings.default_timezone
        course = Course(self._wiring.database, "clients.imported", "clients")
        wanted = Wanted(format, encoding, separator, dry_run, self._by, zone, progress, course.begin)

        def work() -> answers.Import:
            with opened(file) as table:
                return import_clients(self._wiring.database, table, wanted, now_ms)

        report = await off_the_loop(work)
        course.end(added=report.created, updated=report.updated, failed=report.failed)
        telling.imported(report)
        return report

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
        with as_arguments():
            parts = await self.parts(filters, format_of(file, format), excel)

        def work() -> int:
            number = 0
            with written(file) as target:
                for part in parts:
                    target.write(part.text)
                    number += part.clients
                    if progress is not None and part.clients:
                        progress(number)
            return number

        with as_arguments():
            return await off_the_loop(work)

    async def parts(self, filters: Mapping[str, Any], format: Format, excel: bool) -> Iterator[Part]:
        """The parts of an export, each of which blocks. Raises InvalidRequest."""
        wanted = checked_client_filters(filters, self._wiring.settings.default_region)
        if format not in ("csv", "jsonl"):
            raise InvalidRequest([Fault("$.format", "unknown_value", "must be csv or jsonl")])
        if excel and format != "csv":
            raise InvalidRequest([Fault("$.excel", "form", "goes with CSV only")])
        await self._wiring.ready()
        course = Course(self._wiring.database, "clients.exported", "clients")
        await result_of(course.begin())
        table = export_clients.Wanted(wanted.audience, wanted.search, format, excel)
        return _told(export_clients.export_clients(self._wiring.database, table), course)

    async def delete(self, id_: int | str) -> answers.DeletedClient:
        row = as_row_id("client", id_)
        done = await self._wiring.written(clients.delete, row)
        return answers.DeletedClient(id=row, cancelled=done.cancelled, too_late=done.too_late)


def _told(parts: Iterator[Part], course: Course) -> Iterator[Part]:
    """The parts of an export; at its end, or where its reader left off, it is told how many clients were in them."""
    number = 0
    try:
        for part in parts:
            number += part.clients
            yield part
    finally:
        telling.exported(number)
        course.end(clients=number)
