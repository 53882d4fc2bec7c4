"""Who did what."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Literal

from notifyhub import answers
from notifyhub.hub.wiring import Wiring
from notifyhub.requests.audit import checked_audit_filters
from notifyhub.store import audit
from notifyhub.verbs import AuditVerbs, as_arguments


class HubAudit(AuditVerbs):
    """The audit in the store of a hub."""

    def __init__(self, wiring: Wiring) -> None:
        self._wiring = wiring

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
        given = {"who": who, "action": action, "about": about, "created_from": created_from, "created_to": created_to}
        given["order"] = order
        with as_arguments():
            filters = checked_audit_filters(given)
        last = before.id if isinstance(before, answers.AuditEntry) else before
        place = None if last is None else await self._wiring.asked(audit.place(last))
        return await self._wiring.asked(audit.page(filters, place, limit))
