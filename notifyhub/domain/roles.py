"""What people may do in the dashboard: roles, each with the scopes of an API key."""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum


class Role(StrEnum):
    """From the weakest to the strongest."""

    VIEWER = "viewer"
    OPERATOR = "operator"
    ADMIN = "admin"


_SCOPES = {Role.VIEWER: ("read",), Role.OPERATOR: ("read", "send"), Role.ADMIN: ("admin",)}


def scopes_of(role: Role) -> tuple[str, ...]:
    """The scopes of a role, as API keys have them."""
    return _SCOPES[role]


def strongest(roles: Iterable[Role]) -> Role | None:
    """The one of these roles that may do the most; None: there are none."""
    return max(roles, key=list(Role).index, default=None)
