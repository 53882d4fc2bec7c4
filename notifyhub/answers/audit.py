"""Answers about who did what."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Literal

from pydantic import Field

from notifyhub.answers.base import Answer


class About(Answer):
    """What somebody did something to."""

    kind: str = Field(description="client, mailing, message, delivery, key, template and so on")
    id: str | None = Field(None, description="its id, or the name of a template; absent where there is none")


class AuditEntry(Answer):
    """Who did what. It names people who are written to by number only."""

    id: int
    created_at: datetime
    face: Literal["rest", "cli", "python", "dashboard"] = Field(
        description="over the REST API, on the command line of the machine, in Python, or in the dashboard"
    )
    who: str | None = Field(
        None,
        description="name of the API key, of the account on the machine, of the person who signed in, or of the one "
        "whom a program named",
    )
    key_id: int | None = Field(None, description="the API key")
    action: str = Field(description="a stable word for what was done, such as mailing.paused")
    about: About
    changed: dict[str, Any] | None = Field(None, description="in short what changed: numbers and names of members")
    request_id: str | None = Field(None, description="of the request or the command: find it in the log by this")


class AuditPage(Answer):
    """A page of the audit; pass `next` as `cursor` to get the following page."""

    items: list[AuditEntry]
    next: str | None = None
