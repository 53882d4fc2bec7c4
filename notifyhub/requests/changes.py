"""What a caller may ask of messages and deliveries that are there already."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum
from typing import Any, TypeVar

from pydantic import BaseModel, Field

from notifyhub.clock import to_ms
from notifyhub.errors import Fault, InvalidRequest
from notifyhub.requests.base import Asking
from notifyhub.requests.checking import cut, members_of, tried
from notifyhub.requests.crosschecks import across
from notifyhub.requests.fields import Moment, RowId, Text

MOST_IDS = 1_000

M = TypeVar("M", bound=BaseModel)


class Verdict(StrEnum):
    """What a person found out about a delivery that is held as unconfirmed."""

    SENT = "sent"
    RESEND = "resend"
    FAIL = "fail"


class _Request(Asking):
    def members(self) -> dict[str, Any]:
        """What was given, moments in epoch ms."""
        return {
            name: to_ms(value) if isinstance(value := getattr(self, name), datetime) else value
            for name in self.model_fields_set
        }


class ChangeRequest(_Request):
    """The changes to an unsent message; at least one member."""

    text: Text = Field(default_factory=str, description="the new message text")
    send_at: Moment | None = Field(None, description="earliest time to send; null or a time in the past: now")
    expires_at: Moment | None = Field(None, description="nothing is sent after this; null: no expiry")


class RetryRequest(_Request):
    """How to retry a message; the body may be left out."""

    expires_at: Moment | None = Field(None, description="a new expiry time; null: none; left out: unchanged")


class ResolveRequest(_Request):
    """What happened to a delivery that is held as unconfirmed."""

    verdict: Verdict = Field(
        alias="as",
        description="`sent`: it arrived; `resend`: send it again; `fail`: it did not arrive and is not sent again",
    )


class IdsRequest(_Request):
    """Deliveries by their ids."""

    ids: list[RowId] = Field(min_length=1, max_length=MOST_IDS, description="the results have the same order")


def change_request(given: bytes | Mapping[str, Any], now: datetime) -> ChangeRequest:
    """Check what is to be changed. Raises InvalidRequest with everything that is wrong."""
    asked, faults = members_of(given)
    if not asked:
        faults.append(Fault("$", "empty", "there is nothing to change: give text, send_at or expires_at"))
    return _checked(ChangeRequest, asked, faults + across(asked, now))


def retry_request(given: bytes | Mapping[str, Any], now: datetime) -> RetryRequest:
    """Check how something is to be tried again; an empty body asks for nothing special. Raises InvalidRequest."""
    asked, faults = members_of(given) if given else ({}, [])
    return _checked(RetryRequest, asked, faults + across(asked, now))


def resolve_request(given: bytes | Mapping[str, Any]) -> ResolveRequest:
    """Check what is said of an unconfirmed delivery. Raises InvalidRequest."""
    return _checked(ResolveRequest, *members_of(given))


def ids_request(given: bytes | Mapping[str, Any]) -> IdsRequest:
    """Check a list of ids. Raises InvalidRequest with everything that is wrong."""
    asked, faults = members_of(given)
    return _checked(IdsRequest, asked, faults + cut(asked, "ids", MOST_IDS))


def _checked(model: type[M], asked: Mapping[str, Any], faults: list[Fault]) -> M:
    request, wrong = tried(model, asked)
    if request is None or faults or wrong:
        raise InvalidRequest([*faults, *wrong])
    return request
