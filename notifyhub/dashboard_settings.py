"""The settings of the dashboard."""

from __future__ import annotations

from typing import Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from notifyhub.channel_settings import PREFIX, HttpUrl

_DAY_S = 86_400


class DashboardSettings(BaseModel):
    """`NOTIFYHUB_DASHBOARD_*`."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    enabled: bool = Field(True, description="serve the dashboard beside the API")
    url: HttpUrl | None = Field(
        None,
        description="URL at which people reach the dashboard, for sign-in links; default: the host and port above",
    )
    session_s: int = Field(
        12 * 3600, ge=60, le=30 * _DAY_S, description="seconds after which somebody has to sign in again"
    )
    idle_s: int = Field(
        3600,
        ge=60,
        le=30 * _DAY_S,
        description="seconds without a request after which a session ends, to the minute",
    )
    link_s: int = Field(600, ge=10, le=7 * _DAY_S, description="seconds for which a sign-in link works")
    sign_in_rate: int = Field(
        10, ge=1, le=10_000, description="attempts to sign in, a minute, from one address and to one process"
    )

    @model_validator(mode="after")
    def _idle_ends_before_the_session(self) -> Self:
        # A short session alone is no mistake: the default for idle ones then has nothing left to end.
        if "idle_s" in self.model_fields_set and self.idle_s > self.session_s:
            raise ValueError(
                f"{PREFIX}DASHBOARD_IDLE_S ({self.idle_s}) must not be longer than "
                f"{PREFIX}DASHBOARD_SESSION_S ({self.session_s})"
            )
        return self
