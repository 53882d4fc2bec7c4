"""The settings of our own processes: what they log, and how they start and stop."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from pydantic import Field
from pydantic_settings import BaseSettings


class ProcessSettings(BaseSettings):
    """Read as part of `Settings`."""

    log_level: Literal["debug", "info", "warning", "error"] = Field("info", description="lowest level that is logged")
    log_format: Literal["console", "json"] = Field("console", description="log readable lines or JSON objects")
    log_file: Path | None = Field(
        None,
        description="file to which `serve`, `worker` and commands append what happens, as JSON Lines; default: "
        "notifyhub.log in the data folder; none: no file",
    )
    start_wait_s: float = Field(
        10.0,
        ge=0,
        le=3600,
        description="seconds that processes wait at their start for a database or broker that is starting "
        "too; 0: they do not",
    )
    drain_s: float = Field(10.0, ge=0, le=600, description="seconds to wait for calls in progress when stopping")
