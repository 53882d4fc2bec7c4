"""What is wrong with a setting, in words; secrets are not shown."""

from __future__ import annotations

from collections.abc import Callable
from types import MappingProxyType
from typing import Any

from notifyhub.channel_settings import PREFIX

_SECRET_MEMBERS = frozenset(
    {
        "token",
        "password",
        "senders",
        "app_secret",
        "verify_token",
        "targets",
        "emulator_key",
        "webhook_secret",
        "inbound_secret",
        "erasure_key",
        "client_secret",
    }
)

# pydantic's error type → our text; `{…}` is filled from the error's context.
_REASONS = MappingProxyType(
    {
        "int_parsing": "must be a whole number",
        "int_type": "must be a whole number",
        "int_from_float": "must be a whole number",
        "float_parsing": "must be a number",
        "float_type": "must be a number",
        "finite_number": "must be a finite number",
        "bool_parsing": "must be true or false",
        "string_type": "must be text",
        "string_too_short": "must not be empty",
        "too_short": "must have at least {min_length} characters",
        "string_too_long": "must be at most {max_length} characters",
        "string_pattern_mismatch": "has the wrong form (pattern {pattern})",
        "greater_than": "must be more than {gt}",
        "greater_than_equal": "must be at least {ge}",
        "less_than_equal": "must be at most {le}",
        "literal_error": "must be {expected}",
        "extra_forbidden": "there is no such setting",
        "model_type": "names a whole channel: set its members, such as NOTIFYHUB_TELEGRAM_TOKEN",
        "value_error": "{error}",
    }
)


def complaint(fault: Any, meant: Callable[[str], str]) -> str:
    """One line for a fault of pydantic. `meant` tells which setting somebody may have meant by a name."""
    reason = str(_REASONS.get(fault["type"], fault["msg"])).format_map(fault.get("ctx", {}))
    if reason.startswith(PREFIX):
        return reason
    name = PREFIX + "_".join(str(part) for part in fault["loc"]).upper()
    if fault["type"] == "extra_forbidden":
        return f"{name}: {reason}{meant(name)}"
    hidden = _SECRET_MEMBERS.intersection(fault["loc"]) or str(fault["loc"][-1]).endswith(("url", "proxy"))
    hidden = hidden or isinstance(fault["input"], dict)  # a whole channel, including its token
    return f"{name}: {reason}" if hidden else f"{name}: {reason} (given: {fault['input']!r})"
