"""Who somebody is and what they may do, by what the provider says of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from notifyhub.domain.roles import Role, strongest
from notifyhub.oidc_settings import EVERYBODY
from notifyhub_api.dashboard.oidc.fetching import Document
from notifyhub_api.dashboard.oidc.refusals import NO_ROLE, OidcSignInRefused

_EMAIL = "email"
_NAMES = ("name", "preferred_username", _EMAIL, "sub")
_LONGEST = 200


class Identity(NamedTuple):
    """Somebody who has signed in.

    subject    who it is for the provider, for ever; names and addresses change
    name       to be shown; never empty
    email      empty if the provider gave none, or one that it has not verified
    groups     as the provider names them
    role       the strongest one that the groups give
    return_to  path of the page that they wanted
    """

    subject: str
    name: str
    email: str
    groups: tuple[str, ...]
    role: Role
    return_to: str


def complete(claims: Document, groups_claim: str) -> bool:
    """Does the ID token say all that is wanted, so that userinfo need not be asked?"""
    return at(claims, groups_claim) is not None and bool(claims.get("name")) and _EMAIL in claims


def joined(claims: Document, added: Document, groups_claim: str) -> Document:
    """The ID token's claims, and those that only userinfo has; the ID token comes first, because it is signed."""
    if at(claims, groups_claim) is None:
        claims = {name: value for name, value in claims.items() if name != groups_claim.split(".")[0]}
    return added | claims


def identity(claims: Document, groups_claim: str, roles: Mapping[str, Role], return_to: str) -> Identity:
    """Raises OidcSignInRefused if no group has a role."""
    known = claims if claims.get("email_verified", True) is True else {**claims, _EMAIL: ""}
    groups = _groups(at(known, groups_claim))
    role = strongest(roles[group] for group in (*groups, EVERYBODY) if group in roles)
    if role is None:
        raise OidcSignInRefused(NO_ROLE, _had(groups, claims, groups_claim), groups=", ".join(roles))
    name = next(text for claim in _NAMES if (text := _text(known.get(claim))))
    return Identity(claims["sub"], name, _text(known.get(_EMAIL)), groups, role, return_to)


def at(claims: Document, path: str) -> Any:
    """The value of a claim, or of a member of one: `realm_access.roles`. A claim with dots in its name comes first."""
    if path in claims:
        return claims[path]
    value: Any = claims
    for name in path.split("."):
        value = value.get(name) if isinstance(value, dict) else None
    return value


def _groups(value: Any) -> tuple[str, ...]:
    """Some providers write a single group as text."""
    listed = value if isinstance(value, list) else [value]
    return tuple(group for group in listed if isinstance(group, str) and group not in ("", EVERYBODY))


def _had(groups: Sequence[str], claims: Document, groups_claim: str) -> str:
    left_out = claims.get("_claim_names")
    if isinstance(left_out, dict) and groups_claim in left_out:
        return f"the provider left {groups_claim} out, because there are too many"
    return f"{groups_claim}: {', '.join(groups) or 'none'}"


def _text(value: Any) -> str:
    """One line of what the provider says; empty if it is no text."""
    given = value if isinstance(value, str) else ""
    return "".join(letter for letter in given if letter.isprintable()).strip()[:_LONGEST]
