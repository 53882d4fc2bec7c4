"""Faults by channel, scripts for one recipient, and rules."""

from __future__ import annotations

from typing import Any, Self

from pydantic import Field, model_validator

from notifyhub.emulator.faults.answers import Answerable, Failure, Strict, check_channel
from notifyhub.emulator.faults.latency import Latency
from notifyhub.emulator.faults.names import Channel, canonical
from notifyhub.emulator.journal.inboxes import inbox_of

LONGEST_SPAN_S = 86_400.0


class ChannelFaults(Strict):
    """The faults of a channel. None: as set for all channels."""

    latency_ms: Latency | None = None
    failure_rate: float | None = Field(default=None, ge=0, le=1)
    failure: Failure | None = None


class Script(Strict):
    """Answers for one recipient, used in order; then the channel behaves as usual."""

    channel: Channel
    address: str = Field(min_length=1, max_length=256)
    answers: list[Answerable] = Field(min_length=1, max_length=1000)

    @model_validator(mode="after")
    def _answers_known(self) -> Self:
        for answer in self.answers:
            check_channel(self.channel, answer)
        return self


class Rule(Strict):
    """One fault, for all sends that match. Fields left out match everything.

    channel, address  a recipient; `*` at the end of an address matches anything
    inbox             only sends with this token: `{"token": …}` is also accepted, and stored as its fingerprint
    rate              probability
    count             number of uses; then the rule is used up
    from_s, until_s   seconds since the faults were set, for example for an outage
    answer            None: changes only the latency; "accept": later rules do not apply
    """

    channel: Channel | None = None
    address: str | None = Field(default=None, min_length=1, max_length=256)
    inbox: str | None = Field(default=None, min_length=1, max_length=64)
    answer: Answerable | None = None
    latency_ms: Latency | None = None
    rate: float = Field(default=1.0, ge=0, le=1)
    count: int | None = Field(default=None, ge=1, le=1_000_000)
    from_s: float = Field(default=0.0, ge=0, le=LONGEST_SPAN_S)
    until_s: float | None = Field(default=None, gt=0, le=LONGEST_SPAN_S)

    @model_validator(mode="before")
    @classmethod
    def _token_forgotten(cls, given: Any) -> Any:
        if not isinstance(given, dict) or not isinstance(given.get("token"), str):
            return given
        return {name: value for name, value in given.items() if name != "token"} | {"inbox": inbox_of(given["token"])}

    @model_validator(mode="after")
    def _sensible(self) -> Self:
        if self.answer is None and self.latency_ms is None:
            raise ValueError("a rule needs an answer, latency_ms or both")
        if self.until_s is not None and self.until_s <= self.from_s:
            raise ValueError("until_s must be later than from_s")
        check_channel(self.channel, self.answer)
        return self

    def fits(self, channel: str, address: str, inbox: str) -> bool:
        """Does this rule match such a send, apart from time and chance?"""
        if self.channel not in (None, channel) or self.inbox not in (None, inbox):
            return False
        return self.address is None or _alike(channel, self.address, address)


def _alike(channel: str, pattern: str, address: str) -> bool:
    if pattern.endswith("*"):
        start = pattern[:-1]
        return address.startswith(canonical(channel, start) if start else "")
    return canonical(channel, pattern) == address
