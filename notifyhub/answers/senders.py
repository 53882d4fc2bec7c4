"""Answers about sender accounts and their settings."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from pydantic import Field

from notifyhub.answers.base import Answer


class SenderState(Answer):
    """The circuit breaker and the rate limits of a sender account, which all processes share."""

    sender: str | None = Field(None, description="name of the account; absent for the one of the channel's settings")
    state: str = Field(
        description="closed (messages go out), open (it rests: nothing is sent, no attempts are spent) or half_open "
        "(few calls try whether it works again)"
    )
    words: str = Field(description="the state in plain English, with the reason of a rest")
    since: datetime | None = Field(
        None, description="since when it rests, or works after a rest; absent if it always did"
    )
    until: datetime | None = Field(None, description="while open: when the next call tries")
    reason: str | None = Field(None, description="why it rests, as a stable word")
    code: str | None = Field(None, description="the messenger's own code of the last failure")
    detail: str | None = Field(None, description="the messenger's response with secrets masked")
    rate: str | None = Field(None, description="limit of the account; absent: none")
    rate_percent: int | None = Field(
        None, description="percent of `rate` at which it goes, because its messenger refused more; absent: all of it"
    )
    address_rate: str | None = Field(None, description="limit for each address that it writes to; absent: none")
    group_rate: str | None = Field(None, description="limit for each group that it writes to; absent: none")
    paused_until: datetime | None = Field(
        None, description="nothing is sent before this: its messenger refused a call as too fast"
    )
    mend: str | None = Field(None, description="what to look at, if the account is set up wrongly")


class SettingInEffect(Answer):
    """A setting of a channel, as the service has read it."""

    name: str = Field(description="its environment variable")
    value: Any = Field(None, description="with secrets masked; absent: not set")
    description: str


class SettingsInEffect(Answer):
    """The settings of a channel."""

    items: list[SettingInEffect]
