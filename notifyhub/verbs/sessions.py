"""The verbs of the dashboard's sessions, and the methods made from them."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from notifyhub.verbs.calls import as_arguments
from notifyhub.verbs.two_ways import both

if TYPE_CHECKING:
    from notifyhub import answers


class SessionVerbs(ABC):
    """Letting people in to the dashboard, and out of it."""

    async def link(self, *, name: str, role: str = "admin", valid_s: int | None = None) -> answers.LoginLink:
        """Create a link that signs somebody in to the dashboard once.

        name     of the person, for the audit
        role     viewer, operator or admin
        valid_s  seconds for which it works; None: as set

        Raises InvalidRequest with everything that is wrong.
        """
        with as_arguments():
            return await self.link_as({"name": name, "role": role, "valid_s": valid_s})

    @abstractmethod
    async def link_as(self, asked: Mapping[str, Any]) -> answers.LoginLink:
        """Create a link given as the members of `requests.sessions.LinkRequest`."""

    @abstractmethod
    async def list(self) -> list[answers.Session]:
        """Who is signed in, those who signed in first at the beginning."""

    @abstractmethod
    async def revoke(self, id_: int) -> answers.Session:
        """End the session of somebody. Once this returns, all processes refuse it.

        Raises NotFound if there is no such session, or it has ended.
        """


class Sessions:
    """Who may use the dashboard."""

    def __init__(self, verbs: SessionVerbs) -> None:
        self._verbs = verbs

    link, alink = both(SessionVerbs.link)
    list, alist = both(SessionVerbs.list)
    revoke, arevoke = both(SessionVerbs.revoke)
