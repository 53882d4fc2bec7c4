"""What a caller may ask: the same models for library, REST and command line, so that bad input meets the same words."""

from __future__ import annotations

from notifyhub.requests.audience import AudienceRequest, audience_request
from notifyhub.requests.batches import BatchRequest, batch_request
from notifyhub.requests.bulk_actions import BulkRequest, bulk_request
from notifyhub.requests.changes import (
    ChangeRequest,
    IdsRequest,
    ResolveRequest,
    RetryRequest,
    Verdict,
    change_request,
    ids_request,
    resolve_request,
    retry_request,
)
from notifyhub.requests.client_lists import ClientFilters, checked_client_filters, client_filters
from notifyhub.requests.clients import ClientChangeRequest, ClientRequest, client_change_request, client_request
from notifyhub.requests.erasures import ErasureRequest, erasure_request
from notifyhub.requests.fields import LONGEST_TEXT, MOST_METADATA_BYTES, Priority
from notifyhub.requests.filters import Filters, checked_filters, list_filters
from notifyhub.requests.ids import as_message_id, as_row_id
from notifyhub.requests.json_text import BROKEN_JSON
from notifyhub.requests.keys import ADMIN, METRICS, SCOPES, KeyRequest, key_request
from notifyhub.requests.models import MessageRequest, Recipient, addresses, message_request, options_of

__all__ = [
    # the request
    "MessageRequest",
    "Recipient",
    "Priority",
    "message_request",
    "addresses",
    "options_of",
    "BulkRequest",
    "bulk_request",
    # the directory
    "ClientRequest",
    "client_request",
    "ClientChangeRequest",
    "client_change_request",
    "ClientFilters",
    "AudienceRequest",
    "audience_request",
    "client_filters",
    "checked_client_filters",
    "ErasureRequest",
    "erasure_request",
    # many of them, and what is to become of those that are there
    "BatchRequest",
    "batch_request",
    "ChangeRequest",
    "change_request",
    "RetryRequest",
    "retry_request",
    "ResolveRequest",
    "Verdict",
    "resolve_request",
    "IdsRequest",
    "ids_request",
    # lists
    "Filters",
    "list_filters",
    "checked_filters",
    # names of stored things
    "as_message_id",
    "as_row_id",
    # API keys
    "KeyRequest",
    "key_request",
    "METRICS",
    "SCOPES",
    "ADMIN",
    # its limits and faults
    "LONGEST_TEXT",
    "MOST_METADATA_BYTES",
    "BROKEN_JSON",
]
