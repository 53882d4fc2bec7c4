"""Many different messages in one request: each is checked for itself."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import datetime
from functools import partial
from typing import Any

from pydantic import Field

from notifyhub.domain.phones import DEFAULT_REGION
from notifyhub.errors import Fault, InvalidRequest
from notifyhub.requests.base import Asking
from notifyhub.requests.checking import members_of
from notifyhub.requests.crosschecks import NO_LIMIT
from notifyhub.requests.faults import json_path
from notifyhub.requests.models import MessageRequest, message_request

MOST_MESSAGES = 1_000

_OF_ONE = re.compile(r"\$\.messages\[([0-9]+)\]")


class BatchRequest(Asking):
    """Different messages, each with its own result."""

    # Anything, because what is wrong with one of them does not make the batch a wrong one.
    messages: list[MessageRequest | Any] = Field(
        min_length=1,
        max_length=MOST_MESSAGES,
        description="an item that is not a message gets an error as its result; the others are accepted",
    )


def batch_request(
    given: bytes | Mapping[str, Any],
    *,
    now: datetime,
    max_recipients: int,
    senders: Mapping[str, Collection[str]] | None = None,
    only_addresses: Mapping[str, Collection[str]] = NO_LIMIT,
    region: str = DEFAULT_REGION,
) -> list[MessageRequest | InvalidRequest]:
    """The messages of a batch, and in the places of those that cannot be taken all that is wrong with each.

    `max_recipients`, `senders`, `only_addresses` and `region` are those of `message_request`.

    Raises InvalidRequest when it is no batch at all.
    """
    asked, repeats = members_of(given)
    items = asked.get("messages")
    wrong = [fault for fault in repeats if not _OF_ONE.match(fault.path)]
    wrong += [
        Fault(json_path((name,)), "unknown_field", "there is no such field") for name in asked if name != "messages"
    ]
    wrong += _list_faults(items, "messages" in asked, max_recipients)
    if wrong or not isinstance(items, Sequence):
        raise InvalidRequest(wrong)
    places = [f"$.messages[{i}]" for i in range(len(items))]
    check = partial(
        message_request,
        now=now,
        max_recipients=max_recipients,
        senders=senders,
        only_addresses=only_addresses,
        region=region,
    )
    return [
        _one(item, place, [fault for fault in repeats if fault.path.startswith(place)], check)
        for place, item in zip(places, items, strict=True)
    ]


def _list_faults(items: Any, there: bool, max_recipients: int) -> list[Fault]:
    if not there:
        return [Fault("$.messages", "missing", "is missing")]
    if not isinstance(items, list | tuple):
        return [Fault("$.messages", "type", "must be an array")]
    if not items:
        return [Fault("$.messages", "empty", "must not be empty")]
    if len(items) > MOST_MESSAGES:
        return [Fault("$.messages", "too_many", f"at most {MOST_MESSAGES} in one request, these are {len(items)}")]
    people = sum(len(item["recipients"]) for item in items if _has_recipients(item))
    if people > max_recipients:
        return [
            Fault("$.messages", "too_many", f"at most {max_recipients} recipients in one request, these are {people}")
        ]
    return []


def _has_recipients(item: Any) -> bool:
    return isinstance(item, Mapping) and isinstance(item.get("recipients"), list)


def _one(
    item: Any, place: str, repeats: Sequence[Fault], check: Callable[[Any], MessageRequest]
) -> MessageRequest | InvalidRequest:
    try:
        request = check(item)
    except InvalidRequest as error:
        faults = [Fault(place + fault.path[1:], fault.code, fault.message) for fault in error.faults]
        return InvalidRequest([*repeats, *faults])
    return InvalidRequest(repeats) if repeats else request
