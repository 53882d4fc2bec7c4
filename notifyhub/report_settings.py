"""The settings of the daily report."""

from __future__ import annotations

import re
from datetime import time
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field
from pydantic_settings import NoDecode

from notifyhub.setting_kinds import Zone, checked_address

_TIME = re.compile(r"([01]?[0-9]|2[0-3]):([0-5][0-9])")


def _addresses(given: Any) -> Any:
    """`ann@example.com, bob@example.com`."""
    parts = given.split(",") if isinstance(given, str) else given
    if not isinstance(parts, list | tuple) or not all(isinstance(part, str) for part in parts):
        raise ValueError("must be e-mail addresses, separated by commas")
    # Written twice, they get it once.
    return tuple(dict.fromkeys(checked_address(part) for part in parts if part.strip()))


def _local_time(given: Any) -> Any:
    """`8:00` as `08:00`."""
    found = _TIME.fullmatch(given.strip()) if isinstance(given, str) else None
    if found is None:
        raise ValueError("must be a local time such as 08:00")
    return f"{int(found[1]):02}:{found[2]}"


class ReportSettings(BaseModel):
    """`NOTIFYHUB_REPORT_*`."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    to: Annotated[tuple[str, ...], NoDecode, BeforeValidator(_addresses)] = Field(
        (), description="e-mail addresses that get the daily report, comma-separated; default: no report"
    )
    at: Annotated[str, BeforeValidator(_local_time)] = Field(
        "08:00", description="local time at which the report of the day before is sent"
    )
    timezone: Zone | None = Field(
        None, description="time zone of the report: an IANA name, or an offset; default: that of clients"
    )

    @property
    def local_time(self) -> time:
        return time.fromisoformat(self.at)
