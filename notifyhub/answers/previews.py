"""Answers about what a mailing would do."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from pydantic import Field

from notifyhub.answers.base import Answer


class Example(Answer):
    """What a client would get on a channel."""

    client_id: int
    channel: str
    address: str
    text: str
    length: int = Field(description="in characters (Unicode code points)")
    limit: int | None = Field(None, description="most characters that the channel takes, if it has a limit")
    language: str | None = Field(None, description="of the variant of the template; absent: the one for all languages")
    subject: str | None = Field(None, description="of the e-mail")
    html: str | None = Field(None, description="HTML part of the e-mail")


class AudienceCount(Answer):
    """How many clients an audience has."""

    audience: dict[str, Any] = Field(description="the filter as it was understood; {} is everybody")
    audience_words: str = Field(description="the filter in plain English")
    matched: int = Field(description="number of clients of the audience")


class Preview(Answer):
    """What a mailing would do if its clients were chosen now."""

    audience: dict[str, Any] = Field(description="the filter as it was understood; {} is everybody")
    audience_words: str = Field(description="the filter in plain English")
    matched: int = Field(description="number of clients of the audience")
    by_operator_code: dict[str, int] = Field(description="clients by operator code; the empty code: none is known")
    by_tag: dict[str, int] = Field(description="clients by tag; those with several are in each")
    by_timezone: dict[str, int] = Field(description="clients by time zone")
    deliveries: int = Field(description="number of deliveries that would be sent")
    by_channel: dict[str, int] = Field(description="those deliveries by channel")
    duplicates: int = Field(description="number of deliveries left out: the content already goes to that address")
    unreachable: int = Field(description="number of clients without an address on its channels")
    opted_out: int = Field(description="number of clients who opted out of all channels on which they have an address")
    window_closed: int = Field(description="number of deliveries whose send window does not open before the end")
    refused: int = Field(
        description="number of deliveries to addresses that cannot be reached, or whose people opted out by a message"
    )
    unworded: int = Field(description="number of deliveries for which the template makes no text; they would fail")
    examples: list[Example] = Field(
        description="what up to three clients would get, on each channel of the mailing; of different languages if "
        "there are some among the first thousand clients"
    )
    first_at: datetime | None = Field(None, description="when the first client may be written to")
    last_opening_at: datetime | None = Field(None, description="when the send window of the last client opens")
    rate_s: dict[str, float] = Field(
        description="deliveries per second by channel: as in the fastest minute of the last hour, and not above the "
        "limits of the account and of the mailing; absent: nothing tells it"
    )
    takes_s: float | None = Field(None, description="seconds of sending at that rate; absent if a channel has none")
    will_not_fit: int | None = Field(None, description="number of deliveries that would not be sent before the end")
