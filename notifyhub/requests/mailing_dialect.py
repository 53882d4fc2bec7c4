"""Clients and mailings in the format of other services, turned into ours and back.

There a client has one tag, and a mailing has a text, a start, an end and a filter; it goes to phone numbers over the
HTTP gateway. An empty text means "not given".
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from types import MappingProxyType
from typing import Annotated, Any, Literal

from pydantic import Field

from notifyhub.errors import Fault, InvalidRequest
from notifyhub.requests.audience import Values, Zones
from notifyhub.requests.base import Asking
from notifyhub.requests.checking import members_of
from notifyhub.requests.clients import OperatorCode, Phone, Tag, Zone
from notifyhub.requests.faults import json_path
from notifyhub.requests.fields import Moment, Text, is_encodable, whole

CHANNEL = "gateway"
_NAMED_BY = 60
"""So many characters of the text are the name of a mailing, which has none there."""

OF_A_CLIENT = MappingProxyType(
    {"phone_number": "phone", "phone_number_code": "operator_code", "tag": "tag", "timezone": "timezone"}
)
OF_A_MAILING = MappingProxyType(
    {"date_time_start": "starts_at", "text": "text", "date_time_finish": "ends_at", "client_filter": "audience"}
)
OF_A_FILTER = MappingProxyType(
    {"phone_number_code": "operator_code", "operator_code": "operator_code", "tag": "tag", "timezone": "timezone"}
)


_Empty = Literal[""]


class DialectClient(Asking):
    """A client with one tag."""

    # Only described with these models: what they say is checked as the request that it is turned into.
    phone_number: Phone = Field(description="7XXXXXXXXXX", examples=["79201234567"])
    phone_number_code: OperatorCode | _Empty | None = Field(None, description="mobile operator; default: digits 2 to 4")
    tag: Tag | _Empty | None = Field(None, description="free label")
    timezone: Zone | _Empty | None = Field(None, description="IANA name, or an offset such as +03:00")


class DialectClientChange(DialectClient):
    """The changes to a client with one tag."""

    phone_number: Phone = Field(default_factory=str, description="7XXXXXXXXXX")


class DialectFilter(Asking):
    """Which clients. Members must all match; several values of one member are alternatives."""

    phone_number_code: Values | _Empty | None = Field(None, description="mobile operator")
    operator_code: Values | _Empty | None = Field(None, description="another name for `phone_number_code`")
    tag: Values | _Empty | None = None
    timezone: Zones | _Empty | None = None


_Word = Annotated[str, Field(max_length=255)] | Annotated[int, Field(ge=0, lt=10**15)]


class DialectMailing(Asking):
    """A text for the clients of a filter, between a start and an end."""

    date_time_start: Moment | _Empty | None = Field(
        None, description="with a UTC offset; default, or if in the past: now"
    )
    text: Text = Field(description="the message text")
    date_time_finish: Moment | _Empty | None = Field(None, description="with a UTC offset; nothing is sent after this")
    client_filter: DialectFilter | _Word | None = Field(
        None, description="text: clients with that operator code or tag; empty: all clients"
    )


class DialectMailingChange(DialectMailing):
    """The changes to a mailing."""

    text: Text = Field(default_factory=str, description="the message text")


def client_of(given: bytes, check: Callable[[Mapping[str, Any]], Any], *, whole: bool = True) -> dict[str, Any]:
    """The client in our words.

    check  the check of our own request; its faults are told in the caller's words
    whole  what is left out gets its default; otherwise it stays as it is

    Raises InvalidRequest with everything that is wrong.
    """
    asked, faults = _renamed(given, OF_A_CLIENT)
    if whole:
        asked = _without(asked, "phone")
        asked = {"operator_code": None, "timezone": None, "tag": None, **asked}
    return _checked(asked, faults, check)


def mailing_of(given: bytes, check: Callable[[Mapping[str, Any]], Any], *, whole: bool = True) -> dict[str, Any]:
    """The mailing in our words, like `client_of`."""
    asked, faults = _renamed(given, OF_A_MAILING)
    if whole:
        asked = _without(asked, "text")
        asked = {"ends_at": None, "audience": None, **asked}
    code = "operator_code"
    if "audience" in asked:
        if isinstance(asked["audience"], Mapping) and "phone_number_code" in asked["audience"]:
            code = "phone_number_code"
        asked["audience"], wrong = _audience(asked["audience"])
        faults += wrong
    return _checked(asked, faults, check, code)


def with_name(mailing: Mapping[str, Any]) -> dict[str, Any]:
    """A new mailing with what the format has no words for: its name and its channel."""
    text = mailing.get("text")
    name = " ".join(text.split())[:_NAMED_BY] if isinstance(text, str) and is_encodable(text) else ""
    return {"name": name.replace("\x00", "") or "Mailing", "channels": [CHANNEL], **mailing}


@contextmanager
def in_their_words() -> Iterator[None]:
    """Faults of our requests name the members of the format."""
    try:
        yield
    except InvalidRequest as error:
        raise InvalidRequest([_told(fault) for fault in error.faults]) from None


def filter_of(audience: Mapping[str, Any]) -> Any:
    """An audience as the format would say it; one that it cannot say is shown as it is."""
    match audience:
        case {"any": [{"operator_code": [code]}, {"tag": [tag]}]} if code == tag and len(audience) == 1:
            return tag
    return audience


def _renamed(given: bytes, names: Mapping[str, str]) -> tuple[dict[str, Any], list[Fault]]:
    """What was given, under our names, and a fault for each member that the format does not have."""
    asked, faults = members_of(given)
    faults += _unknown(asked, names, ())
    return {names[name]: None if value == "" else value for name, value in asked.items() if name in names}, faults


def _without(asked: Mapping[str, Any], required: str) -> dict[str, Any]:
    """What was given, without a required member that is empty: it counts as missing."""
    return {name: value for name, value in asked.items() if name != required or value is not None}


def _unknown(asked: Mapping[str, Any], names: Mapping[str, str], place: tuple[str, ...]) -> list[Fault]:
    known = ", ".join(names)
    return [
        Fault(json_path((*place, str(name))), "unknown_field", f"there is no such field; there are {known}")
        for name in asked
        if name not in names
    ]


def _audience(value: Any) -> tuple[Any, list[Fault]]:
    value = whole(value)
    if isinstance(value, int) and value < 0:
        return {}, [Fault("$.client_filter", "too_small", "must be at least 0")]
    if isinstance(value, str | int) and not isinstance(value, bool):
        return {"any": [{"operator_code": [value]}, {"tag": [value]}]}, []
    if not isinstance(value, Mapping):
        return {} if value is None else value, []
    faults = _unknown(value, OF_A_FILTER, ("client_filter",))
    if "operator_code" in value and "phone_number_code" in value:
        path = json_path(("client_filter", "phone_number_code"))
        faults.append(Fault(path, "repeated", "is the same as operator_code: give only one of them"))
    named = {name: None if value[name] == "" else value[name] for name in value if name in OF_A_FILTER}
    return {OF_A_FILTER[name]: inner for name, inner in named.items()}, faults


def _checked(
    asked: dict[str, Any], faults: list[Fault], check: Callable[[Mapping[str, Any]], Any], code: str = ""
) -> dict[str, Any]:
    """`code` is the name by which the filter has the operator code."""
    try:
        check(asked)
    except InvalidRequest as error:
        told = [_told(fault) for fault in error.faults]
        of_code = "$.client_filter.operator_code"
        faults += [replace(fault, path=fault.path.replace(of_code, f"$.client_filter.{code}")) for fault in told]
    if faults:
        raise InvalidRequest(list(dict.fromkeys(faults)))
    return asked


_THEIR_PATHS = (
    ("$.audience.any", "$.client_filter"),
    ("$.audience", "$.client_filter"),
    ("$.starts_at", "$.date_time_start"),
    ("$.ends_at", "$.date_time_finish"),
    ("$.phone", "$.phone_number"),
    ("$.operator_code", "$.phone_number_code"),
    ("$.tags", "$.tag"),
)


def _told(fault: Fault) -> Fault:
    """A fault of our request in the words of the format."""
    for ours, theirs in _THEIR_PATHS:
        if fault.path.startswith(ours):
            # Of one text that stands for two conditions, and of the one tag among tags, nothing is told apart.
            rest = "" if ours in ("$.audience.any", "$.tags") else fault.path.removeprefix(ours)
            return Fault(theirs + rest, fault.code, _in_words(fault.message))
    return Fault(fault.path, fault.code, _in_words(fault.message))


def _in_words(message: str) -> str:
    for theirs, ours in (*OF_A_MAILING.items(), *OF_A_CLIENT.items()):
        message = message.replace(ours, theirs) if "_" in ours else message
    return message
