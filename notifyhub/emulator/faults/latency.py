"""How long an answer takes, in milliseconds: fixed, uniform, or normal with a tail."""

from __future__ import annotations

from statistics import NormalDist
from typing import Annotated, Self

from pydantic import Field, model_validator

from notifyhub.emulator.faults.answers import LONGEST_MS, Strict
from notifyhub.emulator.faults.chance import Draw

Milliseconds = Annotated[int, Field(ge=0, le=LONGEST_MS)]
_NORMAL = NormalDist()


class Uniform(Strict):
    """Uniform between `min` and `max`."""

    min: Milliseconds
    max: Milliseconds

    @model_validator(mode="after")
    def _ordered(self) -> Self:
        if self.min > self.max:
            raise ValueError("min must not be greater than max")
        return self

    def milliseconds(self, draw: Draw) -> float:
        return self.min + (self.max - self.min) * draw("latency")


class Normal(Strict):
    """Normal around `mean`, cut off at 0; a share `tail` of the answers takes `tail_ms` instead."""

    mean: Milliseconds
    deviation: Milliseconds
    tail: float = Field(default=0.0, ge=0, le=1)
    tail_ms: Milliseconds = 0

    def milliseconds(self, draw: Draw) -> float:
        if self.tail and draw("tail") < self.tail:
            return self.tail_ms
        # inv_cdf needs more than 0.
        return max(0.0, self.mean + self.deviation * _NORMAL.inv_cdf(draw("latency") or 0.5))


Latency = Milliseconds | Uniform | Normal


def seconds(latency: Latency | None, draw: Draw) -> float:
    """The latency of this answer; 0 for none."""
    if latency is None or isinstance(latency, int):
        return (latency or 0) / 1000
    return latency.milliseconds(draw) / 1000
