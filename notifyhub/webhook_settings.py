"""The settings of events and of the endpoints that they are posted to."""

from __future__ import annotations

import json
from collections.abc import Iterable
from ipaddress import ip_network
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field
from pydantic_settings import NoDecode

from notifyhub.domain.egress import Network
from notifyhub.domain.events import READ_BY_DEFAULT, matches_nothing

_DAY_S = 86_400


def _listed(given: Any) -> Iterable[str]:
    """`a, b`, or the same as a JSON array; "none" for none, because empty variables count as not set."""
    if given in ("", "none"):
        return ()
    if isinstance(given, str):
        given = json.loads(given) if given.lstrip().startswith("[") else given.split(",")
    return [str(one).strip() for one in given] if isinstance(given, list | tuple | set | frozenset) else ["?"]


def _patterns(given: Any) -> Any:
    patterns = tuple(_listed(given))
    if wrong := [pattern for pattern in patterns if matches_nothing(pattern)]:
        raise ValueError(f"there is no event {wrong[0]}; give types or patterns such as delivery.*, or none")
    return patterns


def _networks(given: Any) -> Any:
    try:
        return tuple(ip_network(one) for one in _listed(given))
    except ValueError as error:
        raise ValueError(f"must be networks such as 10.0.0.0/8, separated by commas: {error}") from None


class EventSettings(BaseModel):
    """`NOTIFYHUB_EVENTS_*`."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    types: Annotated[tuple[str, ...], NoDecode, BeforeValidator(_patterns)] = Field(
        READ_BY_DEFAULT,
        description="events that are kept for readers, besides those that webhooks want: types or patterns, "
        "comma-separated; * for all, none for none",
    )
    kept_s: int = Field(
        7 * _DAY_S,
        ge=2 * _DAY_S,
        le=366 * _DAY_S,
        description="seconds for which events are kept, to be read or replayed",
    )
    streams: int = Field(
        100, ge=0, le=10_000, description="maximum number of open event streams in a process; then 503"
    )
    heartbeat_s: float = Field(
        15.0,
        ge=0.05,
        le=300,
        description="seconds after which a stream with nothing to tell shows that it lives; a stream ends within that "
        "time if its key is revoked",
    )


class WebhookSettings(BaseModel):
    """`NOTIFYHUB_WEBHOOK_*`."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    timeout_s: float = Field(15.0, ge=0.1, le=60, description="timeout of a call to a webhook, in seconds")
    concurrency: int = Field(
        4,
        ge=1,
        le=100,
        description="how many calls to one webhook a process makes at once; others are not held up by it",
    )
    private_addresses: Annotated[tuple[Network, ...], NoDecode, BeforeValidator(_networks)] = Field(
        (),
        description="networks that webhooks may be in although they are not public, comma-separated, such as "
        "10.0.0.0/8; default: none",
    )
    allow_http: bool = Field(
        False, description="allow webhooks with http:// URLs: what is posted there can be read on its way"
    )
    disable_after_s: int = Field(
        5 * _DAY_S,
        ge=60,
        le=366 * _DAY_S,
        description="seconds of nothing but failures after which a webhook is disabled",
    )
