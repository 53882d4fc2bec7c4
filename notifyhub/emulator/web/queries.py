"""A search of the journal, as query parameters."""

from __future__ import annotations

from starlette.requests import Request

from notifyhub.emulator.faults import CHANNELS
from notifyhub.emulator.journal.filters import Wanted
from notifyhub.emulator.web.http import BadParameter, number_of

ID_MAX = (1 << 63) - 1


def wanted(request: Request) -> Wanted:
    """The filters in the query parameters; empty ones are ignored. Raises BadParameter."""
    given = request.query_params
    return Wanted(
        channel=channel(given.get("channel") or None),
        address=given.get("address") or None,
        text=given.get("text") or None,
        search=given.get("search") or None,
        token=given.get("token") or None,
        inbox=given.get("inbox") or None,
        account=given.get("account") or None,
        accepted=flag(request, "accepted"),
    )


def channel(name: str | None) -> str | None:
    if name is not None and name not in CHANNELS:
        raise BadParameter("channel", f"must be one of {', '.join(CHANNELS)}")
    return name


def flag(request: Request, name: str) -> bool | None:
    text = request.query_params.get(name) or None
    if text not in (None, "true", "false"):
        raise BadParameter(name, "must be true or false")
    return None if text is None else text == "true"


def after(request: Request) -> int:
    """The id before the requested entries: `since`, or the `cursor` from a page."""
    given = "cursor" if request.query_params.get("cursor") else "since"
    return number_of(request, given, default=0, low=0, high=ID_MAX)


def seconds(request: Request, name: str, *, default: float, high: float) -> float:
    text = request.query_params.get(name)
    if not text:
        return default
    try:
        found = float(text)
    except ValueError:
        found = -1.0
    if not 0 <= found <= high:  # also not-a-number
        raise BadParameter(name, f"must be seconds from 0 to {high:g}")
    return found
