"""All faults, as given by `PUT /faults`, a file and the command line."""

from __future__ import annotations

from typing import Any, Literal, Self

from pydantic import Field, model_validator

from notifyhub.emulator.faults.answers import check_channel
from notifyhub.emulator.faults.latency import Uniform
from notifyhub.emulator.faults.names import Channel
from notifyhub.emulator.faults.rules import ChannelFaults, Rule, Script

MOST_RULES = 1000

ProfileName = Literal["none", "original-task", "real-limits"]

# The original task asks for a random delay of 1 to 3 seconds and a failure in one call of ten.
PROFILES: dict[ProfileName, ChannelFaults] = {
    "none": ChannelFaults(latency_ms=0, failure_rate=0.0, failure="500"),
    # No faults either: this turns on the documented rate limits.
    "real-limits": ChannelFaults(latency_ms=0, failure_rate=0.0, failure="500"),
    "original-task": ChannelFaults(latency_ms=Uniform(min=1000, max=3000), failure_rate=0.1, failure="500"),
}


class FaultSettings(ChannelFaults):
    """All faults. Its own fields apply to all channels and override those of `profile`.

    magic  whether magic recipients have an effect
    """

    profile: ProfileName = "none"
    channels: dict[Channel, ChannelFaults] = Field(default_factory=dict)
    rules: list[Rule] = Field(default_factory=list, max_length=MOST_RULES)
    scripts: list[Script] = Field(default_factory=list, max_length=10_000)
    magic: bool = True

    @model_validator(mode="after")
    def _answers_known(self) -> Self:
        check_channel(None, self.failure)
        for channel, faults in self.channels.items():
            check_channel(channel, faults.failure)
        return self

    def on(self, channel: Channel) -> ChannelFaults:
        """The faults of one channel: its own settings override those for all, and those override the profile's."""
        merged: dict[str, Any] = {}
        for layer in (PROFILES[self.profile], self, self.channels.get(channel)):
            for field in ChannelFaults.model_fields if layer else ():
                value = getattr(layer, field)
                merged.update({} if value is None else {field: value})
        return ChannelFaults.model_construct(**merged)
