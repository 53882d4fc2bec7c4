"""The settings of what is seen from outside: metrics, traces, and reports of crashes."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from pydantic import Field, SecretStr
from pydantic_settings import BaseSettings

from notifyhub.channel_settings import HttpUrl
from notifyhub.setting_kinds import Port


class ObservingSettings(BaseSettings):
    """Read as part of `Settings`."""

    metrics_port: Port | None = Field(
        None,
        description="port on which `serve`, `api`, `worker` and `scheduler` show their metrics to anybody, without a "
        "key; 0 picks a free one; default: none",
    )
    metrics_host: str = Field("127.0.0.1", min_length=1, description="address of that port")
    metrics_folder: Path | None = Field(
        None,
        description="folder through which processes on this machine add up their metrics; several processes of one "
        "command have one by themselves",
    )
    traces_url: HttpUrl | None = Field(
        None, description="URL to which traces are sent with OTLP over HTTP; needs `notifyhub[otel]`; default: nowhere"
    )
    traces_ratio: float = Field(
        1.0, ge=0, le=1, description="share of the messages that are traced, if no caller decides"
    )
    sentry_dsn: Annotated[SecretStr, Field(min_length=1)] | None = Field(
        None, description="Sentry's DSN to which crashes are reported; needs `notifyhub[sentry]`; default: nowhere"
    )
