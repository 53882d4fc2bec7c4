"""Roles: what each may do, and which of several counts."""

from __future__ import annotations

import pytest

from notifyhub.domain.roles import Role, scopes_of, strongest
from notifyhub.requests import SCOPES


@pytest.mark.parametrize(
    ("role", "scopes"), [("viewer", ("read",)), ("operator", ("read", "send")), ("admin", ("admin",))]
)
def test_a_role_may_do_what_a_key_with_its_scopes_may(role: str, scopes: tuple[str, ...]) -> None:
    assert scopes_of(Role(role)) == scopes
    assert set(scopes) <= set(SCOPES)


def test_of_several_roles_the_strongest_counts() -> None:
    assert strongest([Role.VIEWER, Role.ADMIN, Role.OPERATOR]) == Role.ADMIN
    assert strongest([Role.OPERATOR, Role.VIEWER]) == Role.OPERATOR


def test_of_no_roles_none_counts() -> None:
    assert strongest([]) is None
