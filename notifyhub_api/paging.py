"""Pages: `limit` and an opaque `cursor` in, `next` and a Link header out."""

from __future__ import annotations

import re
from base64 import urlsafe_b64decode, urlsafe_b64encode
from urllib.parse import urlencode

from starlette.requests import Request

from notifyhub.errors import Fault, InvalidRequest
from notifyhub_api.operations import Parameter

DEFAULT = 100
MOST = 1_000
LARGEST_PLACE = 2**63 - 1

FOREIGN = Fault("$.cursor", "cursor", "is not one that this list gave out")
_ID = re.compile(r"[0-9]{1,19}|[0-9a-f-]{36}")

PARAMETERS = (
    Parameter(
        "limit", "query", {"type": "integer", "minimum": 1, "maximum": MOST, "default": DEFAULT}, "items on a page"
    ),
    Parameter("cursor", "query", {"type": "string"}, "`next` of the previous page; left out: the first page"),
)
HEADERS = {"Link": 'path of the next page, `<…>; rel="next"`; absent on the last'}


def limit_of(request: Request) -> int:
    """The number of items on a page. Raises InvalidRequest."""
    text = request.query_params.get("limit", str(DEFAULT))
    if text.isascii() and text.isdigit() and 1 <= int(text[:9]) <= MOST:
        return int(text)
    raise InvalidRequest([Fault("$.limit", "limit", f"must be a whole number from 1 to {MOST}")])


def cursor_of(request: Request, first: int) -> int:
    """The last position that the caller has seen; `first` on the first page. Raises InvalidRequest."""
    text = request.query_params.get("cursor")
    if text is None:
        return first
    try:
        place = int(urlsafe_b64decode(text.encode()))
    except ValueError:
        place = -1
    # Only what `cursor_to` writes is accepted, not everything that base64 and int() accept.
    if 0 <= place <= LARGEST_PLACE and cursor_to(place) == text:
        return place
    raise InvalidRequest([FOREIGN])


def cursor_to(place: int) -> str:
    return urlsafe_b64encode(str(place).encode()).decode()


def page_of(request: Request) -> tuple[int, tuple[int, str] | None, dict[str, list[str]], list[Fault]]:
    """`limit`, the position (epoch ms, id) after which the page begins, all other parameters with their values, and the
    faults of the first two."""
    faults: list[Fault] = []
    given: dict[str, list[str]] = {}
    for name, value in request.query_params.multi_items():
        given.setdefault(name, []).append(value)
    own = {name: given.pop(name)[-1] for name in ("limit", "cursor") if name in given}
    limit = DEFAULT
    try:
        limit = limit_of(request)
    except InvalidRequest as error:
        faults += error.faults
    place = None
    if "cursor" in own and (place := _place(own["cursor"])) is None:
        faults += [FOREIGN]
    return limit, place, given, faults


def _place(cursor: str) -> tuple[int, str] | None:
    try:
        moment, _, id_ = urlsafe_b64decode(cursor.encode()).decode("ascii").partition(".")
        place = (int(moment), id_)
    except ValueError:
        return None
    good = 0 <= place[0] <= LARGEST_PLACE and _ID.fullmatch(id_) and cursor_to_place(*place) == cursor
    return place if good else None


def cursor_to_place(moment: int, id_: object) -> str:
    """The cursor for the page after the item with this creation time (epoch ms) and id."""
    return urlsafe_b64encode(f"{moment}.{id_}".encode()).decode()


def link_header(request: Request, cursor: str | None) -> dict[str, str]:
    """`Link: <…>; rel="next"`, if there is a next page."""
    if cursor is None:
        return {}
    given = [(name, value) for name, value in request.query_params.multi_items() if name != "cursor"]
    query = urlencode([*given, ("cursor", cursor)])
    return {"Link": f'<{request.url.path}?{query}>; rel="next"'}
