"""What a caller may ask of the addresses that nothing is sent to."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pydantic import Field

from notifyhub.domain.addresses import canonical
from notifyhub.domain.phones import DEFAULT_REGION
from notifyhub.domain.reachability import REASONS
from notifyhub.errors import Fault, InvalidRequest
from notifyhub.requests.base import Asking
from notifyhub.requests.checking import members_of, tried
from notifyhub.requests.fields import Channel, Sendable, whole
from notifyhub.requests.filters import Filters, list_filters, unknown_filters

NAMES = ("channel", "address", "reason")


class AddressRequest(Asking):
    """An address of a channel."""

    channel: Channel
    address: Sendable | int = Field(description="in any form that the channel accepts", examples=["1067000"])


def address_request(given: bytes | Mapping[str, Any], region: str = DEFAULT_REGION) -> tuple[str, str]:
    """Check an address, and return the channel and the canonical form. `region` as in `e164_digits`.

    Raises InvalidRequest with everything that is wrong.
    """
    asked, faults = members_of(given)
    asked = {name: whole(value) for name, value in asked.items()}
    kind = asked.get("address")
    if "address" in asked and (isinstance(kind, bool) or not isinstance(kind, str | int)):
        faults.append(Fault("$.address", "type", "must be text or a whole number"))
        asked["address"] = "0"
    request, wrong = tried(AddressRequest, asked)
    faults += wrong
    if request is None or faults:
        raise InvalidRequest(faults)
    try:
        return request.channel, canonical(request.channel, request.address, region)
    except ValueError as error:
        raise InvalidRequest([Fault("$.address", "form", str(error))]) from None


def reachability_filters(given: Mapping[str, Any], region: str = DEFAULT_REGION) -> Filters:
    """The filters `channel`, `address` and `reason`. Raises InvalidRequest."""
    faults = unknown_filters(given, NAMES)
    filters, wrong = list_filters({name: value for name, value in given.items() if name in NAMES}, region)
    if filters.reason is not None and filters.reason not in REASONS:
        wrong.append(
            Fault("$.reason", "unknown_value", f"there is no {filters.reason!r}; there are {', '.join(REASONS)}")
        )
    if faults or wrong:
        raise InvalidRequest([*faults, *wrong])
    return filters
