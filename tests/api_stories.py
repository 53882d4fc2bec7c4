"""What docs/api.md asks of the service, in this order; each answer is the next one's ground."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

LATER = "2126-12-01T10:00:00+03:00"

Body = Callable[[Mapping[str, Any]], Any]


def nothing(_: Mapping[str, Any]) -> None:
    """No body."""


@dataclass(frozen=True)
class Step:
    """One request.

    path   may name what an earlier answer left, as `{message}`
    body   made from what is kept; `nothing` for none
    keep   names for parts of the answer, such as {"message": "id"}
    until  the status that the thing asked for must reach before it is shown
    """

    operation: str
    path: str
    body: Body = nothing
    keep: Mapping[str, str] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)
    until: str | None = None
    says: str = ""


def given(body: Any) -> Body:
    return lambda _: body


STORIES = (
    Step(
        "messages_create",
        "/api/v1/messages",
        given({"text": "Hello", "recipients": [{"telegram": "1067000"}]}),
        keep={"message": "id", "delivery": "deliveries.0.id"},
    ),
    Step(
        "messages_create",
        "/api/v1/messages",
        given({"text": "Hello", "recipients": [{"telegram": "1067000"}]}),
        says="The same once more is a duplicate:",
    ),
    Step(
        "messages_create",
        "/api/v1/messages",
        given({"text": "", "recipients": [{"telegram": "nobody!"}], "send_at": "2126-12-01T10:00:00"}),
        says="Everything that is wrong is named at once:",
    ),
    Step("messages_read", "/api/v1/messages/{message}", until="sent"),
    Step("messages_deliveries", "/api/v1/messages/{message}/deliveries?limit=1"),
    Step("deliveries_read", "/api/v1/deliveries/{delivery}"),
    Step(
        "messages_create",
        "/api/v1/messages",
        given({"text": "Later", "recipients": [{"telegram": "1067000"}], "send_at": LATER}),
        keep={"later": "id"},
        says="At a date, with its offset:",
    ),
    Step(
        "messages_create",
        "/api/v1/messages",
        given(
            {
                "text": "Hello, both",
                "recipients": [
                    {"telegram": "1067000", "viber": "01234567890A="},
                    {"whatsapp": "79161234567", "gateway": "79161234567"},
                ],
                "expires_at": LATER,
                "max_attempts": 3,
                "priority": "urgent",
                "deduplicate": 3600,
                "reference": "order-17",
                "metadata": {"shop": 5},
            }
        ),
        says="To two people, each on every channel that they have an address on:",
    ),
    Step("messages_cancel", "/api/v1/messages/{later}/cancel"),
    Step("service_live", "/health/live"),
    Step("service_ready", "/health/ready"),
    Step("service_index", "/"),
)
