"""The audience of a mailing, as a caller gives it; `domain.audience` says what it means."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Self

from pydantic import (
    AfterValidator,
    BeforeValidator,
    ConfigDict,
    Field,
    StrictBool,
    StrictFloat,
    StrictInt,
    StringConstraints,
    model_validator,
)
from pydantic_core import PydanticCustomError

from notifyhub.domain.zones import canonical_zone
from notifyhub.errors import InvalidRequest
from notifyhub.requests.base import Asking
from notifyhub.requests.checking import members_of, tried
from notifyhub.requests.fields import RowId, Sendable, whole

MOST_VALUES = 1_000
DEEPEST = 8
MOST_PARTS = 100
MOST_VALUES_TOGETHER = 10_000
"""Less than the parameters that a statement may have."""


def _list(value: Any) -> Any:
    return list(value) if isinstance(value, tuple | set | frozenset) else value if isinstance(value, list) else [value]


def _texts(value: Any) -> Any:
    return [_text(one) for one in _list(value)]


def _text(value: Any) -> Any:
    value = whole(value)
    return str(value) if isinstance(value, int) and not isinstance(value, bool) and abs(value) < 10**15 else value


def _zones(values: list[str]) -> list[str]:
    return [canonical_zone(value) for value in values]


def _attribute_name(name: str) -> str:
    if not name.isprintable() or set(name) & set('"\\'):
        raise PydanticCustomError("form", 'must not contain ", \\ or control characters')
    return name


def _one_or_many(schema: dict[str, Any]) -> None:
    many = {name: schema.pop(name) for name in ("type", "items", "minItems", "maxItems") if name in schema}
    schema["anyOf"] = [many["items"], many]


_LARGEST = 10**15


def _number(value: Any) -> Any:
    """What is wrong is said once, and not once for each kind of number."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise PydanticCustomError("type", "must be a number")
    if not -_LARGEST <= value <= _LARGEST:
        raise PydanticCustomError("too_large", "must be between -10^15 and 10^15")
    return value


def _scalar(value: Any) -> Any:
    if isinstance(value, bool | str):
        return value
    if not isinstance(value, int | float):
        raise PydanticCustomError("type", "must be text, a number, true or false")
    return _number(value)


_Value = Annotated[Sendable, Field(min_length=1, max_length=255)]
Values = Annotated[
    list[_Value],
    BeforeValidator(_texts),
    Field(min_length=1, max_length=MOST_VALUES, json_schema_extra=_one_or_many),
]
Zones = Annotated[Values, AfterValidator(_zones)]
_Whole = Annotated[StrictInt, Field(ge=-_LARGEST, le=_LARGEST)]
_EitherNumber = _Whole | Annotated[StrictFloat, Field(ge=-1e15, le=1e15)]
_Number = Annotated[_EitherNumber, BeforeValidator(_number)]
_EitherScalar = StrictBool | _EitherNumber | Annotated[Sendable, StringConstraints(strict=True)]
_Scalar = Annotated[_EitherScalar, BeforeValidator(_scalar)]
Scalars = Annotated[
    list[_Scalar],
    BeforeValidator(_list),
    Field(min_length=1, max_length=MOST_VALUES, json_schema_extra=_one_or_many),
]


class AttributeFilter(Asking):
    """A condition on one free attribute. Several members must all be true."""

    model_config = ConfigDict(populate_by_name=True)

    name: Annotated[Sendable, AfterValidator(_attribute_name), Field(min_length=1, max_length=255)] = Field(
        description="name of the attribute", examples=["city"]
    )
    is_: Scalars | None = Field(None, alias="is", description="one of these values", examples=[["Tver", "Moscow"]])
    at_least: _Number | None = Field(None, description="a number, not less than this")
    at_most: _Number | None = Field(None, description="a number, not more than this")
    exists: StrictBool | None = Field(None, description="whether it is there at all, and not null")

    @model_validator(mode="after")
    def _asks_something(self) -> Self:
        if self.is_ is None and self.at_least is None and self.at_most is None and self.exists is None:
            raise PydanticCustomError("empty", "needs one of is, at_least, at_most, exists")
        return self


class AudienceFilter(Asking):
    """Which clients. Several members must all match, several values of one member are alternatives; {} is everybody."""

    model_config = ConfigDict(populate_by_name=True)

    operator_code: Values | None = Field(None, description="mobile operator", examples=[["903", "905"]])
    tag: Values | None = Field(None, description="clients with one of these tags", examples=["vip"])
    timezone: Zones | None = Field(None, description="clients of these time zones")
    attribute: AttributeFilter | None = None
    got: RowId | None = Field(None, description="clients who got this mailing on any channel")
    not_got: RowId | None = Field(None, description="clients who did not get this mailing")
    all_: list[AudienceFilter] | None = Field(None, alias="all", min_length=1, description="all of these")
    any_: list[AudienceFilter] | None = Field(None, alias="any", min_length=1, description="at least one of these")
    not_: AudienceFilter | None = Field(None, alias="not", description="the opposite of this")

    @model_validator(mode="after")
    def _is_not_too_much(self) -> Self:
        depth, parts, values = self._size()
        if depth > DEEPEST:
            raise PydanticCustomError("too_long", "may be nested at most {most} levels deep", {"most": DEEPEST})
        if parts > MOST_PARTS:
            raise PydanticCustomError("too_long", "may have at most {most} conditions", {"most": MOST_PARTS})
        if values > MOST_VALUES_TOGETHER:
            raise PydanticCustomError("too_long", "may name at most {most} values", {"most": MOST_VALUES_TOGETHER})
        return self

    def _size(self) -> tuple[int, int, int]:
        """Levels, conditions and values."""
        inner = [*(self.all_ or ()), *(self.any_ or ()), *([self.not_] if self.not_ else ())]
        own = len(self.model_fields_set) or 1
        named = (self.operator_code, self.tag, self.timezone, self.attribute.is_ if self.attribute else None)
        values = sum(len(one) for one in named if one)
        sizes = [part._size() for part in inner]
        return (
            1 + max((depth for depth, _, _ in sizes), default=0),
            own + sum(parts for _, parts, _ in sizes),
            values + sum(inside for _, _, inside in sizes),
        )

    def stored(self) -> dict[str, Any]:
        """The filter as JSON, with canonical values."""
        return self.model_dump(by_alias=True, exclude_none=True)


class AudienceRequest(Asking):
    """An audience on its own."""

    audience: AudienceFilter = Field(default_factory=AudienceFilter, description="default: all clients")


def audience_request(given: bytes | Mapping[str, Any]) -> AudienceFilter:
    """Check an audience on its own; an empty body asks for all clients. Raises InvalidRequest."""
    asked, faults = members_of(given) if given else ({}, [])
    request, wrong = tried(AudienceRequest, asked)
    if request is None or faults:
        raise InvalidRequest([*faults, *wrong])
    return request.audience
