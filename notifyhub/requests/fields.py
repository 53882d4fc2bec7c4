"""The fields of a request: their values and error texts."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime
from enum import StrEnum
from typing import Annotated, Any, Literal
from unicodedata import category

import orjson
from pydantic import AfterValidator, BeforeValidator, Field, StrictInt, StringConstraints
from pydantic_core import PydanticCustomError

from notifyhub.domain.addresses import FORMS
from notifyhub.domain.rates import rate_of
from notifyhub.requests.ids import LARGEST_ID

LONGEST_TEXT = 65_536
MOST_METADATA_BYTES = 16_384
LONGEST_WINDOW_S = 10 * 366 * 86_400
# Less than what serialisers take, so that what was stored can always be answered with.
DEEPEST_METADATA = 100


class Priority(StrEnum):
    """Urgent goes before normal, normal before bulk."""

    URGENT = "urgent"
    NORMAL = "normal"
    BULK = "bulk"

    @property
    def rank(self) -> int:
        return list(Priority).index(self)


_UNSEEN_CATEGORIES = frozenset({"Cc", "Cf", "Zs", "Zl", "Zp"})
# Unicode counts these as letters, symbols or marks: the fillers of Hangul, the empty Braille cell, joiners, selectors.
_UNSEEN = frozenset("\u034f\u115f\u1160\u17b4\u17b5\u2800\u3164\uffa0\ufe0e\ufe0f")


def moment(value: Any) -> datetime:
    """A date and time with its offset, as an aware datetime in UTC. Raises PydanticCustomError, a ValueError."""
    if isinstance(value, str):
        try:
            value = value.upper()  # RFC 3339, 5.6: T and Z may be written small
            value = date.fromisoformat(value) if len(value) == len("2026-12-01") else datetime.fromisoformat(value)
        except ValueError:
            value = None
    if not isinstance(value, datetime):
        raise PydanticCustomError(
            "form", "must be a date and time in ISO 8601 as text, such as 2026-12-01T10:00:00+03:00"
        )
    if value.utcoffset() is None:
        raise PydanticCustomError("naive", "must have a UTC offset (Z or +03:00), otherwise its moment is ambiguous")
    try:
        return value.astimezone(UTC)
    except OverflowError:
        raise PydanticCustomError("form", "is outside the years 1 to 9999") from None


def whole(value: Any) -> Any:
    """5.0 as 5, which is the same number in JSON Schema; anything else unchanged."""
    return int(value) if isinstance(value, float) and value.is_integer() else value


def is_blank(text: str) -> bool:
    """Is nothing of this text visible? White space, control characters, zero-width characters."""
    return all(char in _UNSEEN or category(char) in _UNSEEN_CATEGORIES for char in text)


def is_encodable(text: str) -> bool:
    """JSON can contain half of a surrogate pair, which neither a database nor a messenger accepts."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def _sendable(text: str) -> str:
    if "\x00" in text:
        raise PydanticCustomError("encoding", "must not contain the NUL character")
    if not is_encodable(text):
        raise PydanticCustomError("encoding", "contains half of a surrogate pair, which is not a character")
    return text


def _channel(name: str) -> str:
    if name not in FORMS:
        known = ", ".join(FORMS)
        raise PydanticCustomError("unknown_value", "there is no such channel; there are {known}", {"known": known})
    return name


def _name_all(schema: dict[str, Any]) -> None:
    schema["enum"] = [*FORMS]


def _window(value: Any) -> Any:
    value = whole(value)
    counts = isinstance(value, int) and not isinstance(value, bool)
    if value in ("forever", "off") or (counts and 1 <= value <= LONGEST_WINDOW_S):
        return value
    raise PydanticCustomError(
        "form", "must be forever, off, or whole seconds from 1 to {most}", {"most": LONGEST_WINDOW_S}
    )


def _small_json(metadata: dict[str, Any]) -> dict[str, Any]:
    if not metadata:
        return metadata
    if _depth(metadata) > DEEPEST_METADATA:
        raise PydanticCustomError("form", "may be nested at most {most} levels deep", {"most": DEEPEST_METADATA})
    try:
        json.dumps(metadata, allow_nan=False)  # orjson would write NaN as null
        size = len(orjson.dumps(metadata))
    except (TypeError, ValueError) as error:
        raise PydanticCustomError("form", "cannot be stored as JSON: {why}", {"why": str(error)}) from None
    if size > MOST_METADATA_BYTES:
        limits = {"most": MOST_METADATA_BYTES, "size": size}
        raise PydanticCustomError("too_long", "takes at most {most} bytes as JSON, this has {size}", limits)
    return metadata


def _depth(value: Any) -> int:
    """How deeply JSON is nested; counted only up to the limit, so that cycles end too."""
    depth, level = 0, [value]
    while level and depth <= DEEPEST_METADATA:
        depth += 1
        level = [inner for outer in level for inner in _inside(outer) if isinstance(inner, dict | list)]
    return depth


def _inside(value: Any) -> Any:
    return value.values() if isinstance(value, dict) else value


NO_NUL = "^[^\\u0000]*$"
"""As a regular expression for JSON Schema."""
REFERENCE = {"type": "string", "minLength": 1, "maxLength": 255, "pattern": NO_NUL}
"""The schema of `Reference`, for parameters."""
Sendable = Annotated[str, AfterValidator(_sendable), Field(json_schema_extra={"pattern": NO_NUL})]
"""Text without what neither a database nor a messenger can be given."""


def _rate(words: str) -> str | None:
    try:
        rate = rate_of(words)
    except ValueError as error:
        raise PydanticCustomError("form", "{why}", {"why": str(error)}) from None
    return None if rate is None else str(rate)


Moment = Annotated[datetime, BeforeValidator(moment)]
RateLimit = Annotated[str, StringConstraints(strict=True, min_length=1, max_length=64), AfterValidator(_rate)]
"""A rate limit in words, such as 20/s; `none` becomes None."""
Text = Annotated[Sendable, StringConstraints(strict=True, min_length=1, max_length=LONGEST_TEXT)]
Reference = Annotated[Sendable, StringConstraints(strict=True, min_length=1, max_length=255)]
Metadata = Annotated[dict[str, Any], AfterValidator(_small_json)]
Channel = Annotated[str, StringConstraints(strict=True), AfterValidator(_channel), Field(json_schema_extra=_name_all)]
Seconds = Annotated[int, Field(ge=1, le=LONGEST_WINDOW_S)]
Window = Annotated[
    Literal["forever", "off"] | int,
    BeforeValidator(_window, json_schema_input_type=Literal["forever", "off"] | Seconds),
]
_Attempts = Annotated[StrictInt, Field(ge=1, le=100)]
Attempts = Annotated[_Attempts, BeforeValidator(whole, json_schema_input_type=_Attempts)]
_RowId = Annotated[StrictInt, Field(ge=1, le=LARGEST_ID)]
RowId = Annotated[_RowId, BeforeValidator(whole, json_schema_input_type=_RowId)]
