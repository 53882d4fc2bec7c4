"""Request formats of other services, turned into our messages.

A person is one number or name on every messenger there, and an empty text means "not given".
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from types import MappingProxyType
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field
from pydantic_core import PydanticCustomError

from notifyhub.domain.addresses import known_by_number
from notifyhub.domain.limits import text_fault
from notifyhub.domain.phones import DEFAULT_REGION
from notifyhub.errors import Fault, InvalidRequest
from notifyhub.requests.base import Asking
from notifyhub.requests.checking import cut, members_of, tried
from notifyhub.requests.faults import json_path
from notifyhub.requests.fields import NO_NUL, Reference, Text, is_blank, is_encodable, moment, whole
from notifyhub.requests.ids import LARGEST_ID
from notifyhub.requests.models import MessageRequest, Recipient

# Looked up in small letters.
MESSENGERS = MappingProxyType(
    {"telegram": "telegram", "telegramm": "telegram", "viber": "viber", "whatsapp": "whatsapp", "gateway": "gateway"}
)
SPELLINGS = ("Telegram", "Telegramm", "Viber", "WhatsApp", "Whatsapp", "Gateway")
LONGEST_NAME = 255
_UNKNOWN = "there is no such messenger; there are Telegram (or Telegramm), Viber, WhatsApp and Gateway"


def _messenger(value: Any) -> Any:
    if isinstance(value, str) and value and value.lower() not in MESSENGERS:
        raise PydanticCustomError("unknown_value", _UNKNOWN)
    return value


def _or_nothing(value: Any) -> Any:
    return None if value == "" else value


def _user(value: Any) -> Any:
    value = whole(value)
    if isinstance(value, bool) or not isinstance(value, str | int):
        raise PydanticCustomError("type", "must be text or a whole number")
    return value


def _name(value: Any) -> Any:
    value = _user(value)
    if isinstance(value, int) and abs(value) > LARGEST_ID:
        raise PydanticCustomError("too_large", "is too large")
    if isinstance(value, str) and len(value) > LONGEST_NAME:
        raise PydanticCustomError("too_long", "takes at most {most} characters", {"most": LONGEST_NAME})
    if isinstance(value, str) and ("\x00" in value or not is_encodable(value)):
        raise PydanticCustomError("encoding", "contains an invalid character")
    return value


Messenger = Annotated[str, BeforeValidator(_messenger), Field(json_schema_extra={"enum": [*SPELLINGS, ""]})]
# What else it must be depends on the messenger.
User = Annotated[str | int, BeforeValidator(_user, json_schema_input_type=str | int)]
_Name = (
    Annotated[str, Field(max_length=LONGEST_NAME, pattern=NO_NUL)]
    | Annotated[int, Field(ge=-LARGEST_ID, le=LARGEST_ID)]
)
Name = Annotated[str | int, BeforeValidator(_name, json_schema_input_type=_Name)]
When = Annotated[datetime, BeforeValidator(moment, json_schema_input_type=datetime | Literal[""])]


class Sender(Asking):
    """The sender; kept with the message."""

    id: Name | None = None
    name: Name | None = None


class SendRequest(Asking):
    """One text for several people on several messengers. Empty texts mean "not given"."""

    # `sendmsg` checks it: what no single field can tell is checked there.
    sender: Annotated[
        Sender | None, BeforeValidator(_or_nothing, json_schema_input_type=Sender | Literal[""] | None)
    ] = Field(None, description="kept as metadata of the message")
    messengers_list: list[Messenger] = Field(
        min_length=1, description="Telegram (or Telegramm), Viber, WhatsApp, Gateway, in upper or lower case"
    )
    users_list: list[User] = Field(min_length=1, description="people, by their id or number on those messengers")
    deffered_time: When | None = Field(None, description="earliest time to send, with a UTC offset; empty: now")
    deferred_time: When | None = Field(None, description="another name for `user_id`")
    message: Text = Field(description="the message text")


class Item(Asking):
    """One text for one person on one messenger."""

    user_id: User | None = Field(None, description="the person's id or number on this messenger")
    recipient_id: User | None = Field(None, description="another name for `user_id`")
    sender_id: Name | None = Field(None, description="kept as metadata of the message")
    message: Text = Field(description="the message text")
    date_time: When | None = Field(None, description="earliest time to send, with a UTC offset; empty or past: now")


class Items(Asking):
    """Items by messenger; the case of the names does not matter."""

    # Only described with this: `items` checks each by itself, so that none is undone by another's error.
    model_config = ConfigDict(json_schema_extra={"minProperties": 1})

    telegram: list[Item | Any] = Field([], alias="Telegram", description="an invalid item gets FAILED")
    viber: list[Item | Any] = Field([], alias="Viber")
    whatsapp: list[Item | Any] = Field([], alias="WhatsApp")
    gateway: list[Item | Any] = Field([], alias="Gateway")


class Asked(Asking):
    """Ids of messages to look for."""

    messages_id: list[Reference] = Field(min_length=1)


class Unwanted(Asking):
    """Ids of messages to cancel."""

    message_id: list[Reference] = Field(min_length=1)


def sendmsg(given: bytes, *, most: int, region: str = DEFAULT_REGION) -> MessageRequest:
    """The message for a `SendRequest` with at most `most` people.

    Raises InvalidRequest with everything that is wrong.
    """
    asked, faults = members_of(given)
    asked = _given(asked)
    if isinstance(sender := asked.get("sender"), dict):
        asked["sender"] = _given(sender)
    faults += cut(asked, "users_list", most)
    request, wrong = tried(SendRequest, asked)
    faults += wrong + _across(asked, region)
    if faults or request is None:
        raise InvalidRequest(faults)
    people = [
        {channel: known_by_number(channel, user, region) for channel in _channels(asked)}
        for user in request.users_list
        if user != ""
    ]
    sender = request.sender.model_dump(exclude_none=True) if request.sender else {}
    return _message(request.message, people, request.deffered_time or request.deferred_time, sender)


def items(given: bytes, *, most: int, region: str = DEFAULT_REGION) -> list[MessageRequest | list[Fault]]:
    """For each of `Items`, in order, its message, or everything that is wrong with it.

    Raises InvalidRequest if the body around them is wrong, or there are more than `most`.
    """
    asked, faults = members_of(given)
    for name, listed in asked.items():
        if name.lower() not in MESSENGERS:
            faults.append(Fault(json_path((name,)), "unknown_field", _UNKNOWN))
        elif not isinstance(listed, list):
            faults.append(Fault(json_path((name,)), "type", "must be an array"))
    if not faults and not 0 < (count := sum(map(len, asked.values()))) <= most:
        faults.append(Fault("$", "too_many" if count else "empty", f"takes 1 to {most} items, these are {count}"))
    if faults:
        raise InvalidRequest(faults)
    return [
        _item(MESSENGERS[name.lower()], (name, i), item, region)
        for name, listed in asked.items()
        for i, item in enumerate(listed)
    ]


def asked_ids(given: bytes | Mapping[str, Any], *, most: int) -> list[str]:
    """The ids of `Asked`. Raises InvalidRequest."""
    return _ids(Asked, "messages_id", given, most)


def unwanted_ids(given: bytes, *, most: int) -> list[str]:
    """The ids of `Unwanted`. Raises InvalidRequest."""
    return _ids(Unwanted, "message_id", given, most)


def _ids(model: type[BaseModel], name: str, given: bytes | Mapping[str, Any], most: int) -> list[str]:
    asked, faults = members_of(given)
    faults += cut(asked, name, most)
    request, wrong = tried(model, asked)
    if faults or wrong:
        raise InvalidRequest([*faults, *wrong])
    ids: list[str] = getattr(request, name)
    return ids


def _item(channel: str, place: tuple[str, int], asked: Any, region: str) -> MessageRequest | list[Fault]:
    members = _given(asked) if isinstance(asked, Mapping) else asked
    item, faults = tried(Item, members)
    if item is None:
        return _moved(place, faults)
    users = {str(user) for user in (item.user_id, item.recipient_id) if user is not None}
    if len(users) != 1:
        both = Fault("$.recipient_id", "repeated", "differs from user_id: give only one of them")
        return _moved(place, [both] if users else [Fault("$.user_id", "missing", "is missing")])
    address, fault = _address(channel, users.pop(), "$.user_id", region)
    faults = [*fault, *_text_faults(item.message, [channel])]
    if faults:
        return _moved(place, faults)
    sender = {} if item.sender_id is None else {"id": item.sender_id}
    return _message(item.message, [{channel: address}], item.date_time, sender)


def _moved(place: tuple[str, int], faults: Sequence[Fault]) -> list[Fault]:
    """Faults of an item as faults of the whole body."""
    return [Fault(json_path(place) + fault.path.removeprefix("$"), fault.code, fault.message) for fault in faults]


def _message(text: str, people: Sequence[Mapping[str, str]], at: Any, sender: Mapping[str, Any]) -> MessageRequest:
    """Everything has been checked, addresses by another rule than MessageRequest's."""
    recipient: Any = Recipient
    return MessageRequest.model_construct(
        text=text,
        recipients=[recipient.model_construct(**person) for person in people],
        send_at=at,
        metadata={"sender": dict(sender)} if sender else {},
    )


def _given(asked: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in asked.items() if value != ""}


def _across(asked: Mapping[str, Any], region: str) -> list[Fault]:
    """Checks across members, as far as possible."""
    channels, users = _channels(asked), [whole(user) for user in _listed(asked, "users_list")]
    faults = [Fault(f"$.{name}", "empty", "names none") for name in _blank_lists(asked)]
    for i, user in enumerate(users):
        faults += _user_faults(channels, user, f"$.users_list[{i}]", region)
    if asked.get("deffered_time") and asked.get("deferred_time"):
        faults.append(Fault("$.deferred_time", "repeated", "is the same as deffered_time: give only one of them"))
    text = asked.get("message")
    return faults + (_text_faults(text, channels) if isinstance(text, str) and is_encodable(text) else [])


def _blank_lists(asked: Mapping[str, Any]) -> Iterator[str]:
    for name in ("messengers_list", "users_list"):
        listed = _listed(asked, name)
        if listed and all(entry == "" for entry in listed):
            yield name


def _listed(asked: Mapping[str, Any], name: str) -> list[Any]:
    listed = asked.get(name)
    return listed if isinstance(listed, list) else []


def _channels(asked: Mapping[str, Any]) -> list[str]:
    """The channels named, each once."""
    named = [name.lower() for name in _listed(asked, "messengers_list") if isinstance(name, str)]
    return list(dict.fromkeys(MESSENGERS[name] for name in named if name in MESSENGERS))


def _user_faults(channels: Sequence[str], user: Any, path: str, region: str) -> list[Fault]:
    if user == "" or isinstance(user, bool) or not isinstance(user, str | int):
        return []
    return [fault for channel in channels for fault in _address(channel, user, path, region)[1]]


def _address(channel: str, user: str | int, path: str, region: str) -> tuple[str, list[Fault]]:
    try:
        return known_by_number(channel, user, region), []
    except ValueError as error:
        return "", [Fault(path, "form", str(error))]


def _text_faults(text: str, channels: Sequence[str]) -> list[Fault]:
    if text and is_blank(text):
        return [] if "\x00" in text else [Fault("$.message", "empty", "is blank")]
    told = (text_fault(channel, text) for channel in channels)
    return [Fault("$.message", "too_long", fault) for fault in told if fault] if text else []
