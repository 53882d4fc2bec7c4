"""The request for an API key."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Any

from pydantic import (
    AfterValidator,
    BeforeValidator,
    Field,
    StrictInt,
    StringConstraints,
    ValidationError,
)
from pydantic_core import PydanticCustomError

from notifyhub.errors import Fault, InvalidRequest
from notifyhub.requests import json_text
from notifyhub.requests.base import Asking, built
from notifyhub.requests.faults import as_fault
from notifyhub.requests.fields import Moment, whole

ADMIN = "admin"
METRICS = "metrics"
SCOPES = ("send", "read", METRICS, ADMIN)
LONGEST_NAME = 255
MOST_REQUESTS_A_MINUTE = 1_000_000_000


def _name(name: str) -> str:
    if not name.strip():
        raise PydanticCustomError("empty", "must not be empty")
    if len(name) > LONGEST_NAME or not name.isprintable():
        raise PydanticCustomError(
            "form", "takes at most {most} characters, all of them printable", {"most": LONGEST_NAME}
        )
    return name


def _scope(scope: str) -> str:
    if scope not in SCOPES:
        words = {"given": repr(scope), "known": ", ".join(SCOPES)}
        raise PydanticCustomError("unknown_value", "there is no {given}; there are {known}", words)
    return scope


Name = Annotated[
    str,
    StringConstraints(strict=True),
    AfterValidator(_name),
    Field(json_schema_extra={"minLength": 1, "maxLength": LONGEST_NAME}),
]
Scope = Annotated[
    str, StringConstraints(strict=True), AfterValidator(_scope), Field(json_schema_extra={"enum": SCOPES})
]
_RateLimit = Annotated[StrictInt, Field(ge=1, le=MOST_REQUESTS_A_MINUTE)]
RateLimit = Annotated[_RateLimit, BeforeValidator(whole, json_schema_input_type=_RateLimit)]


class KeyRequest(Asking):
    """An API key to create."""

    # `key_request` makes and checks it.
    name: Name = Field(description="whose key it is", examples=["shop"])
    scopes: list[Scope] = Field(
        min_length=1, description="what it allows: `send`, `read`, `metrics`, or `admin` for everything, including keys"
    )
    expires_at: Moment | None = Field(None, description="it stops working then; default: never")
    rate_limit: RateLimit | None = Field(None, description="requests per minute; default: NOTIFYHUB_RATE_LIMIT")


def key_request(given: bytes | Mapping[str, Any], *, now: datetime) -> KeyRequest:
    """Check a request for a key, as JSON text or as Python values, and return its model.

    Raises InvalidRequest with everything that is wrong.
    """
    asked, faults = json_text.parse(given) if isinstance(given, bytes) else (given, [])
    if not isinstance(asked, Mapping):
        raise InvalidRequest([Fault("$", "type", "must be an object")])
    try:
        request = built(KeyRequest).model_validate(asked)
    except ValidationError as error:
        faults += [as_fault(details) for details in error.errors(include_url=False, include_input=False)]
        raise InvalidRequest(faults) from None
    if request.expires_at is not None and request.expires_at <= now:
        faults.append(Fault("$.expires_at", "past", "is in the past"))
    if faults:
        raise InvalidRequest(faults)
    return request
