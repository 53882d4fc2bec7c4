"""What a caller may say of a client."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, TypeVar

from pydantic import AfterValidator, BeforeValidator, Field, StringConstraints, ValidationInfo
from pydantic_core import PydanticCustomError

from notifyhub.domain.addresses import FORMS, canonical
from notifyhub.domain.clients import ALL, is_russian
from notifyhub.domain.phones import DEFAULT_REGION, e164_digits
from notifyhub.domain.zones import canonical_zone
from notifyhub.errors import Fault, InvalidRequest
from notifyhub.requests.base import Asking
from notifyhub.requests.checking import members_of, tried
from notifyhub.requests.faults import json_path
from notifyhub.requests.fields import Metadata, Sendable, whole

MOST_TAGS = 100
LONGEST_TAG = 255
ONLY_RUSSIAN = "must be a phone number 7XXXXXXXXXX of 11 digits (NOTIFYHUB_CLIENT_PHONES=any allows other countries)"
_LONGEST_PHONE = 10**15 - 1


def client_phone(written: str, region: str, *, any_country: bool) -> str:
    """The phone of a client, as digits. Raises ValueError with a sentence for one that clients may not have."""
    digits = e164_digits(written, region)
    if not any_country and not is_russian(digits):
        raise ValueError(ONLY_RUSSIAN)
    return digits


def _phone(value: Any, info: ValidationInfo) -> str:
    value = whole(value)
    if isinstance(value, bool) or not isinstance(value, str | int) or value == "":
        raise PydanticCustomError("type", "must be a phone number as text, such as 79201234567")
    if isinstance(value, int) and abs(value) > _LONGEST_PHONE:
        raise PydanticCustomError("form", "wants a phone number of at most 15 digits")
    return e164_digits(str(value), DEFAULT_REGION if info.context is None else info.context)


def _code(value: Any) -> Any:
    value = whole(value)
    return str(value) if isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 10**6 else value


def _tag(value: Any) -> Any:
    return value.strip() if isinstance(value, str) else value


def _zone(value: Any) -> Any:
    if not isinstance(value, str):
        raise PydanticCustomError("type", "must be text")
    return canonical_zone(value)


def _addresses(value: Any, info: ValidationInfo) -> Any:
    if not isinstance(value, Mapping):
        raise PydanticCustomError("dict_type", "must be an object")
    return {channel: _address(channel, address, info) for channel, address in value.items() if address is not None}


def _address(channel: Any, address: Any, info: ValidationInfo) -> str:
    if channel not in FORMS:
        names = {"channel": repr(channel), "known": ", ".join(FORMS)}
        raise PydanticCustomError("unknown_field", "there is no channel {channel}; there are {known}", names)
    return canonical(channel, whole(address), DEFAULT_REGION if info.context is None else info.context)


def _attributes(value: Any) -> Any:
    if isinstance(value, Mapping):
        for name in value:
            if not isinstance(name, str) or not name.isprintable() or not name or set(name) & set('"\\'):
                raise PydanticCustomError("form", 'has a name that is empty, or contains ", \\ or a control character')
    return value


def _without_nul(attributes: dict[str, Any]) -> dict[str, Any]:
    """PostgreSQL reads no JSON with a NUL character, so one such client would stop every filter of attributes."""
    left: list[Any] = [attributes]
    while left:
        value = left.pop()
        if isinstance(value, dict):
            left += [*value, *value.values()]
        elif isinstance(value, list | tuple):
            left += value
        elif isinstance(value, str) and "\x00" in value:
            raise PydanticCustomError("form", "must not contain the NUL character")
    return attributes


def _opted_out(value: Any) -> Any:
    if isinstance(value, bool):
        return [ALL] if value else []
    if isinstance(value, str):
        value = [value]
    if isinstance(value, list | tuple):
        for name in value:
            if name != ALL and name not in FORMS:
                words = {"known": ", ".join(FORMS)}
                raise PydanticCustomError("unknown_value", "must be channels ({known}), or all", words)
        return list(dict.fromkeys(value))
    return value


def _by_channel(schema: dict[str, Any]) -> None:
    """Channels of plugins are known only once these are installed."""
    known = {
        form.channel: {"type": ["string", "integer", "null"], "description": form.description}
        for form in FORMS.values()
    }
    schema |= {"properties": known, "additionalProperties": False}


def _channels_or_all(schema: dict[str, Any]) -> None:
    names = {"type": "string", "enum": [ALL, *FORMS]}
    for name in ("type", "items"):
        schema.pop(name, None)
    schema["anyOf"] = [{"type": "array", "items": names}, names, {"type": "boolean"}]


_Code = Annotated[str, Field(pattern=r"^[0-9]{1,6}$")] | Annotated[int, Field(ge=0, lt=10**6)]
Phone = Annotated[str, BeforeValidator(_phone, json_schema_input_type=Annotated[str, Field(min_length=1)] | int)]
OperatorCode = Annotated[
    str,
    BeforeValidator(_code, json_schema_input_type=_Code),
    StringConstraints(strict=True, pattern=r"^[0-9]{1,6}$"),
]
Tag = Annotated[Sendable, BeforeValidator(_tag), StringConstraints(strict=True, min_length=1, max_length=LONGEST_TAG)]
Zone = Annotated[str, BeforeValidator(_zone)]
Addresses = Annotated[dict[str, str], BeforeValidator(_addresses), Field(json_schema_extra=_by_channel)]
Attributes = Annotated[Metadata, BeforeValidator(_attributes), AfterValidator(_without_nul)]
OptedOut = Annotated[list[str], BeforeValidator(_opted_out), Field(json_schema_extra=_channels_or_all)]


class _Client(Asking):
    operator_code: OperatorCode | None = Field(
        None, description="mobile operator; default: digits 2 to 4 of the phone", examples=["920"]
    )
    tags: list[Tag] = Field(default_factory=list, max_length=MOST_TAGS, description="free labels", examples=[["vip"]])
    timezone: Zone | None = Field(
        None,
        description="IANA name, or an offset such as +03:00; default: NOTIFYHUB_DEFAULT_TIMEZONE",
        examples=["Europe/Moscow"],
    )
    addresses: Addresses = Field(
        default_factory=dict,
        description="addresses by channel; WhatsApp and the gateway use the phone if none is given",
        examples=[{"telegram": "1067000"}],
    )
    attributes: Attributes = Field(
        default_factory=dict, description="anything else, for audiences", examples=[{"city": "Tver", "orders": 3}]
    )
    opted_out: OptedOut = Field(
        default_factory=list, description="channels on which nothing may be sent, or `all`; true: all"
    )

    def members(self) -> dict[str, Any]:
        """What was given."""
        return {name: getattr(self, name) for name in self.model_fields_set}


class ClientRequest(_Client):
    """A client for the directory."""

    phone: Phone = Field(description="7XXXXXXXXXX; other ways of writing it are understood", examples=["79201234567"])


class ClientChangeRequest(_Client):
    """The changes to a client; at least one member. Lists and objects are replaced, null restores the default."""

    phone: Phone = Field(default_factory=str, description="the new phone")


C = TypeVar("C", ClientRequest, ClientChangeRequest)


def client_request(
    given: bytes | Mapping[str, Any], *, region: str = DEFAULT_REGION, any_country: bool = False
) -> ClientRequest:
    """Check a client, as JSON text or as Python values. A single `tag` is accepted for `tags`.

    region       as in `e164_digits`: the country of phone numbers without a country code
    any_country  accept phones of other countries than Russia

    Raises InvalidRequest with everything that is wrong.
    """
    asked, faults = _read(given)
    request, wrong = tried(ClientRequest, asked, region)
    return _passed(request, [*faults, *wrong], any_country=any_country)


def client_change_request(
    given: bytes | Mapping[str, Any], *, region: str = DEFAULT_REGION, any_country: bool = False
) -> ClientChangeRequest:
    """Check changes to a client, like `client_request`."""
    asked, faults = _read(given)
    if not asked:
        faults.append(Fault("$", "empty", f"there is nothing to change: give {', '.join(ClientRequest.model_fields)}"))
    # Null restores the default, except of a phone.
    lists: dict[str, Any] = {"tags": [], "addresses": {}, "attributes": {}, "opted_out": []}
    asked = {name: lists[name] if value is None and name in lists else value for name, value in asked.items()}
    request, wrong = tried(ClientChangeRequest, asked, region)
    return _passed(request, [*faults, *wrong], any_country=any_country)


def _read(given: bytes | Mapping[str, Any]) -> tuple[dict[str, Any], list[Fault]]:
    asked, faults = members_of(given)
    if "tag" in asked:
        single = asked.pop("tag")
        if "tags" in asked:
            faults.append(Fault("$.tag", "repeated", "goes without tags"))
        else:
            asked["tags"] = [] if single is None else [single]
    for name in ("operator_code", "timezone"):
        if asked.get(name) == "":  # as of a form that was not filled in
            asked[name] = None
    return asked, faults


def _passed(request: C | None, faults: list[Fault], *, any_country: bool) -> C:
    phone = "" if request is None else request.phone
    if phone and not any_country and not is_russian(phone):
        faults.append(Fault(json_path(("phone",)), "form", ONLY_RUSSIAN))
    if faults or request is None:
        raise InvalidRequest(faults)
    return request
