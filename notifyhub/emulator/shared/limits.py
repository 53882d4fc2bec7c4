"""Rate limits as data. Off by default, so that a load test measures its own code."""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping, Sequence
from typing import Any, Literal, Protocol

from pydantic import BaseModel, ConfigDict, Field

from notifyhub.emulator.shared.bounded import Bounded

KEYS_CAP = 10_000

LimitsProfile = Literal["off", "real"]
LIMITS_PROFILES: tuple[LimitsProfile, ...] = ("off", "real")


class Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


class Limit(Strict):
    """At most `count` in any `seconds`. With `burst`: that many at once, then `count` more every `seconds`."""

    count: int = Field(ge=1, le=100_000)
    seconds: float = Field(gt=0, le=604_800, strict=False)
    burst: int | None = Field(default=None, ge=1, le=100_000)


class LimitSettings(Strict):
    """All limits: those of `profile`, overridden by single ones by name. None turns one off."""

    profile: LimitsProfile = "off"
    limits: dict[str, Limit | None] = Field(default_factory=dict)


class UnknownLimit(Exception):
    """Unknown limits; `args` are their names."""


class Limits:
    """The current limits, by names such as `telegram.chat`, and their usage, by keys such as a chat.

    `real` are the documented ones. Memory is bounded: above `keys_cap` keys of a limit, the one unused for longest is
    forgotten.
    """

    def __init__(self, real: Mapping[str, Limit], profile: LimitsProfile = "off", *, keys_cap: int = KEYS_CAP) -> None:
        self._real = dict(real)
        self._keys_cap = keys_cap
        self.replace(LimitSettings(profile=profile))

    def replace(self, settings: LimitSettings) -> None:
        """Apply `settings`, with nothing used yet. Raises `UnknownLimit`."""
        unknown = [name for name in settings.limits if name not in self._real]
        if unknown:
            raise UnknownLimit(*unknown)
        base: dict[str, Limit | None] = dict(self._real) if settings.profile == "real" else {}
        self._settings = settings
        self._active = {name: limit for name, limit in (base | settings.limits).items() if limit is not None}
        self.clear()

    @property
    def any(self) -> bool:
        """Is there any limit?"""
        return bool(self._active)

    def clear(self) -> None:
        """Forget all usage; the limits stay."""
        self._used: dict[str, Bounded[str, _Use]] = {name: Bounded(self._keys_cap) for name in self._active}

    def describe(self) -> dict[str, Any]:
        """The settings in the form of `LimitSettings`, and under `in_force` the resulting limits."""
        in_force = {name: self._active.get(name) for name in self._real}
        shown = {name: limit and limit.model_dump(exclude_none=True) for name, limit in in_force.items()}
        return self._settings.model_dump(mode="json") | {"in_force": shown}

    def wait_s(self, asked: Sequence[tuple[str, str]], now_s: float) -> float:
        """Seconds until all of `asked` (limit and key) have room; 0.0 if they have, and then it is used.

        `now_s` comes from a monotonic clock. If one limit has no room, none is used.
        """
        if not self._active:
            return 0.0
        uses = [self._use(name, key) for name, key in asked if name in self._active]
        wait = max((use.wait_s(now_s) for use in uses), default=0.0)
        if wait <= 0:
            for use in uses:
                use.take(now_s)
        return max(wait, 0.0)

    def reset(self, name: str, key: str) -> None:
        """Reset the usage of one key, for example when the person answers."""
        used = self._used.get(name)
        if used is not None:
            used.pop(key)

    def _use(self, name: str, key: str) -> _Use:
        used, limit = self._used[name], self._active[name]
        use = used.get(key)
        if use is None:
            use = _Window(limit) if limit.burst is None else _Bucket(limit, limit.burst)
        return used.put(key, use)


class _Use(Protocol):
    def wait_s(self, now_s: float) -> float: ...

    def take(self, now_s: float) -> None: ...


class _Window:
    """Remembers the last `count` times: the next may come `seconds` after the first of them."""

    __slots__ = ("_moments", "_seconds")

    def __init__(self, limit: Limit) -> None:
        self._seconds = limit.seconds
        self._moments: deque[float] = deque(maxlen=limit.count)

    def wait_s(self, now_s: float) -> float:
        full = len(self._moments) == self._moments.maxlen
        return self._moments[0] + self._seconds - now_s if full else 0.0

    def take(self, now_s: float) -> None:
        self._moments.append(now_s)


class _Bucket:
    """Remembers when the bucket will be full again: each use moves that by `seconds / count`."""

    __slots__ = ("_paid_at_s", "_slack_s", "_step_s")

    def __init__(self, limit: Limit, burst: int) -> None:
        self._step_s = limit.seconds / limit.count
        self._slack_s = self._step_s * (burst - 1)
        self._paid_at_s = float("-inf")

    def wait_s(self, now_s: float) -> float:
        return self._paid_at_s - self._slack_s - now_s

    def take(self, now_s: float) -> None:
        self._paid_at_s = max(self._paid_at_s, now_s) + self._step_s
