"""The vocabulary of the audit: what people do that changes something, or takes personal data away."""

from __future__ import annotations

from types import MappingProxyType

ACTIONS = MappingProxyType(
    {
        "client.changed": "members of a client were changed",
        "client.created": "a client was added",
        "client.erased": "a client was deleted or wholly erased, and what waited for them cancelled",
        "client.opted_in": "a client's opt-outs were withdrawn",
        "client.opted_out": "a client was opted out of channels",
        "clients.exported": "clients were written to a file",
        "clients.imported": "a table of clients was read into the directory",
        "deliveries.cancelled": "deliveries were cancelled by their ids, or by filters",
        "deliveries.rescheduled": "deliveries got another time, by their ids or by filters",
        "deliveries.retried": "deliveries that failed are tried again, by their ids or by filters",
        "delivery.resolved": "somebody decided what became of an unconfirmed delivery",
        "key.created": "an API key was created",
        "key.revoked": "an API key was revoked",
        "mailing.cancelled": "a mailing was cancelled",
        "mailing.changed": "members of a mailing were changed",
        "mailing.created": "a mailing was created",
        "mailing.deleted": "a mailing was deleted, and cancelled if it had not ended",
        "mailing.paused": "a mailing was paused",
        "mailing.resumed": "a mailing was resumed",
        "mailing.retried": "what failed of a mailing is tried again",
        "mailing.scheduled": "a draft was started, to begin at its `starts_at`",
        "mailing.started": "a mailing was started",
        "message.cancelled": "what waited of a message was cancelled",
        "message.changed": "members of a message were changed",
        "message.retried": "what failed of a message is tried again",
        "reachability.cleared": "what was known against an address was forgotten",
        "reachability.suppressed": "an address was suppressed",
        "session.began": "somebody signed in to the dashboard",
        "session.ended": "somebody signed out of the dashboard",
        "session.linked": "a link that signs somebody in to the dashboard was created",
        "session.revoked": "somebody's session of the dashboard was ended by another",
        "statistics.repaired": "the counters of the statistics were counted anew",
        "template.changed": "a text of a template was added or changed",
        "template.removed": "a template, or a text of it, was removed",
        "webhook.changed": "members of a webhook endpoint were changed",
        "webhook.created": "a webhook endpoint was created",
        "webhook.deleted": "a webhook endpoint was deleted",
        "webhook.replayed": "events are posted to a webhook endpoint again",
        "webhook.rotated": "a webhook endpoint got a new secret",
    }
)
"""What each action means."""

KINDS = (
    "address",
    "client",
    "clients",
    "deliveries",
    "delivery",
    "key",
    "mailing",
    "message",
    "session",
    "statistics",
    "template",
    "webhook",
)
"""What an action can be about."""
