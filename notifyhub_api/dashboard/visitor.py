"""Whoever looks at a page: their name, their rights, their language."""

from __future__ import annotations

from dataclasses import dataclass

from starlette.requests import Request

from notifyhub.domain.roles import Role, scopes_of

_KEY = "notifyhub.visitor"


@dataclass(frozen=True, slots=True)
class Visitor:
    """session_id  None: nobody signs in here (NOTIFYHUB_AUTH=none)
    csrf        what forms send back, so that no other site can send them
    """

    name: str
    role: Role
    session_id: int | None
    csrf: str

    @property
    def scopes(self) -> tuple[str, ...]:
        return scopes_of(self.role)


def visitor_of(request: Request) -> Visitor | None:
    """Who is signed in; None: nobody."""
    found: Visitor | None = request.scope.get(_KEY)
    return found


def enters(request: Request, visitor: Visitor) -> None:
    request.scope[_KEY] = visitor
