"""Pages: `limit` and an opaque `cursor` in, `next` and a Link header out."""

from __future__ import annotations

import re
from base64 import urlsafe_b64decode, urlsafe_b64encode
from urllib.parse import urlencode

from starlette.requests import Request

from notifyhub.domain.orders import Order
from notifyhub.errors import Fault, InvalidRequest
from notifyhub.requests.filters import checked_order
from notifyhub_api.operations import Parameter

DEFAULT = 100
MOST = 1_000
LARGEST_PLACE = 2**63 - 1

FOREIGN = Fault("$.cursor", "cursor", "is not one that this list gave out")
OTHER_ORDER = Fault("$.cursor", "cursor", "is of the same list in the other order")
_OLDEST = "o"
_ID = re.compile(r"[0-9]{1,19}|[0-9a-f-]{36}")


def parameters(limit: int = DEFAULT) -> tuple[Parameter, ...]:
    """Those of a list; `limit`: without the parameter."""
    return (
        Parameter(
            "limit", "query", {"type": "integer", "minimum": 1, "maximum": MOST, "default": limit}, "items on a page"
        ),
        Parameter("cursor", "query", {"type": "string"}, "`next` of the previous page; left out: the first page"),
    )


PARAMETERS = parameters()
ORDER = Parameter(
    "order",
    "query",
    {"type": "string", "enum": [*Order], "default": Order.NEWEST},
    "which come first; a cursor is good for one order",
)
HEADERS = {"Link": 'path of the next page, `<…>; rel="next"`; absent on the last'}


def limit_of(request: Request, default: int = DEFAULT) -> int:
    """The number of items on a page. Raises InvalidRequest."""
    text = request.query_params.get("limit", str(default))
    if text.isascii() and text.isdigit() and 1 <= int(text[:9]) <= MOST:
        return int(text)
    raise InvalidRequest([Fault("$.limit", "limit", f"must be a whole number from 1 to {MOST}")])


def order_of(request: Request) -> Order:
    """Which come first. Raises InvalidRequest."""
    return checked_order(request.query_params.get("order"))


def cursor_of(request: Request, first: int, order: Order = Order.NEWEST) -> int:
    """The last position that the caller has seen; `first` on the first page. Raises InvalidRequest."""
    text = request.query_params.get("cursor")
    if text is None:
        return first
    try:
        written = urlsafe_b64decode(text.encode()).decode("ascii")
        place = int(written.removeprefix(_OLDEST))
    except ValueError:
        raise InvalidRequest([FOREIGN]) from None
    # Only what `cursor_to` writes is accepted, not everything that base64 and int() accept.
    orders = [one for one in Order if 0 <= place <= LARGEST_PLACE and cursor_to(place, one) == text]
    if orders == [order]:
        return place
    raise InvalidRequest([OTHER_ORDER if orders else FOREIGN])


def cursor_to(place: int, order: Order = Order.NEWEST) -> str:
    """The cursor for the page after this position."""
    return urlsafe_b64encode(f"{_mark(order)}{place}".encode()).decode()


def _mark(order: Order) -> str:
    return _OLDEST if order is Order.OLDEST else ""


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
    if "cursor" in own:
        order, place = _place(own["cursor"])
        if place is None or order != given.get("order", [Order.NEWEST])[-1]:
            faults += [FOREIGN if place is None else OTHER_ORDER]
    return limit, place, given, faults


def _place(cursor: str) -> tuple[Order, tuple[int, str] | None]:
    try:
        text = urlsafe_b64decode(cursor.encode()).decode("ascii")
        order = Order.OLDEST if text.startswith(_OLDEST) else Order.NEWEST
        moment, _, id_ = text.removeprefix(_mark(order)).partition(".")
        place = (int(moment), id_)
    except ValueError:
        return Order.NEWEST, None
    good = 0 <= place[0] <= LARGEST_PLACE and _ID.fullmatch(id_) and cursor_to_place(*place, order) == cursor
    return order, place if good else None


def cursor_to_place(moment: int, id_: object, order: Order = Order.NEWEST) -> str:
    """The cursor for the page after the item with this creation time (epoch ms) and id."""
    return urlsafe_b64encode(f"{_mark(order)}{moment}.{id_}".encode()).decode()


def link_header(request: Request, cursor: str | None) -> dict[str, str]:
    """`Link: <…>; rel="next"`, if there is a next page."""
    if cursor is None:
        return {}
    given = [(name, value) for name, value in request.query_params.multi_items() if name != "cursor"]
    query = urlencode([*given, ("cursor", cursor)])
    return {"Link": f'<{request.url.path}?{query}>; rel="next"'}
