"""The request for a link that signs somebody in to the dashboard."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any

from pydantic import AfterValidator, BeforeValidator, Field, StrictInt, StringConstraints
from pydantic_core import PydanticCustomError

from notifyhub.domain.roles import Role
from notifyhub.errors import InvalidRequest
from notifyhub.requests.base import Asking
from notifyhub.requests.checking import members_of, tried
from notifyhub.requests.fields import whole
from notifyhub.requests.keys import Name

LONGEST_VALID_S = 7 * 86_400


def _role(role: str) -> Role:
    if role not in set(Role):
        words = {"given": repr(role), "known": ", ".join(Role)}
        raise PydanticCustomError("unknown_value", "there is no {given}; there are {known}", words)
    return Role(role)


_Role = Annotated[
    str, StringConstraints(strict=True), AfterValidator(_role), Field(json_schema_extra={"enum": [*Role]})
]
_Seconds = Annotated[StrictInt, Field(ge=1, le=LONGEST_VALID_S)]


class LinkRequest(Asking):
    """A sign-in link to create."""

    name: Name = Field(description="whom it signs in", examples=["Anna"])
    role: _Role = Field(Role.ADMIN, description="`viewer` reads, `operator` also sends, `admin` may do everything")
    valid_s: Annotated[_Seconds, BeforeValidator(whole, json_schema_input_type=_Seconds)] | None = Field(
        None, description="seconds for which it works; default: NOTIFYHUB_DASHBOARD_LINK_S"
    )


def link_request(given: bytes | Mapping[str, Any]) -> LinkRequest:
    """Check a request. Raises InvalidRequest with everything that is wrong."""
    asked, faults = members_of(given)
    request, wrong = tried(LinkRequest, asked)
    if request is None or faults or wrong:
        raise InvalidRequest([*faults, *wrong])
    return request
