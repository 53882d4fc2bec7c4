"""Answers about what is going on now."""

from __future__ import annotations

from datetime import datetime

from pydantic import Field

from notifyhub.answers.base import Answer
from notifyhub.answers.senders import SenderState


class LiveChannel(Answer):
    """A channel now, and what it has done since the asked moment."""

    name: str
    accepted: int = Field(description="deliveries accepted since the beginning of the hour of `since`")
    sent: int = Field(description="calls since the beginning of the minute of `since` that its messenger accepted")
    failed: int = Field(description="calls since then that it did not accept; most are tried again")
    scheduled: int = Field(description="deliveries that wait, due or later; of very many, those of the last week")
    sending: int = Field(description="deliveries in the hands of a worker")
    unconfirmed: int = Field(description="deliveries that a person must decide about")
    queue_age_s: float = Field(description="seconds since the delivery that is due longest was due; 0: none is due")
    accounts: list[SenderState] = Field(description="its accounts: circuit breakers and limits")


class Live(Answer):
    """What is going on. The difference of two answers with the same `since` is what happened between them."""

    at: datetime = Field(description="the moment of this answer")
    since: datetime = Field(description="the moment from which is counted")
    processes: int = Field(description="processes that called a messenger in the last two minutes")
    channels: list[LiveChannel]
