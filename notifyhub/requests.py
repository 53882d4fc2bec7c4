"""What a caller may ask: the same models for library, REST and command line, so that bad input meets the same words."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from enum import StrEnum
from typing import Annotated, Any, Literal, Self, cast

import orjson
from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    StrictInt,
    StringConstraints,
    ValidationError,
    create_model,
    model_validator,
)
from pydantic_core import ErrorDetails

from notifyhub.domain.addresses import CHANNELS, FORMS, canonical
from notifyhub.domain.limits import text_fault
from notifyhub.domain.retry import OnUnconfirmed
from notifyhub.errors import Fault, InvalidRequest

LONGEST_TEXT = 65_536
MOST_METADATA_BYTES = 16_384


class Priority(StrEnum):
    """Urgent passes normal, normal passes bulk."""

    URGENT = "urgent"
    NORMAL = "normal"
    BULK = "bulk"

    @property
    def rank(self) -> int:
        return list(Priority).index(self)


def _no_nul(text: str) -> str:
    if "\x00" in text:
        raise ValueError("must not contain the NUL character")
    return text


def _moment(value: Any) -> datetime:
    if isinstance(value, str):
        try:
            value = datetime.fromisoformat(value)
        except ValueError:
            raise ValueError("must be a date and time in ISO 8601, such as 2026-12-01T10:00:00+03:00") from None
    if not isinstance(value, datetime):
        raise ValueError("must be a date and time in ISO 8601, such as 2026-12-01T10:00:00+03:00")
    if value.utcoffset() is None:
        raise ValueError(
            "must say its offset from UTC (Z or +03:00): a time without one means another moment elsewhere"
        )
    try:
        return value.astimezone(UTC)
    except OverflowError:
        raise ValueError("is outside the years 1 to 9999") from None


def _channel(name: str) -> str:
    if name not in CHANNELS:
        raise ValueError(f"there is no channel {name!r}; there are {', '.join(CHANNELS)}")
    return name


def _small_json(metadata: dict[str, Any]) -> dict[str, Any]:
    try:
        size = len(orjson.dumps(metadata))
    except TypeError as error:
        raise ValueError(f"cannot be kept as JSON: {error}") from None
    if size > MOST_METADATA_BYTES:
        raise ValueError(f"takes at most {MOST_METADATA_BYTES} bytes as JSON, this has {size}")
    return metadata


def _address_of(channel: str) -> Any:
    def check(value: Any) -> str:
        if isinstance(value, bool) or not isinstance(value, str | int):
            raise ValueError(f"must be text: {FORMS[channel].description}")
        return canonical(channel, value)

    form = FORMS[channel]
    return (
        Annotated[str | None, BeforeValidator(check)],
        Field(default=None, description=form.description, examples=[form.example]),
    )


class _Recipient(BaseModel):
    model_config = ConfigDict(extra="forbid")

    @model_validator(mode="after")
    def _has_an_address(self) -> Self:
        if not self.model_fields_set:
            raise ValueError("needs at least one address")
        return self


Recipient: type[_Recipient] = create_model(
    "Recipient",
    __base__=_Recipient,
    __doc__="One person: an address on each channel that they can be reached on.",
    **{channel: _address_of(channel) for channel in CHANNELS},
)

Moment = Annotated[datetime, BeforeValidator(_moment)]
Text = Annotated[str, StringConstraints(min_length=1, max_length=LONGEST_TEXT), AfterValidator(_no_nul)]
Reference = Annotated[str, StringConstraints(min_length=1, max_length=255), AfterValidator(_no_nul)]
Metadata = Annotated[dict[str, Any], AfterValidator(_small_json)]
Channel = Annotated[str, AfterValidator(_channel)]
Seconds = Annotated[StrictInt, Field(ge=1, le=10 * 366 * 86_400)]


class MessageRequest(BaseModel):
    """One text for one or more people on one or more channels. `message_request` makes and checks it."""

    model_config = ConfigDict(extra="forbid")

    text: Text = Field(description="what the people are to read", examples=["Hello"])
    recipients: list[Recipient] = Field(min_length=1, description="the people")
    channels: list[Channel] | None = Field(
        None, min_length=1, description="default: every channel that a recipient has an address on"
    )
    send_at: Moment | None = Field(None, description="not before; default, or when past: now")
    expires_at: Moment | None = Field(None, description="nothing is sent after this")
    max_attempts: Annotated[StrictInt, Field(ge=1, le=100)] | None = Field(None, description="default: the channel's")
    priority: Priority = Field(Priority.NORMAL, description="urgent passes normal, normal passes bulk")
    deduplicate: Literal["forever", "off"] | Seconds = Field(
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
    try:
        if isinstance(given, bytes):
            request = MessageRequest.model_validate_json(given)
        else:
            request = MessageRequest.model_validate(given)
    except ValidationError as error:
        faults = [_as_fault(details) for details in error.errors(include_url=False, include_input=False)]
        raise InvalidRequest(faults + _text_faults_of(given)) from None
    faults = [
        *_text_faults(request.text, {channel for channel, _ in request.pairs()}),
        *_recipient_faults(request, max_recipients),
        *_end_faults(request, now),
    ]
    if faults:
        raise InvalidRequest(faults)
    return request


def _text_faults(text: str, channels: Iterable[str]) -> list[Fault]:
    found = (text_fault(channel, text) for channel in CHANNELS if channel in channels)
    return [Fault("$.text", "too_long", fault) for fault in found if fault]


def _text_faults_of(given: bytes | Mapping[str, Any]) -> list[Fault]:
    """The length of a text can be judged even when other parts of the request are malformed."""
    try:
        loose = orjson.loads(given) if isinstance(given, bytes) else given
    except orjson.JSONDecodeError:
        return []
    if not isinstance(loose, Mapping) or not isinstance(loose.get("text"), str):
        return []
    named = loose.get("channels")
    if isinstance(named, list):
        used = {name for name in named if isinstance(name, str)}
    else:
        people = loose.get("recipients")
        people = people if isinstance(people, list) else []
        used = {name for person in people if isinstance(person, Mapping) for name in person}
    return _text_faults(loose["text"], used)


def _recipient_faults(request: MessageRequest, most: int) -> list[Fault]:
    if len(request.recipients) > most:
        message = f"at most {most} in one request, these are {len(request.recipients)}"
        return [Fault("$.recipients", "too_many", message)]
    if request.channels is None:
        return []
    wanted = request.channels
    return [
        Fault(f"$.recipients[{i}]", "no_address", f"has no address on {' or '.join(wanted)}")
        for i, recipient in enumerate(request.recipients)
        if not any(channel in wanted for channel, _ in addresses(recipient))
    ]


def _end_faults(request: MessageRequest, now: datetime) -> list[Fault]:
    end = request.expires_at
    if end is not None and end <= now:
        return [Fault("$.expires_at", "past", "is in the past")]
    if end is not None and request.send_at is not None and end <= request.send_at:
        return [Fault("$.expires_at", "too_early", "is not after send_at")]
    return []


def _as_fault(details: ErrorDetails) -> Fault:
    kind = details["type"]
    message = "there is no such field" if kind == "extra_forbidden" else details["msg"].removeprefix("Value error, ")
    return Fault(json_path(details["loc"]), kind, message)


def json_path(location: Sequence[str | int]) -> str:
    """`("recipients", 0, "telegram")` as `$.recipients[0].telegram`."""
    return "$" + "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in location)
