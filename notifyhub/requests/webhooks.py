"""What a caller may ask of webhooks and events."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Any, TypeVar
from uuid import UUID

from pydantic import AfterValidator, BaseModel, BeforeValidator, Field, StrictBool, StringConstraints
from pydantic_core import PydanticCustomError

from notifyhub.domain.events import TYPES, matches_nothing, position_of
from notifyhub.errors import Fault, InvalidRequest
from notifyhub.requests.base import Asking
from notifyhub.requests.checking import members_of, tried
from notifyhub.requests.fields import Channel, Moment, RowId, Sendable

LONGEST_URL = 2_000
MOST_PATTERNS = 50
PATTERN = r"^(\*|[a-z]+\.(\*|[a-z_]+))$"
EVENT_ID = r"^[0-9a-fA-F]{8}-?[0-9a-fA-F]{4}-?7[0-9a-fA-F]{3}-?[0-9a-fA-F]{4}-?[0-9a-fA-F]{12}$"


def _pattern(pattern: str) -> str:
    if matches_nothing(pattern):
        known = ", ".join(TYPES)
        raise PydanticCustomError("unknown_event", "there is no such event; there are {known}", {"known": known})
    return pattern


def _event_id(value: Any) -> Any:
    """The id of an event, as text, or as a UUID of Python."""
    try:
        id_ = value if isinstance(value, UUID) else UUID(value)
    except (ValueError, AttributeError, TypeError):
        id_ = None
    if id_ is None or position_of(id_) is None:
        raise PydanticCustomError("form", "must be the id of an event")
    return id_


Url = Annotated[
    Sendable,
    StringConstraints(strict=True, min_length=1, max_length=LONGEST_URL),
    Field(json_schema_extra={"format": "uri"}),
]
Pattern = Annotated[
    str,
    StringConstraints(strict=True),
    AfterValidator(_pattern),
    Field(json_schema_extra={"pattern": PATTERN}),
]
Patterns = Annotated[list[Pattern], Field(min_length=1, max_length=MOST_PATTERNS)]
Channels = Annotated[list[Channel], Field(min_length=1, max_length=MOST_PATTERNS)]
Description = Annotated[Sendable, StringConstraints(strict=True, max_length=1_000)]
EventId = Annotated[UUID, BeforeValidator(_event_id, json_schema_input_type=str)]


class WebhookRequest(Asking):
    """An endpoint that events are to be posted to."""

    url: Url = Field(description="public https:// URL", examples=["https://shop.example/hooks"])
    events: Patterns = Field(
        default_factory=lambda: ["*"],
        description="types of events, or patterns: `delivery.failed`, `mailing.*`, `*` for all",
        examples=[["delivery.*", "person.wrote"]],
    )
    channels: Channels | None = Field(
        None, description="only events about these channels, and those about no single channel; default: all"
    )
    mailing_id: RowId | None = Field(None, description="only events about this mailing; default: all")
    description: Description | None = Field(None, description="a note for people")


class WebhookChangeRequest(Asking):
    """The changes to an endpoint; at least one member. Null restores the default."""

    url: Url = Field(default_factory=str, description="where to post from now on")
    events: Patterns = Field(default_factory=list, description="types of events, or patterns")
    channels: Channels | None = Field(None, description="only events about these channels; null: all")
    mailing_id: RowId | None = Field(None, description="only events about this mailing; null: all")
    description: Description | None = Field(None, description="a note for people; null: none")
    enabled: StrictBool = Field(True, description="false: nothing is posted; events are kept, and can be replayed")

    def members(self) -> dict[str, Any]:
        """What was given."""
        return {name: getattr(self, name) for name in self.model_fields_set}


class ReplayRequest(Asking):
    """What is to be posted once more: one event, or all that the endpoint wants of a time."""

    event_id: EventId | None = Field(None, description="this event, whatever the endpoint wants")
    since: Moment | None = Field(None, description="instead: what happened at this time or later")
    until: Moment | None = Field(None, description="with `since`: what happened before this time; default: now")


M = TypeVar("M", bound=BaseModel)


def webhook_request(given: bytes | Mapping[str, Any]) -> WebhookRequest:
    """Check an endpoint, as JSON text or as Python values. Its URL is checked by `webhooks.guard`.

    Raises InvalidRequest with everything that is wrong.
    """
    return _checked(WebhookRequest, given)


def webhook_change_request(given: bytes | Mapping[str, Any]) -> WebhookChangeRequest:
    """Check changes to an endpoint, like `webhook_request`."""
    asked, faults = members_of(given)
    if not asked:
        names = ", ".join(WebhookChangeRequest.model_fields)
        faults.append(Fault("$", "empty", f"there is nothing to change: give {names}"))
    return _passed(WebhookChangeRequest, asked, faults)


def replay_request(given: bytes | Mapping[str, Any], *, now: datetime) -> ReplayRequest:
    """Check a request for a replay, like `webhook_request`."""
    asked, faults = members_of(given)
    request = _passed(ReplayRequest, asked, faults)
    if (request.event_id is None) == (request.since is None):
        faults.append(Fault("$", "form", "needs either event_id or since"))
    if request.until is not None and request.since is None:
        faults.append(Fault("$.until", "form", "goes with since only"))
    if request.since is not None and request.since >= (request.until or now):
        faults.append(Fault("$.since", "form", "must be before until, and in the past"))
    if faults:
        raise InvalidRequest(faults)
    return request


def event_filters(types: Any, after: Any) -> tuple[tuple[str, ...], UUID | None]:
    """Patterns of types, and the id after which events are wanted. Raises InvalidRequest."""
    asked = {"types": types or ["*"], "after": after}
    request, faults = tried(_Filters, {name: value for name, value in asked.items() if value is not None})
    if request is None:
        raise InvalidRequest(faults)
    return tuple(request.types), request.after


class _Filters(Asking):
    types: Patterns
    after: EventId | None = None


def _checked(model: type[M], given: bytes | Mapping[str, Any]) -> M:
    asked, faults = members_of(given)
    return _passed(model, asked, faults)


def _passed(model: type[M], asked: Mapping[str, Any], faults: list[Fault]) -> M:
    request, wrong = tried(model, asked)
    if faults or wrong or request is None:
        raise InvalidRequest([*faults, *wrong])
    return request
