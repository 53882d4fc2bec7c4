"""/clients/import: people from a file, and what was wrong with its rows."""

from __future__ import annotations

import uuid
from base64 import b64encode
from collections.abc import Sequence
from pathlib import PurePath
from typing import Any

from starlette.responses import Response

from notifyhub.errors import InvalidRequest, KeyInProgress
from notifyhub.tables.lists import table
from notifyhub_api.dashboard.form import beside
from notifyhub_api.dashboard.visit import Pages, Visit
from notifyhub_api.web import hub_of

FIELDS = {"": "file", **{name: name for name in ("file", "format", "encoding", "separator")}}
BY_ENDING = {".csv": "csv", ".tsv": "csv", ".jsonl": "jsonl", ".ndjson": "jsonl"}
TAB = "\\t"
"""What people type for it."""
SHOWN = 100
"""Wrong rows on the page; the file has the others."""


async def ask(visit: Visit) -> Response:
    """The form."""
    visit.api.require("POST", "/clients/import")
    return _form(visit, {})


async def import_(visit: Visit) -> Response:
    """Import the file, or only check it."""
    if visit.file is None or not visit.form.get("file"):
        return _form(visit, {"file": [visit.say("Choose a file.")]}, status=422)
    try:
        done = await visit.api.upload("/clients/import", visit.file, _options(visit), once=visit.form.get("once"))
    except InvalidRequest as error:
        return _form(visit, beside(error.faults, FIELDS), status=422)
    except KeyInProgress as error:
        return _form(visit, {"": [str(error)]}, status=409)
    return visit.show(
        "client_import_done.html",
        done=done,
        shown=done["errors"][:SHOWN],
        wrong=_as_link(_as_csv(done["errors"])),
        cut=len({error["line"] for error in done["errors"]}) < done["failed"],
    )


def _options(visit: Visit) -> dict[str, Any]:
    form, name = visit.form, visit.form.get("file", "")
    separator = form.get("separator", "")
    return {
        "dry_run": "true" if form.get("dry_run") else None,
        "format": form.text("format") or BY_ENDING.get(PurePath(name).suffix.lower()),
        "encoding": form.text("encoding"),
        "separator": "\t" if separator.strip() == TAB else separator.strip() or None,
    }


def _as_csv(errors: Sequence[dict[str, Any]]) -> str:
    """What was wrong, as a table for spreadsheets. The words may repeat what stands in the file, such as a formula."""
    columns = ("line", "field", "message")
    return table(columns, ([error.get(name) for name in columns] for error in errors))


def _as_link(text: str) -> str:
    # The result is kept nowhere, so its table is in the page itself.
    return f"data:text/csv;charset=utf-8;base64,{b64encode(text.encode()).decode()}"


def _form(visit: Visit, faults: dict[str, list[str]], *, status: int = 200) -> Response:
    return visit.show(
        "client_import.html",
        status,
        faults=faults,
        most_bytes=hub_of(visit.request).settings.max_import_bytes,
        # A form that was refused may be sent again, with another file.
        once=str(uuid.uuid4()),
    )


GET: Pages = {"/clients/import": ask}
POST: Pages = {"/clients/import": import_}
