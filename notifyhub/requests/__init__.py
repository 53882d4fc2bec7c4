"""What a caller may ask: the same models for library, REST and command line, so that bad input meets the same words."""

from __future__ import annotations

from notifyhub.requests.calls import To, members_of_call
from notifyhub.requests.fields import LONGEST_TEXT, MOST_METADATA_BYTES, Priority
from notifyhub.requests.ids import as_message_id, as_row_id
from notifyhub.requests.json_text import BROKEN_JSON
from notifyhub.requests.keys import ADMIN, SCOPES, check_key
from notifyhub.requests.models import MessageRequest, Recipient, addresses, message_request

__all__ = [
    # the request
    "MessageRequest",
    "Recipient",
    "Priority",
    "message_request",
    "members_of_call",
    "To",
    "addresses",
    # names of stored things
    "as_message_id",
    "as_row_id",
    # API keys
    "check_key",
    "SCOPES",
    "ADMIN",
    # its limits and faults
    "LONGEST_TEXT",
    "MOST_METADATA_BYTES",
    "BROKEN_JSON",
]
