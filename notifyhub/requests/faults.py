"""pydantic's errors in our own words, so that they do not change with pydantic."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from types import MappingProxyType

from pydantic_core import ErrorDetails

from notifyhub.errors import Fault

A_LIST = "a list of channels"
A_CHAIN = "a chain of channels"
"""Tags of what `channels` may be. They are no part of the request, so no path shows them."""

_PLAIN_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")

# pydantic's type → our code and sentence. Types not listed here are our own (PydanticCustomError).
_WORDS = MappingProxyType(
    {
        "missing": ("missing", "is missing"),
        "extra_forbidden": ("unknown_field", "there is no such field"),
        "invalid_key": ("unknown_field", "has a member whose name is not text"),
        "model_type": ("type", "must be an object"),
        "model_attributes_type": ("type", "must be an object"),
        "dict_type": ("type", "must be an object"),
        "list_type": ("type", "must be an array"),
        "string_type": ("type", "must be text"),
        "int_type": ("type", "must be a whole number"),
        "int_parsing": ("type", "must be a whole number"),
        "int_parsing_size": ("too_large", "is too large"),
        "string_too_short": ("empty", "must not be empty"),
        "string_too_long": ("too_long", "may have at most {max_length} characters"),
        "string_pattern_mismatch": ("form", "must be of the form {pattern}"),
        "string_unicode": ("encoding", "contains half of a surrogate pair, which is not a character"),
        "too_short": ("empty", "must not be empty"),
        "greater_than_equal": ("too_small", "must be at least {ge}"),
        "less_than_equal": ("too_large", "must be at most {le}"),
        "bool_type": ("type", "must be true or false"),
        "literal_error": ("unknown_value", "must be {expected}"),
        "enum": ("unknown_value", "must be {expected}"),
        "value_error": ("form", "{error}"),
    }
)


def as_fault(details: ErrorDetails) -> Fault:
    """One of pydantic's errors as a Fault."""
    if details["type"] == "too_long" and details.get("ctx", {}).get("field_type") == "Value":
        # The length of a text that was checked in another way first.
        details = {**details, "type": "string_too_long"}
    code, sentence = _WORDS.get(details["type"], (details["type"], None))
    message = details["msg"] if sentence is None else sentence.format_map(details.get("ctx", {}))
    return Fault(json_path(_untagged(details["loc"])), code, message)


def _untagged(location: tuple[str | int, ...]) -> tuple[str | int, ...]:
    tagged = location[:1] == ("channels",) and location[1:2] in ((A_LIST,), (A_CHAIN,))
    return (*location[:1], *location[2:]) if tagged else location


def json_path(location: Sequence[str | int]) -> str:
    """`("recipients", 0, "telegram")` as `$.recipients[0].telegram`; odd names as RFC 9535 quotes them, `$['a b']`."""
    return "$" + "".join(_step(part) for part in location)


def _step(part: str | int) -> str:
    if isinstance(part, int):
        return f"[{part}]"
    if _PLAIN_NAME.fullmatch(part):
        return f".{part}"
    # Only ASCII, so that an invalid name cannot break the response that reports it.
    return "['" + json.dumps(part)[1:-1].replace('\\"', '"').replace("'", "\\'") + "']"
