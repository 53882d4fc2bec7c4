"""The filters of lists of messages and deliveries."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeVar

from notifyhub.clock import to_ms
from notifyhub.domain.addresses import FORMS, canonical
from notifyhub.domain.orders import Order
from notifyhub.domain.phones import DEFAULT_REGION
from notifyhub.domain.states import Status
from notifyhub.errors import Fault, InvalidRequest
from notifyhub.requests.faults import json_path
from notifyhub.requests.fields import is_encodable, moment
from notifyhub.requests.ids import LARGEST_ID

R = TypeVar("R")

NAMES = (
    "status",
    "channel",
    "address",
    "reference",
    "mailing_id",
    "client_id",
    "reason",
    "operator_code",
    "text",
    "created_from",
    "created_to",
    "order",
)


@dataclass(frozen=True, slots=True)
class Filters:
    """Filters of deliveries, or of messages with such a delivery. Empty or None: no filter.

    places        (channel, address) pairs, one of which must match; None as the address: all of the channel
    text          part of what the message says, in capital or small letters
    created_from  epoch ms, inclusive; `created_to` is exclusive
    """

    statuses: tuple[Status, ...] = ()
    places: tuple[tuple[str, str | None], ...] = ()
    reference: str | None = None
    mailing_id: int | None = None
    client_id: int | None = None
    reason: str | None = None
    operator_code: str | None = None
    text: str | None = None
    created_from: int | None = None
    created_to: int | None = None
    order: Order = Order.NEWEST

    @property
    def of_deliveries(self) -> bool:
        """Do any of the filters concern deliveries?"""
        return bool(self.statuses or self.places)

    @property
    def of_mailings(self) -> bool:
        """Do any of the filters concern what mailings send?"""
        given = (self.mailing_id, self.client_id, self.reason, self.operator_code)
        return any(value is not None for value in given)


class FilterReader:
    """Reads one filter after the other and collects what is wrong with them."""

    def __init__(self, given: Mapping[str, Any]) -> None:
        self._given = given
        self.faults: list[Fault] = []

    def one(self, name: str, read: Callable[[Any], R]) -> R | None:
        """The filter `name`, or None if it is absent or wrong."""
        value = self._given.get(name)
        if isinstance(value, list | tuple):
            if len(value) > 1:
                self._wrong(name, "repeated", "is given more than once")
                return None
            value = value[0] if value else None
        try:
            return None if value is None else read(value)
        except ValueError as error:
            self._wrong(name, "form", str(error))
            return None

    def several(self, name: str, known: Iterable[str]) -> tuple[str, ...]:
        """The words of the filter `name`: repeated, or separated by commas."""
        value = self._given.get(name)
        texts = value if isinstance(value, list | tuple) else () if value is None else (value,)
        words = [word.strip() for text in texts for word in str(text).split(",")]
        there_are = ", ".join(known)
        for word in words:
            if word not in known:
                self._wrong(name, "unknown_value", f"there is no {word!r}; there are {there_are}")
        return tuple(dict.fromkeys(word for word in words if word in known))

    def order(self) -> Order:
        """The filter `order`; the newest first if it is absent or wrong."""
        words = self.several("order", tuple(Order))
        if len(words) > 1:
            self._wrong("order", "repeated", "is given more than once")
        return Order(words[0]) if words else Order.NEWEST

    def _wrong(self, name: str, code: str, message: str) -> None:
        self.faults.append(Fault(json_path((name,)), code, message))


def list_filters(given: Mapping[str, Any], region: str = DEFAULT_REGION) -> tuple[Filters, list[Fault]]:
    """The filters of these names and values (one each, or a list of them), and everything that is wrong with them.

    region  as in `e164_digits`: the country of phone numbers without a country code
    """
    reader = FilterReader({name: value for name, value in given.items() if name in NAMES})
    channels = reader.several("channel", tuple(FORMS))
    since, until = reader.one("created_from", moment), reader.one("created_to", moment)
    filters = Filters(
        statuses=tuple(Status(word) for word in reader.several("status", tuple(Status))),
        places=reader.one("address", lambda address: _places(address, channels, region))
        or tuple((c, None) for c in channels),
        reference=reader.one("reference", short_text),
        mailing_id=reader.one("mailing_id", _row_id),
        client_id=reader.one("client_id", _row_id),
        reason=reader.one("reason", short_text),
        operator_code=reader.one("operator_code", short_text),
        text=reader.one("text", short_text),
        created_from=not_before(since),
        created_to=not_before(until),
        order=reader.order(),
    )
    faults = unknown_filters(given, NAMES)
    if since is not None and until is not None and until <= since:
        faults.append(Fault("$.created_to", "too_early", "must be after created_from"))
    return filters, [*faults, *reader.faults]


def checked_order(given: str | None) -> Order:
    """The order of a list; None: the newest first. Raises InvalidRequest."""
    reader = FilterReader({"order": given})
    order = reader.order()
    if reader.faults:
        raise InvalidRequest(reader.faults)
    return order


def unknown_filters(given: Iterable[str], known: Sequence[str]) -> list[Fault]:
    """A fault for each name that is not that of a filter."""
    there_are = f"there is no such filter; there are {', '.join(known)}"
    return [Fault(json_path((name,)), "unknown_field", there_are) for name in given if name not in known]


def checked_filters(given: Mapping[str, Any], region: str = DEFAULT_REGION) -> Filters:
    """The filters that are not None. Raises InvalidRequest with everything that is wrong with them."""
    filters, faults = list_filters({name: value for name, value in given.items() if value is not None}, region)
    if faults:
        raise InvalidRequest(faults)
    return filters


def _places(address: str | int, channels: tuple[str, ...], region: str) -> tuple[tuple[str, str | None], ...]:
    """The address in the form of each given channel; without channels, of all channels."""
    places: list[tuple[str, str | None]] = []
    complaints = []
    for channel in channels or FORMS:
        try:
            places.append((channel, canonical(channel, address, region)))
        except ValueError as error:
            complaints.append(str(error))
    if not places:
        raise ValueError("; ".join(complaints))
    return tuple(places)


def _row_id(value: Any) -> int:
    text = str(value)
    if not text.isascii() or not text.isdigit() or not 0 < int(text[:20]) <= LARGEST_ID:
        raise ValueError("must be an id: a whole number")
    return int(text)


def short_text(value: Any) -> str:
    """The value of a filter that is text. Raises ValueError."""
    if not isinstance(value, str) or not 1 <= len(value) <= 255 or "\x00" in value:
        raise ValueError("must be text of 1 to 255 characters, without NUL")
    return whole_characters(value)


def whole_characters(text: str) -> str:
    """The text, if a database takes it. Raises ValueError."""
    if not is_encodable(text):
        raise ValueError("has half of a surrogate pair, which is not a character")
    return text


def not_before(edge: datetime | None) -> int | None:
    """The first whole millisecond at or after `edge`."""
    return None if edge is None else to_ms(edge) + bool(edge.microsecond % 1000)
