"""What a caller may ask to be done to many deliveries at once."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Annotated, Any, NamedTuple

from pydantic import BeforeValidator, Field, StrictBool, StrictInt, StrictStr

from notifyhub.clock import to_ms
from notifyhub.domain.bulk import Bulk
from notifyhub.domain.orders import Order
from notifyhub.domain.phones import DEFAULT_REGION
from notifyhub.domain.states import Status
from notifyhub.errors import Fault, InvalidRequest
from notifyhub.requests.base import Asking
from notifyhub.requests.changes import MOST_IDS
from notifyhub.requests.checking import cut, members_of, tried
from notifyhub.requests.fields import Channel, Moment, Reference, RowId
from notifyhub.requests.filters import Filters, list_filters


def _several(value: Any) -> Any:
    """One word, or a list of them."""
    return [value] if isinstance(value, str) else list(value) if isinstance(value, tuple) else value


_Statuses = Annotated[list[Status], Field(min_length=1)]
_Channels = Annotated[list[Channel], Field(min_length=1)]


class DeliveryFilter(Asking):
    """Deliveries that match all members, as in their list; at least one member."""

    status: Annotated[_Statuses, BeforeValidator(_several, json_schema_input_type=Status | _Statuses)] | None = None
    channel: Annotated[_Channels, BeforeValidator(_several, json_schema_input_type=Channel | _Channels)] | None = None
    address: StrictStr | StrictInt | None = Field(None, description="in any form that its channel accepts")
    reference: Reference | None = Field(None, description="that of the message")
    mailing_id: RowId | None = None
    client_id: RowId | None = None
    reason: Reference | None = Field(None, description="why they failed, or wait")
    operator_code: Reference | None = Field(None, description="that of the client")
    text: Reference | None = Field(None, description="part of the message text, in capital or small letters")
    created_from: Moment | None = Field(None, description="accepted then or later")
    created_to: Moment | None = Field(None, description="accepted before then")


class BulkRequest(Asking):
    """What is to be done, and to which deliveries: `ids` or `filter`."""

    action: Bulk = Field(
        description="`cancel` or `reschedule` those that are not being sent yet; `retry` those that failed"
    )
    ids: Annotated[list[RowId], Field(min_length=1, max_length=MOST_IDS)] | None = Field(
        None, description="these deliveries"
    )
    filter: DeliveryFilter | None = Field(None, description="all deliveries that match")
    send_at: Moment | None = Field(None, description="the new time, to reschedule; null or a time in the past: now")
    dry_run: StrictBool = Field(False, description="true: only count; nothing is changed")


class Asked(NamedTuple):
    """A request that is right.

    selected  ids, or filters with the oldest first
    send_at   epoch ms; None: now
    """

    action: Bulk
    selected: Filters | tuple[int, ...]
    send_at: int | None
    dry_run: bool


def bulk_request(given: bytes | Mapping[str, Any], region: str = DEFAULT_REGION) -> Asked:
    """Check what is to be done to many deliveries. Raises InvalidRequest with everything that is wrong.

    region  as in `e164_digits`: the country of phone numbers without a country code
    """
    asked, faults = members_of(given)
    faults += cut(asked, "ids", MOST_IDS)
    faults += _across(asked)
    request, wrong = tried(BulkRequest, asked)
    if request is None:
        raise InvalidRequest([*faults, *wrong])
    filters, unfit = _filters(request.filter, region)
    if faults or unfit:
        raise InvalidRequest([*faults, *unfit])
    ids = None if request.ids is None else tuple(dict.fromkeys(request.ids))
    send_at = None if request.send_at is None else to_ms(request.send_at)
    return Asked(request.action, filters if ids is None else ids, send_at, request.dry_run)


def _across(asked: Mapping[str, Any]) -> list[Fault]:
    faults = []
    if asked.get("ids") is None and asked.get("filter") is None:
        faults.append(Fault("$", "empty", "nothing is selected: give ids or a filter"))
    if asked.get("ids") is not None and asked.get("filter") is not None:
        faults.append(Fault("$.filter", "repeated", "cannot be given together with ids"))
    if asked.get("action") == Bulk.RESCHEDULE and "send_at" not in asked:
        faults.append(Fault("$.send_at", "form", "is required: the new time to send"))
    if asked.get("action") in (Bulk.CANCEL, Bulk.RETRY) and asked.get("send_at") is not None:
        faults.append(Fault("$.send_at", "form", "is only for rescheduling"))
    return faults


def _filters(given: DeliveryFilter | None, region: str) -> tuple[Filters, list[Fault]]:
    if given is None:
        return Filters(), []
    members = {name: value for name in given.model_fields_set if (value := getattr(given, name)) is not None}
    if not members:
        return Filters(), [Fault("$.filter", "empty", "would select all deliveries: give at least one filter")]
    filters, faults = list_filters(members, region)
    named = [replace(fault, path=fault.path.replace("$", "$.filter", 1)) for fault in faults]
    return replace(filters, order=Order.OLDEST), named
