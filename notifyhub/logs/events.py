"""The vocabulary of what is told: the events of the story, and the fields of its records. docs/logs.md lists both."""

from __future__ import annotations

LOG = "log"
"""Any other line that the program logs, with its `logger` and `text`."""

FIELDS: dict[str, str] = {
    "at": "when it was told: UTC, ISO 8601 with milliseconds",
    "level": "debug, info, warning or error",
    "event": "what happened: one of the events below",
    "process": "serve, worker, workers (their supervisor) or cli",
    "pid": "its process id",
    "request_id": "the request that it belongs to; callers get it as `X-Request-ID`",
    "message_id": "the message; a mailing has one for all of its deliveries",
    "message_ids": "the messages of a batch",
    "mailing_id": "the mailing",
    "delivery_id": "the delivery",
    "delivery_ids": "the first 100 deliveries of a message",
    "client_id": "the client",
    "key_id": "the API key",
    "template": "the template, by its name",
    "template_version": "its version from now on",
    "language": "the language of its variant; none: for all",
    "channel": "the channel",
    "sender": "the account, by its name in the settings; none: the channel's own",
    "method": "HTTP method",
    "path": "the path as the documentation writes it, without what the caller put in",
    "http_status": "status of the answer",
    "duration_ms": "how long it took",
    "verdict": "what it was",
    "status": "the status of the delivery or mailing from now on",
    "reason": "why, as in the history of a delivery",
    "attempt": "number of the attempt",
    "outcome": "how the call ended: sent, temporary_failure, permanent_failure, misconfigured or unconfirmed",
    "code": "the messenger's code for it",
    "answer": "what the messenger said, if it did not take the message; addresses, phones and the text masked",
    "due_at": "when it goes on, in UTC",
    "recorded": "false: the store was away for so long that this could not be recorded",
    "deliveries": "how many deliveries were made",
    "refused": "how many of them were refused at once",
    "duplicates": "how many were left out as duplicates",
    "cancelled": "how many deliveries were cancelled",
    "too_late": "how many had been sent already",
    "retried": "how many deliveries are tried again",
    "left_alone": "how many are not",
    "clients": "how many clients",
    "added": "how many were added",
    "updated": "how many were there already",
    "failed": "how many rows were wrong",
    "position": "the place in its message",
    "fields": "names of the members that were given",
    "channels": "the channels that it is about; `all`: every one",
    "by": "whose wish it was: api, import, inbound (a word of the person) or messenger",
    "kind": "what a person did: see docs/reachability.md",
    "line": "line of the imported table",
    "dry_run": "true: nothing was stored",
    "scopes": "what the key may do",
    "lines": "how many lines were dropped",
    "logger": "the module that logged it",
    "text": "the logged line; phones and e-mail addresses masked",
    "exception": "the traceback",
}

HEAD = ("at", "level", "event", "process", "pid")
"""The fields that every record has."""

ASKED = "request_id"
"""The field of every record of what is done for one request."""

_OF_A_DELIVERY = ("delivery_id", "message_id", "mailing_id", "client_id", "channel")

EVENTS: dict[str, tuple[str, tuple[str, ...]]] = {
    "request.answered": (
        "a request to the API was answered; with the ids of what it was about",
        (
            "method",
            "path",
            "http_status",
            "duration_ms",
            "key_id",
            "message_id",
            "message_ids",
            "mailing_id",
            "delivery_id",
            "client_id",
        ),
    ),
    "message.accepted": (
        "a message was stored",
        (
            "message_id",
            "deliveries",
            "refused",
            "duplicates",
            "delivery_ids",
            "channels",
            "due_at",
            "key_id",
        ),
    ),
    "message.changed": ("what has not been sent of a message was changed", ("message_id", "fields")),
    "message.cancelled": (
        "a message was cancelled",
        ("message_id", "cancelled", "too_late"),
    ),
    "message.retried": (
        "somebody had failed deliveries tried again",
        ("message_id", "retried", "duplicates", "left_alone"),
    ),
    "delivery.placed": (
        "a mailing has a delivery for this client, or a chain goes on with it; its number shows with its next event",
        ("message_id", "mailing_id", "client_id", "channel", "position", "status", "reason", "due_at"),
    ),
    "delivery.refused": ("nothing was sent, because of what is known of the address", (*_OF_A_DELIVERY, "reason")),
    "delivery.attempt": (
        "the messenger was called, and this is its answer; `due_at`: when it is tried again",
        (
            *_OF_A_DELIVERY,
            "sender",
            "attempt",
            "outcome",
            "code",
            "answer",
            "duration_ms",
            "status",
            "reason",
            "due_at",
            "recorded",
        ),
    ),
    "delivery.put_off": (
        "it was its turn, but it waits: for a rate limit, a send window, or an account that rests",
        (*_OF_A_DELIVERY, "reason", "due_at"),
    ),
    "delivery.expired": ("its time is over", (*_OF_A_DELIVERY, "status", "reason")),
    "delivery.cancelled": ("it will not be sent", (*_OF_A_DELIVERY, "reason")),
    "delivery.superseded": ("its chain goes on with the next channel", (*_OF_A_DELIVERY, "reason")),
    "delivery.retried": ("somebody had the failed deliveries of its mailing tried again", _OF_A_DELIVERY),
    "delivery.resolved": ("somebody decided about an unconfirmed delivery", ("delivery_id", "channel", "verdict")),
    "delivery.receipt": ("the messenger reported what became of it", (*_OF_A_DELIVERY, "status", "reason", "code")),
    "mailing.created": ("a mailing was made", ("mailing_id", "status")),
    "mailing.changed": ("it was changed", ("mailing_id", "fields")),
    "mailing.scheduled": ("it was released, and will start when its time comes", ("mailing_id",)),
    "mailing.started": ("it started; from now on it has a message", ("mailing_id", "message_id")),
    "mailing.expanded": ("all of its audience have their deliveries", ("mailing_id", "logger", "text")),
    "mailing.paused": ("it was paused", ("mailing_id",)),
    "mailing.resumed": ("it goes on", ("mailing_id",)),
    "mailing.cancelled": ("it was cancelled", ("mailing_id", "cancelled", "too_late")),
    "mailing.deleted": ("it was deleted", ("mailing_id", "cancelled", "too_late")),
    "mailing.retried": ("its failed deliveries are tried again", ("mailing_id", "retried", "duplicates")),
    "mailing.finished": ("nothing of it is left to send", ("mailing_id", "status")),
    "mailing.expired": ("its end came", ("mailing_id",)),
    "client.created": ("a client was added", ("client_id",)),
    "client.changed": ("members of a client were changed", ("client_id", "fields")),
    "client.imported": (
        "a client was added or changed by an import",
        ("client_id", "line", "fields", "status"),
    ),
    "client.opted_out": (
        "a client does not want messages",
        ("client_id", "channel", "channels", "by", "reason", "line"),
    ),
    "client.opted_in": ("a client wants messages again", ("client_id", "channel", "channels", "by", "line")),
    "client.erased": (
        "a client was deleted, and what is personal with it",
        ("client_id", "cancelled", "too_late"),
    ),
    "clients.imported": (
        "a table was imported",
        ("added", "updated", "failed", "dry_run"),
    ),
    "clients.exported": ("clients were exported", ("clients",)),
    "person.wrote": (
        "a messenger told what a person did",
        ("channel", "sender", "kind", "reason", "client_id"),
    ),
    "template.changed": (
        "a variant of a template was set, which made a new version",
        ("template", "template_version", "language", "channel"),
    ),
    "template.removed": (
        "variants of a template were removed",
        ("template", "template_version", "language", "channel"),
    ),
    "key.created": ("an API key was made", ("key_id", "scopes")),
    "key.revoked": ("an API key was revoked", ("key_id",)),
    "sender.rests": ("an account rests: see docs/circuit-breaker.md", ("channel", "sender", "logger", "text")),
    "sender.goes_on": ("it goes on", ("channel", "sender", "logger", "text")),
    "log.dropped": ("lines could not be written, and are lost", ("lines",)),
    LOG: ("any other line", ("logger", "text", "exception")),
}
"""By name: what happened, and which fields a record of it may have beside `HEAD`."""
