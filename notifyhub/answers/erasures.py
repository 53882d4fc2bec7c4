"""Answers about people who were erased."""

from __future__ import annotations

from datetime import datetime

from pydantic import Field

from notifyhub.answers.base import Answer


class Erasure(Answer):
    """The proof that a client was erased."""

    id: int
    client_id: int = Field(description="the number that the client had; logs name people by it")
    complete: bool = Field(description="false: something is still on its way to the person; nothing new is sent")
    asked_at: datetime
    completed_at: datetime | None = Field(None, description="from when on nothing is left")
    asked_by: str = Field(description="the API key, the dashboard or the command line, and who was named")
    reason: str
    cancelled: int = Field(description="number of deliveries that were not sent any more")
    rows: dict[str, int] = Field(description="number of rows that were deleted or emptied, by table")
    hashes: list[str] = Field(
        description="HMAC-SHA256 of each address, in hexadecimal digits, by which a later import or an old backup can "
        "be recognised"
    )
    key: str = Field(description="name of the key of these hashes")


class ErasurePage(Answer):
    """A page of erasures; pass `next` as `cursor` to get the following page."""

    items: list[Erasure]
    next: str | None = None
