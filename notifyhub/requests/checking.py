"""Checks that all kinds of requests share."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from notifyhub.domain.phones import DEFAULT_REGION
from notifyhub.errors import Fault, InvalidRequest
from notifyhub.requests import json_text
from notifyhub.requests.base import built
from notifyhub.requests.faults import as_fault

M = TypeVar("M", bound=BaseModel)


def members_of(given: bytes | Mapping[str, Any]) -> tuple[dict[str, Any], list[Fault]]:
    """The members of a JSON text or a mapping, and a fault for each name that is given more than once.

    Raises InvalidRequest if it is not an object.
    """
    asked, faults = json_text.parse(given) if isinstance(given, bytes) else (given, [])
    if not isinstance(asked, Mapping):
        raise InvalidRequest([Fault("$", "type", "must be an object")])
    return dict(asked), faults


def tried(model: type[M], asked: Mapping[str, Any], region: str = DEFAULT_REGION) -> tuple[M | None, list[Fault]]:
    """The model of these members, or everything that its fields find wrong with them.

    region  as in `e164_digits`; the fields have it as the context of their validation
    """
    try:
        return built(model).model_validate(asked, context=region), []
    except ValidationError as error:
        return None, [as_fault(details) for details in error.errors(include_url=False, include_input=False)]


def cut(asked: dict[str, Any], name: str, most: int) -> list[Fault]:
    """Leave no more items in a list than are allowed, so that the rest costs no time."""
    items = asked.get(name)
    if not isinstance(items, list) or len(items) <= most:
        return []
    asked[name] = items[:most]
    return [Fault(f"$.{name}", "too_many", f"at most {most} in one request, these are {len(items)}")]
