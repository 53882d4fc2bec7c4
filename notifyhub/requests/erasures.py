"""What a caller may ask of erasures."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from typing import Any

from pydantic import Field

from notifyhub.domain.phones import DEFAULT_REGION, e164_digits
from notifyhub.errors import InvalidRequest
from notifyhub.requests.base import Asking
from notifyhub.requests.checking import members_of, tried
from notifyhub.requests.fields import Reference


class ErasureRequest(Asking):
    """Why a person is erased."""

    reason: Reference = Field(description="kept in the proof", examples=["asked by e-mail"])
    by: Reference | None = Field(None, description="who decided so", examples=["Ann"])


def erasure_request(given: bytes | Mapping[str, Any]) -> ErasureRequest:
    """Check a request. Raises InvalidRequest with everything that is wrong."""
    asked, faults = members_of(given)
    request, wrong = tried(ErasureRequest, asked)
    if request is None or faults or wrong:
        raise InvalidRequest([*faults, *wrong])
    return request


def spellings(address: str, region: str = DEFAULT_REGION) -> set[str]:
    """An address as it is written, and as a phone if it is one. `region` as in `e164_digits`."""
    found = {address.strip()}
    with suppress(ValueError):
        found.add(e164_digits(address, region))
    return found
