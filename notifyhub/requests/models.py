"""The request for a message: one model, and everything that is wrong with it at once."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Any, Self, cast

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError, create_model, model_validator
from pydantic_core import PydanticCustomError

from notifyhub.domain.addresses import CHANNELS, FORMS, canonical
from notifyhub.domain.retry import OnUnconfirmed
from notifyhub.errors import Fault, InvalidRequest
from notifyhub.requests import json_text
from notifyhub.requests.crosschecks import across
from notifyhub.requests.faults import as_fault
from notifyhub.requests.fields import Attempts, Channel, Metadata, Moment, Priority, Reference, Text, Window, whole


def _address_of(channel: str) -> Any:
    def check(value: Any) -> str:
        value = whole(value)
        if isinstance(value, bool) or not isinstance(value, str | int):
            raise PydanticCustomError("type", "must be text: {form}", {"form": FORMS[channel].description})
        return canonical(channel, value)

    form = FORMS[channel]
    return (
        Annotated[str | None, BeforeValidator(check, json_schema_input_type=str | int)],
        Field(default=None, description=form.description, examples=[form.example]),
    )


class _Recipient(BaseModel):
    model_config = ConfigDict(extra="forbid", json_schema_extra={"minProperties": 1})

    @model_validator(mode="after")
    def _has_an_address(self) -> Self:
        if not self.model_fields_set:
            raise PydanticCustomError("empty", "needs at least one address")
        return self


Recipient: type[_Recipient] = create_model(
    "Recipient",
    __base__=_Recipient,
    __doc__="One person: an address on each channel that they can be reached on.",
    **{channel: _address_of(channel) for channel in CHANNELS},
)


class MessageRequest(BaseModel):
    """One text for one or more people on one or more channels."""

    # `message_request` makes and checks it: what no single field can tell is checked there.
    model_config = ConfigDict(extra="forbid")

    text: Text = Field(description="what the people are to read", examples=["Hello"])
    recipients: list[Recipient] = Field(min_length=1, description="the people")
    channels: list[Channel] | None = Field(
        None, min_length=1, description="default: every channel that a recipient has an address on"
    )
    send_at: Moment | None = Field(None, description="not before; default, or when past: now")
    expires_at: Moment | None = Field(None, description="nothing is sent after this")
    max_attempts: Attempts | None = Field(None, description="default: the channel's")
    priority: Priority = Field(Priority.NORMAL, description="urgent passes normal, normal passes bulk")
    deduplicate: Window = Field(
        "forever", description="for how long the same text to the same address on the same channel is refused"
    )
    on_unconfirmed: OnUnconfirmed = Field(
        OnUnconfirmed.AT_LEAST_ONCE, description="send again, or hold, when nobody can know whether it arrived"
    )
    reference: Reference | None = Field(None, description="the caller's own name for this message")
    metadata: Metadata = Field(default_factory=dict, description="kept and given back")

    def pairs(self) -> list[tuple[str, str]]:
        """Every (channel, address) that this message is to go to, in the order asked for."""
        wanted = self.channels
        return [
            (channel, address)
            for recipient in self.recipients
            for channel, address in addresses(recipient)
            if wanted is None or channel in wanted
        ]


def addresses(recipient: Any) -> list[tuple[str, str]]:
    """The (channel, address) pairs of a Recipient."""
    known = cast("Mapping[str, str | None]", recipient.__dict__)
    return [(channel, address) for channel, address in known.items() if address is not None]


def message_request(given: bytes | Mapping[str, Any], *, now: datetime, max_recipients: int) -> MessageRequest:
    """Check a request, as JSON text or as Python values, and return its model.

    Raises InvalidRequest with everything that is wrong, not only the first thing.
    """
    asked, faults = json_text.parse(given) if isinstance(given, bytes) else (given, [])
    if not isinstance(asked, Mapping):
        raise InvalidRequest([Fault("$", "type", "must be an object")])
    asked = dict(asked)
    faults += _cut(asked, max_recipients)
    request = None
    try:
        request = MessageRequest.model_validate(asked)
    except ValidationError as error:
        faults += [as_fault(details) for details in error.errors(include_url=False, include_input=False)]
    faults += across(asked, now)
    if faults or request is None:
        raise InvalidRequest(faults)
    return request


def _cut(asked: dict[str, Any], most: int) -> list[Fault]:
    """Leave no more recipients than are taken: nobody is to pay for the checking of the others."""
    people = asked.get("recipients")
    if not isinstance(people, list) or len(people) <= most:
        return []
    asked["recipients"] = people[:most]
    return [Fault("$.recipients", "too_many", f"at most {most} in one request, these are {len(people)}")]
