"""Faults on request: latency, random failures, and scripts of answers for one recipient. Kept in memory only."""

from __future__ import annotations

import random
from collections import deque
from typing import Annotated, Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from notifyhub.emulator.wire import NOT_DIGITS, Refusal

Channel = Literal["telegram", "viber", "whatsapp", "gateway"]
ProfileName = Literal["none", "original-task", "real-limits"]
StatusWord = Literal["400", "401", "403", "404", "429", "500", "502", "503", "504"]
Word = Literal["hang", "lost", "garbage"]

CHANNELS: tuple[Channel, ...] = ("telegram", "viber", "whatsapp", "gateway")
OWN_CODES = frozenset({"viber", "whatsapp"})
BY_DIGITS = frozenset({"whatsapp", "gateway"})
LATENCY_LIMIT_MS = 600_000


class Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


class Latency(Strict):
    """Uniform between `min` and `max`, in milliseconds."""

    min: int = Field(ge=0, le=LATENCY_LIMIT_MS)
    max: int = Field(ge=0, le=LATENCY_LIMIT_MS)

    @model_validator(mode="after")
    def _ordered(self) -> Self:
        if self.min > self.max:
            raise ValueError("min must not be greater than max")
        return self


class StatusAnswer(Strict):
    """An HTTP status in the messenger's own error form; `retry_after` in seconds."""

    status: Literal[400, 401, 403, 404, 429, 500, 502, 503, 504]
    retry_after: int | None = Field(default=None, ge=0, le=86_400)


class CodeAnswer(Strict):
    """An error by the messenger's own code. Only Viber and WhatsApp have such codes."""

    code: int = Field(ge=0, le=9_999_999)


Failure = StatusWord | Word | StatusAnswer | CodeAnswer
ScriptedAnswer = Literal["accept"] | Failure


class ChannelFaults(Strict):
    """What may go wrong on a channel. A field that is None follows the setting for all channels."""

    latency_ms: Annotated[int, Field(ge=0, le=LATENCY_LIMIT_MS)] | Latency | None = None
    failure_rate: float | None = Field(default=None, ge=0, le=1)
    failure: Failure | None = None


class Script(Strict):
    """Answers for one recipient, used up in order; then the channel behaves as usual."""

    channel: Channel
    address: str = Field(min_length=1, max_length=256)
    answers: list[ScriptedAnswer] = Field(min_length=1, max_length=1000)

    @model_validator(mode="after")
    def _codes_known(self) -> Self:
        for answer in self.answers:
            _check_code(self.channel, answer)
        return self


class FaultSettings(ChannelFaults):
    """All faults at once. Fields of its own are for all channels and win over those of `profile`."""

    profile: ProfileName = "none"
    channels: dict[Channel, ChannelFaults] = Field(default_factory=dict)
    scripts: list[Script] = Field(default_factory=list, max_length=10_000)

    @model_validator(mode="after")
    def _codes_known(self) -> Self:
        if isinstance(self.failure, CodeAnswer):
            raise ValueError("failure: a code has a meaning on viber and whatsapp only, set it under channels")
        for channel, faults in self.channels.items():
            _check_code(channel, faults.failure)
        return self


def _check_code(channel: str, answer: object) -> None:
    if isinstance(answer, CodeAnswer) and channel not in OWN_CODES:
        raise ValueError(f"{channel} has no codes of its own, give a status")


# The original task asks for a random delay of 1 to 3 seconds and a failure in one call of ten.
PROFILES: dict[ProfileName, ChannelFaults] = {
    "none": ChannelFaults(latency_ms=0, failure_rate=0.0, failure="500"),
    # No faults either: this one turns the documented rate limits on.
    "real-limits": ChannelFaults(latency_ms=0, failure_rate=0.0, failure="500"),
    "original-task": ChannelFaults(latency_ms=Latency(min=1000, max=3000), failure_rate=0.1, failure="500"),
}


class Plan:
    """What shall happen to one send: a wait in seconds, then a refusal, a `word`, or (neither) the normal answer."""

    __slots__ = ("latency_s", "refusal", "word")

    def __init__(self, latency_s: float, answer: ScriptedAnswer | None) -> None:
        self.latency_s = latency_s
        self.word: Word | None = None
        self.refusal: Refusal | None = None
        match answer:
            case None | "accept":
                pass
            case "hang" | "lost" | "garbage":
                self.word = answer
            case StatusAnswer():
                self.refusal = Refusal(status=answer.status, retry_after=answer.retry_after)
            case CodeAnswer():
                self.refusal = Refusal(code=answer.code)
            case _:
                self.refusal = Refusal(status=int(answer))

    @property
    def name(self) -> str | None:
        """The fault as the journal writes it; None for a normal answer."""
        if self.refusal is None:
            return self.word
        return str(self.refusal.status) if self.refusal.code is None else f"code {self.refusal.code}"


class Faults:
    """The faults in force. All chance comes from one `random.Random(seed)`."""

    def __init__(self, profile: ProfileName = "none", seed: int | None = None) -> None:
        self._random = random.Random(seed)  # noqa: S311 - chance for tests, not for secrets
        self.replace(FaultSettings(profile=profile))

    def replace(self, settings: FaultSettings) -> None:
        """Put `settings` in the place of all faults and scripts."""
        self._settings = settings
        self._by_channel: dict[str, ChannelFaults] = {channel: _effective(settings, channel) for channel in CHANNELS}
        self._scripts: dict[tuple[str, str], deque[ScriptedAnswer]] = {}
        for script in settings.scripts:
            key = (script.channel, _normal(script.channel, script.address))
            self._scripts.setdefault(key, deque()).extend(script.answers)

    def clear(self) -> None:
        """No faults at all, whatever the profile was."""
        self.replace(FaultSettings())

    def describe(self) -> dict[str, Any]:
        """The faults in force with what is left of the scripts, in the form that `FaultSettings` takes."""
        scripts = [
            Script.model_validate({"channel": channel, "address": address, "answers": list(answers)})
            for (channel, address), answers in self._scripts.items()
        ]
        current = self._settings.model_copy(update={"scripts": scripts})
        return current.model_dump(mode="json", exclude_none=True)

    def plan(self, channel: str, address: str) -> Plan:
        """What shall happen to the send that has just come in. Uses up one answer of the recipient's script."""
        faults = self._by_channel[channel]
        return Plan(self._latency_s(faults), self._scripted(channel, address) or self._chance(faults))

    def _latency_s(self, faults: ChannelFaults) -> float:
        latency = faults.latency_ms
        if isinstance(latency, Latency):
            return self._random.uniform(latency.min, latency.max) / 1000
        return (latency or 0) / 1000

    def _chance(self, faults: ChannelFaults) -> Failure | None:
        rate = faults.failure_rate
        return faults.failure if rate and self._random.random() < rate else None

    def _scripted(self, channel: str, address: str) -> ScriptedAnswer | None:
        answers = self._scripts.get((channel, address)) if self._scripts else None
        if not answers:
            return None
        answer = answers.popleft()
        if not answers:
            del self._scripts[channel, address]
        return answer


def _effective(settings: FaultSettings, channel: Channel) -> ChannelFaults:
    merged: dict[str, Any] = {}
    for layer in (PROFILES[settings.profile], settings, settings.channels.get(channel)):
        for field in ChannelFaults.model_fields if layer else ():
            value = getattr(layer, field)
            merged.update({} if value is None else {field: value})
    return ChannelFaults.model_construct(**merged)


def _normal(channel: str, address: str) -> str:
    return (NOT_DIGITS.sub("", address) or address) if channel in BY_DIGITS else address
