"""The verbs of the audit, and the methods made from them."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from typing import TYPE_CHECKING, Literal

from notifyhub.logs.current import ASKED_BY
from notifyhub.verbs.two_ways import awaited, both

if TYPE_CHECKING:
    from notifyhub import answers


class AuditVerbs(ABC):
    """Looking up who did what."""

    @abstractmethod
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
        """The first lines, or those after the one that was `before`.

        who     name of an API key, of an account on the machine, or of a person
        action  one or several, such as `mailing.paused`
        about   a kind, or a kind and an id: `mailing`, `mailing:3`, `template:code`

        Raises InvalidRequest, and NotFound if there is no line `before`.
        """


@contextmanager
def acting_as(name: str) -> Iterator[None]:
    """What is done within is done by the person of this name, says the audit; blocking and awaited calls alike."""
    token = ASKED_BY.set(ASKED_BY.get()._replace(name=name))
    try:
        yield
    finally:
        ASKED_BY.reset(token)


class Audit:
    """Who did what."""

    def __init__(self, verbs: AuditVerbs) -> None:
        self._verbs = verbs

    list, alist = both(AuditVerbs.list)


class AsyncAudit:
    """Who did what, all methods awaited."""

    def __init__(self, verbs: AuditVerbs) -> None:
        self._verbs = verbs

    list = awaited(AuditVerbs.list)
