"""The mailings and the statistics of a service."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Literal

from notifyhub import answers
from notifyhub.client.remote import Service
from notifyhub.verbs import MailingVerbs, StatVerbs, as_arguments

MAILINGS = "/api/v1/mailings"
STATS = "/api/v1/stats"


class RemoteMailings(Service, MailingVerbs):
    """The mailings of a service."""

    async def create_as(self, asked: Mapping[str, Any]) -> answers.Mailing:
        given = {name: value for name, value in asked.items() if value is not None}
        return await self.ask(answers.Mailing, "POST", MAILINGS, given)

    async def preview_as(self, asked: Mapping[str, Any]) -> answers.Preview:
        given = {name: value for name, value in asked.items() if value is not None}
        return await self.ask(answers.Preview, "POST", f"{MAILINGS}/preview", given)

    async def get(self, id_: int) -> answers.Mailing:
        return await self.ask(answers.Mailing, "GET", _of(id_), thing=("mailing", id_))

    async def list(
        self,
        /,
        before: answers.Mailing | int | None = None,
        limit: int = 100,
        status: str | Sequence[str] | None = None,
        order: Literal["newest", "oldest"] = "newest",
        search: str | None = None,
    ) -> list[answers.Mailing]:
        last = before.id if isinstance(before, answers.Mailing) else before
        with as_arguments():
            return await self.pages(
                answers.MailingPage, MAILINGS, limit, before=last, status=status, search=search, order=order
            )

    async def update_as(self, id_: int, asked: Mapping[str, Any]) -> answers.Mailing:
        return await self.ask(answers.Mailing, "PATCH", _of(id_), asked, ("mailing", id_))

    async def test_as(self, id_: int, asked: Mapping[str, Any]) -> answers.Message:
        return await self.ask(answers.Message, "POST", f"{_of(id_)}/test", asked, ("mailing", id_))

    async def start(self, id_: int) -> answers.Mailing:
        return await self.ask(answers.Mailing, "POST", f"{_of(id_)}/start", thing=("mailing", id_))

    async def pause(self, id_: int) -> answers.Mailing:
        return await self.ask(answers.Mailing, "POST", f"{_of(id_)}/pause", thing=("mailing", id_))

    async def resume(self, id_: int) -> answers.Mailing:
        return await self.ask(answers.Mailing, "POST", f"{_of(id_)}/resume", thing=("mailing", id_))

    async def cancel(self, id_: int) -> answers.CancelledMailing:
        return await self.ask(answers.CancelledMailing, "POST", f"{_of(id_)}/cancel", thing=("mailing", id_))

    async def retry_failed(self, id_: int) -> answers.RetriedMailing:
        return await self.ask(answers.RetriedMailing, "POST", f"{_of(id_)}/retry-failed", thing=("mailing", id_))

    async def stats(self, id_: int) -> answers.MailingStatistics:
        return await self.ask(answers.MailingStatistics, "GET", f"{_of(id_)}/stats", thing=("mailing", id_))

    async def delete(self, id_: int) -> answers.CancelledMailing:
        return await self.ask(answers.CancelledMailing, "DELETE", _of(id_), thing=("mailing", id_))


class RemoteStats(Service, StatVerbs):
    """The counters of a service."""

    async def overall(
        self,
        *,
        by: Literal["hour", "day"] | None = None,
        created_from: datetime | str | None = None,
        created_to: datetime | str | None = None,
    ) -> answers.Statistics:
        edges: dict[str, Any] = {"created_from": created_from, "created_to": created_to}
        with as_arguments():
            return await self.ask(answers.Statistics, "GET", STATS, by=by, **edges)

    async def now(self, *, since: datetime | str | None = None) -> answers.Live:
        given: dict[str, Any] = {"since": since}
        with as_arguments():
            return await self.ask(answers.Live, "GET", f"{STATS}/now", **given)

    async def check(self) -> answers.CounterCheck:
        return await self.ask(answers.CounterCheck, "GET", f"{STATS}/check")

    async def repair(self) -> answers.CounterCheck:
        return await self.ask(answers.CounterCheck, "POST", f"{STATS}/repair")


def _of(id_: int) -> str:
    return f"{MAILINGS}/{id_}"
