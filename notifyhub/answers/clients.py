"""Answers about the directory of clients."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from pydantic import Field

from notifyhub.answers.base import Answer


class Client(Answer):
    """A person in the directory."""

    id: int
    phone: str = Field(description="digits with the country code")
    operator_code: str | None = Field(None, description="absent for a phone of another country without one")
    tags: list[str]
    timezone: str = Field(description="IANA name, or an offset from UTC")
    addresses: dict[str, str] = Field(
        description="the given ones by channel; WhatsApp and the gateway use the phone if none is given"
    )
    attributes: dict[str, Any]
    opted_out: list[str] = Field(description="channels on which nothing may be sent, or `all`")
    created_at: datetime
    updated_at: datetime


class DeletedClient(Answer):
    """The result of deleting a client."""

    id: int
    cancelled: int = Field(description="number of deliveries that will not be sent")
    too_late: int = Field(description="number of deliveries already being sent or sent; their addresses are removed")


class ClientPage(Answer):
    """A page of clients; pass `next` as `cursor` to get the following page."""

    items: list[Client]
    next: str | None = None


class RowError(Answer):
    """Something that is wrong with a row of an import."""

    line: int = Field(description="number of the line at which the row begins, from 1")
    field: str | None = Field(None, description="the member that is wrong; absent if it is the whole row")
    message: str = Field(description="plain English for people")


class Import(Answer):
    """The result of an import of clients. Good rows are kept whatever is wrong with others."""

    format: str = Field(description="csv or jsonl")
    encoding: str
    separator: str | None = Field(None, description="of a CSV file")
    dry_run: bool = Field(description="true: nothing was stored")
    rows: int = Field(description="number of rows, without the head")
    created: int = Field(description="number of clients added")
    updated: int = Field(description="number of clients whose phone was there already; what the file gives was changed")
    failed: int = Field(description="number of rows that were left out")
    errors: list[RowError] = Field(description="what is wrong with those rows; the first 1,000 errors")
