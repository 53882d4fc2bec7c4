"""The roles of people in the dashboard, from the weakest to the strongest."""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum
from types import MappingProxyType


class Role(StrEnum):
    """What somebody may do: look; look and send; everything."""

    VIEWER = "viewer"
    OPERATOR = "operator"
    ADMIN = "admin"


_SCOPES = MappingProxyType({Role.VIEWER: ("read",), Role.OPERATOR: ("read", "send"), Role.ADMIN: ("admin",)})


def scopes_of(role: Role) -> tuple[str, ...]:
    """The scopes of an API key that may do the same."""
    return _SCOPES[role]


def strongest(roles: Iterable[Role]) -> Role | None:
    """The role that allows most; None if there is none."""
    return max(roles, key=list(Role).index, default=None)
