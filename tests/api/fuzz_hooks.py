"""What schemathesis is told about this service beyond its document (loaded by name, see fuzzing.py)."""

from __future__ import annotations

from typing import Any

import schemathesis

OWN_KEY = "1"
NO_KEY = 2**40

NO_ZERO = r"^[^\u0000]*$"
NO_ZERO_UNFOLDED = r"^[^\u0000]*[^\u0000]*$"
"""Means the same, and has no single place for a length."""
LONG = 200

UNSAYABLE = frozenset(
    {
        "past",
        "too_early",
        "no_address",
        "no_end",
        "no_chain",
        "form",
        "too_long",
        "too_many",
        "empty",
        "cursor",
        "reused",
        "repeated",
        "unknown_sender",
        "unknown_client",
        "opted_out",
        "unknown_address",
        "unknown_template",
        "no_template",
        "no_variant",
        "no_client",
        "missing_variable",
        "unknown_variable",
        "reserved",
        "wrong_channel",
        "template_failed",
        "wording_too_long",
        "syntax",
        "forbidden",
        "too_slow",
        "value",
        "private_address",
        "unknown_host",
        "unknown_event",
    }
)
"""Faults that no JSON schema can tell of beforehand: what members say together, or mean, or whose they are."""


@schemathesis.check
def refuses_what_fits_only_for_what_no_schema_can_say(
    context: schemathesis.CheckContext, response: schemathesis.Response, case: schemathesis.Case
) -> None:
    """In place of `positive_data_acceptance`, which lets no request that fits its schema be refused."""
    if case.meta is None or not case.meta.generation.mode.is_positive or response.status_code not in (400, 422):
        return
    problem: dict[str, Any] = response.json()
    found = {error["code"] for error in problem.get("errors", [])}
    assert found, f"refused without a reason: {problem}"
    assert found <= UNSAYABLE, f"refused for {sorted(found)}: {problem}"


@schemathesis.hook
def before_load_schema(context: schemathesis.HookContext, raw_schema: dict[str, Any]) -> None:
    """Keep schemathesis from writing the length of long texts into their pattern.

    Compiling `{1,65536}` takes a second each time, and `{1,262144}` is refused, so such members would be left out.
    """
    _unfold(raw_schema)


def _unfold(part: Any) -> None:
    if isinstance(part, list):
        for each in part:
            _unfold(each)
    elif isinstance(part, dict):
        if part.get("pattern") == NO_ZERO and part.get("maxLength", 0) > LONG:
            part["pattern"] = NO_ZERO_UNFOLDED
        for each in part.values():
            _unfold(each)


@schemathesis.hook
def before_call(context: schemathesis.HookContext, case: schemathesis.Case, kwargs: dict[str, Any]) -> None:
    """A stranger who revokes the key in its own hand would learn nothing more."""
    if case.operation.path.endswith("/keys/{id}/revoke") and str(case.path_parameters.get("id")) == OWN_KEY:
        case.path_parameters["id"] = NO_KEY
