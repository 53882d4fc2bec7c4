"""Lists: the filters of the URL as the API takes them, and the links to the pages that follow."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from notifyhub.errors import InvalidRequest
from notifyhub_api.dashboard.calling import encoded
from notifyhub_api.dashboard.form import Form, beside, by_name
from notifyhub_api.dashboard.moments import moment, shown
from notifyhub_api.dashboard.visit import Visit

ROWS = 50
MOMENTS = ("created_from", "created_to")


async def listed(visit: Visit, path: str, names: tuple[str, ...], **fixed: Any) -> dict[str, Any]:
    """The facts of a list page: `items`, `older`, `newest`, `csv`, `json` as URLs, and `faults` beside the filters."""
    asked = _asked(visit, names)
    query = {**asked, **fixed, "limit": ROWS, "cursor": visit.query.get("cursor")}
    page: dict[str, Any] = {"items": []}
    faults: dict[str, list[str]] = {}
    try:
        page = await visit.api.get(path, query)
    except InvalidRequest as error:
        faults = beside(error.faults, {name: name for name in (*names, *fixed)})
    return {
        "items": page["items"],
        "faults": faults,
        "moments": {name: shown(Form(visit.request.query_params.multi_items()), name) for name in MOMENTS},
        "csv": f"/data{path}?{encoded({**asked, **fixed, 'format': 'csv'})}",
        "json": f"/data{path}?{encoded(query)}",
        **links_of_pages(visit, page.get("next")),
    }


def fixed(form: Form, name: str, value: str) -> str:
    """The value of a filter; of a moment with its offset, so that it means the same in any time zone."""
    return (moment(form, name) or "") if name in MOMENTS else value


def _asked(visit: Visit, names: tuple[str, ...]) -> dict[str, Any]:
    given = visit.request.query_params
    found: dict[str, Any] = {name: [value for value in given.getlist(name) if value.strip()] for name in names}
    form = Form(given.multi_items())
    return found | {name: moment(form, name) for name in MOMENTS if name in names}


def links_of_pages(visit: Visit, cursor: str | None) -> Mapping[str, str | None]:
    """The URLs of the next page, at this cursor, as `older`, and of the first as `newest`; None: there is none."""
    given = by_name(visit.request.query_params.multi_items())
    path, query = visit.request.url.path, {name: given[name] for name in visit.query}
    newest = encoded({**query, "cursor": None})
    return {
        "older": None if cursor is None else f"{path}?{encoded({**query, 'cursor': cursor})}",
        "newest": f"{path}?{newest}".rstrip("?") if "cursor" in visit.query else None,
    }
