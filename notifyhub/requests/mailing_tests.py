"""Who is to see the text of a mailing before everybody else."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any

from pydantic import ConfigDict, Field

from notifyhub.domain.phones import DEFAULT_REGION
from notifyhub.errors import Fault, InvalidRequest
from notifyhub.requests.base import Asking
from notifyhub.requests.checking import cut, members_of, tried
from notifyhub.requests.crosschecks import NO_LIMIT, across
from notifyhub.requests.fields import RowId
from notifyhub.requests.models import Recipient

MOST_PEOPLE = 10


class MailingTestRequest(Asking):
    """Who gets the text of a mailing as a test: clients, other people, or both; 1 to 10 together."""

    model_config = ConfigDict(
        extra="forbid", json_schema_extra={"anyOf": [{"required": ["clients"]}, {"required": ["recipients"]}]}
    )

    clients: list[RowId] = Field(
        default_factory=list, min_length=1, max_length=MOST_PEOPLE, description="ids of the directory"
    )
    recipients: list[Recipient] = Field(
        default_factory=list, min_length=1, max_length=MOST_PEOPLE, description="people with their addresses"
    )


def mailing_test_request(
    given: bytes | Mapping[str, Any],
    *,
    now: datetime,
    only_addresses: Mapping[str, Collection[str]] = NO_LIMIT,
    region: str = DEFAULT_REGION,
) -> MailingTestRequest:
    """Check who is to get a test; `only_addresses` and `region` as in `message_request`.

    Raises InvalidRequest with everything that is wrong.
    """
    asked, faults = members_of(given)
    if not asked:
        faults.append(Fault("$", "empty", "there is nobody to send it to: give clients or recipients"))
    faults += cut(asked, "clients", MOST_PEOPLE) + cut(asked, "recipients", MOST_PEOPLE)
    request, wrong = tried(MailingTestRequest, asked, region)
    faults += wrong + across({"recipients": asked.get("recipients")}, now, only_addresses)
    if request is not None and (people := len(request.clients) + len(request.recipients)) > MOST_PEOPLE:
        faults.append(Fault("$", "too_many", f"at most {MOST_PEOPLE} people in one test, these are {people}"))
    if faults or request is None:
        raise InvalidRequest(faults)
    return request
