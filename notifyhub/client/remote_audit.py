"""Who did what to a service."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Literal

from notifyhub import answers
from notifyhub.client.remote import Service
from notifyhub.verbs import AuditVerbs, as_arguments

AUDIT = "/api/v1/audit"


class RemoteAudit(Service, AuditVerbs):
    """The audit of a service."""

    async def list(
        self,
        *,
        before: answers.AuditEntry | int | None = None,
        limit: int = 100,
        who: str | None = None,
        action: str | Sequence[str] | None = None,
        about: str | None = None,
        created_from: datetime | str | None = None,
        created_to: datetime | str | None = None,
        order: Literal["newest", "oldest"] = "newest",
    ) -> list[answers.AuditEntry]:
        last = before.id if isinstance(before, answers.AuditEntry) else before
        given = {"who": who, "action": action, "about": about, "created_from": created_from, "created_to": created_to}
        given["order"] = order
        with as_arguments():
            return await self.pages(answers.AuditPage, AUDIT, limit, before=last, **given)
