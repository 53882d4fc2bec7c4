"""The channels of a request: a list, or a chain of them that is tried one after the other."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any

from pydantic import BeforeValidator, Discriminator, Field, Tag
from pydantic_core import PydanticCustomError

from notifyhub.domain import durations
from notifyhub.errors import Fault
from notifyhub.requests.base import Asking
from notifyhub.requests.faults import A_CHAIN, A_LIST
from notifyhub.requests.fields import Channel, whole

LONGEST_CONFIRMATION_S = 30 * 86_400


def _duration(value: Any) -> str:
    value = whole(value)
    length_ms = None
    if isinstance(value, str):
        length_ms = durations.milliseconds(value)
    elif isinstance(value, int) and not isinstance(value, bool):
        length_ms = value * 1000
    if length_ms is None or not 1000 <= length_ms <= LONGEST_CONFIRMATION_S * 1000:
        raise PydanticCustomError("form", "must be from 1 second to 30 days: a duration such as PT10M, or seconds")
    return durations.as_text(length_ms)


_Seconds = Annotated[int, Field(ge=1, le=LONGEST_CONFIRMATION_S)]
_Text = Annotated[str, Field(pattern=f"^(?:{durations.PATTERN})$")]
Confirmation = Annotated[str, BeforeValidator(_duration, json_schema_input_type=_Text | _Seconds)]


class ChainRequest(Asking):
    """Channels that are tried one after the other, until one of them gets through."""

    first_of: list[Channel] = Field(
        min_length=1,
        description="in the order in which they are tried; those without an address are skipped",
        examples=[["viber", "whatsapp", "gateway"]],
        json_schema_extra={"uniqueItems": True},
    )
    confirm_within: Confirmation | None = Field(
        None,
        description="how long each of them may take until it is delivered (until it is sent, on channels without "
        "receipts): ISO 8601 or seconds; default: only a failure leads to the next",
        examples=["PT10M"],
    )

    @property
    def confirm_within_ms(self) -> int | None:
        return None if self.confirm_within is None else durations.milliseconds(self.confirm_within)

    def stored(self) -> dict[str, Any]:
        """The chain as JSON."""
        return self.model_dump(exclude_none=True)


def _kind(given: Any) -> str:
    return A_CHAIN if isinstance(given, Mapping | ChainRequest) else A_LIST


_List = Annotated[list[Channel], Field(min_length=1)]
ChannelsAsked = Annotated[Annotated[_List, Tag(A_LIST)] | Annotated[ChainRequest, Tag(A_CHAIN)], Discriminator(_kind)]
"""A list of channels, or a chain."""


def named(channels: Any) -> list[Any] | None:
    """The channels of a request that is not checked yet, if they are listed at all."""
    listed = channels.get("first_of") if isinstance(channels, Mapping) else channels
    return list(listed) if isinstance(listed, list | tuple) else None


def chain_faults(channels: Any) -> list[Fault]:
    """What no single member of a chain can tell."""
    listed = named(channels) if isinstance(channels, Mapping) else None
    texts = [name for name in listed or () if isinstance(name, str)]
    if len(set(texts)) == len(texts):
        return []
    return [Fault("$.channels.first_of", "repeated", "names a channel more than once")]
