"""Pages: `limit` and an opaque `cursor` in, `next` and a Link header out."""

from __future__ import annotations

from base64 import urlsafe_b64decode, urlsafe_b64encode
from urllib.parse import urlencode

from starlette.requests import Request

from notifyhub.errors import Fault, InvalidRequest
from notifyhub_api.operations import Parameter

DEFAULT = 100
MOST = 1_000
LARGEST_PLACE = 2**63 - 1

PARAMETERS = (
    Parameter("limit", "query", {"type": "integer", "minimum": 1, "maximum": MOST, "default": DEFAULT}, "items a page"),
    Parameter("cursor", "query", {"type": "string"}, "`next` of the page before; without it, the first page"),
)
HEADERS = {"Link": 'path of the next page, `<…>; rel="next"`; absent on the last'}


def limit_of(request: Request) -> int:
    """How many items the caller wants. Raises InvalidRequest."""
    text = request.query_params.get("limit", str(DEFAULT))
    if text.isascii() and text.isdigit() and 1 <= int(text[:9]) <= MOST:
        return int(text)
    raise InvalidRequest([Fault("$.limit", "limit", f"must be a whole number from 1 to {MOST}")])


def cursor_of(request: Request, first: int) -> int:
    """The last place that the caller has seen; `first` at the beginning. Raises InvalidRequest."""
    text = request.query_params.get("cursor")
    if text is None:
        return first
    try:
        place = int(urlsafe_b64decode(text.encode()))
    except ValueError:
        place = -1
    # Only what `cursor_to` writes is taken, not everything that base64 and int() can make sense of.
    if 0 <= place <= LARGEST_PLACE and cursor_to(place) == text:
        return place
    raise InvalidRequest([Fault("$.cursor", "cursor", "is not one that this list gave out")])


def cursor_to(place: int) -> str:
    return urlsafe_b64encode(str(place).encode()).decode()


def link_header(request: Request, cursor: str | None) -> dict[str, str]:
    """`Link: <…>; rel="next"`, where there is a next page."""
    if cursor is None:
        return {}
    query = urlencode({**request.query_params, "cursor": cursor})
    return {"Link": f'<{request.url.path}?{query}>; rel="next"'}
