"""The settings of signing in through an OpenID Connect provider."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Annotated, Any, Self
from urllib.parse import urlsplit

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, FilePath, SecretStr, model_validator
from pydantic_settings import NoDecode

from notifyhub.channel_settings import PREFIX, is_loopback, one_of
from notifyhub.domain.roles import Role

EVERYBODY = "*"
"""In place of a group: everybody who signs in."""
_OPENID = "openid"
_NEEDED = ("issuer", "client_id", "client_secret", "roles")


def _issuer(url: str) -> str:
    """An issuer as its provider writes it: it is compared character by character, so a slash at the end stays."""
    parts = urlsplit(url)
    if not parts.hostname or parts.query or parts.fragment or "@" in parts.netloc:
        raise ValueError("must be a URL with a host, and without login, query and fragment")
    if parts.scheme == "http" and not is_loopback(parts.hostname):
        raise ValueError("must begin with https://; http:// is only for a provider on this machine")
    return url


def _scopes(given: str) -> str:
    if _OPENID not in given.split():
        raise ValueError(f"must contain {_OPENID}; scopes are separated by spaces")
    return " ".join(given.split())


def _roles(given: Any) -> Any:
    """`ops=admin, support=operator, *=viewer`, or the same as a JSON object, in which groups may have commas."""
    if isinstance(given, str):
        given = json.loads(given) if given.lstrip().startswith("{") else dict(map(_rule, given.split(",")))
    if not isinstance(given, Mapping):
        raise ValueError("must be group=role, separated by commas, or a JSON object")
    if wrong := [str(role) for role in given.values() if role not in list(Role)]:
        raise ValueError(f"there is no role {wrong[0]!r}; there are {', '.join(Role)}")
    return {str(group): Role(role) for group, role in given.items()}


def _rule(written: str) -> tuple[str, str]:
    # The last =, because names of groups in a directory have some of their own.
    group, _, role = (part.strip() for part in written.rpartition("="))
    if not group:
        raise ValueError(f"must be group=role, separated by commas; {written.strip()!r} is not")
    return group, role


class OidcSettings(BaseModel):
    """`NOTIFYHUB_OIDC_*`."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    issuer: Annotated[str, one_of("https", "http"), AfterValidator(_issuer)] | None = Field(
        None,
        description="issuer of the OpenID Connect provider that people sign in with, exactly as it writes it; "
        "default: none",
    )
    client_id: Annotated[str, Field(min_length=1)] | None = Field(
        None, description="name under which the provider knows this installation"
    )
    # What is sealed with it can be seen by everybody who begins to sign in, and could be tried against short secrets.
    client_secret: Annotated[SecretStr, Field(min_length=16)] | None = Field(
        None, description="secret that the provider gave out with it, at least 16 characters"
    )
    scopes: Annotated[str, AfterValidator(_scopes)] = Field(
        "openid profile email", description="what the provider is asked for, separated by spaces"
    )
    groups_claim: str = Field(
        "groups",
        pattern=r"^[^.]+(\.[^.]+)*$",
        description="claim that has somebody's groups; dots lead into objects, as in realm_access.roles",
    )
    roles: Annotated[Mapping[str, Role], NoDecode, BeforeValidator(_roles)] = Field(
        default_factory=dict,
        description="who may do what: group=role, comma-separated, or a JSON object; roles are viewer, operator and "
        "admin, and the strongest one counts; * is everybody who signs in",
    )
    label: str = Field(
        "Sign in with single sign-on", min_length=1, max_length=60, description="text of the button that leads there"
    )
    timeout_s: float = Field(10.0, ge=0.1, le=60, description="timeout of a call to the provider, in seconds")
    ca_file: FilePath | None = Field(
        None, description="PEM file of certificate authorities to trust in addition to the usual ones"
    )

    @property
    def enabled(self) -> bool:
        """Can people sign in this way?"""
        return self.issuer is not None

    @model_validator(mode="after")
    def _all_or_none(self) -> Self:
        given = [name for name in _NEEDED if getattr(self, name)]
        if missing := [name for name in _NEEDED if given and name not in given]:
            raise ValueError(f"{PREFIX}OIDC_{missing[0].upper()} must be set when {PREFIX}OIDC_{given[0].upper()} is")
        return self
