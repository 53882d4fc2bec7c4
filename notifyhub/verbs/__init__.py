"""The verbs of notifyhub: what a user calls, blocking or awaited, on a hub here or on a service elsewhere."""

from __future__ import annotations

from notifyhub.verbs.audit import AsyncAudit, Audit, AuditVerbs, acting_as
from notifyhub.verbs.calls import To, as_arguments
from notifyhub.verbs.clients import ClientVerbs
from notifyhub.verbs.faces import (
    AsyncClients,
    AsyncKeys,
    AsyncMailings,
    AsyncMessaging,
    AsyncReachability,
    AsyncStats,
    AsyncTemplates,
    Clients,
    Keys,
    Mailings,
    Messaging,
    Reachability,
    Stats,
    Templates,
)
from notifyhub.verbs.keys import KeyVerbs
from notifyhub.verbs.mailings import MailingVerbs
from notifyhub.verbs.reachability import ReachabilityVerbs
from notifyhub.verbs.sessions import Sessions, SessionVerbs
from notifyhub.verbs.statistics import StatVerbs
from notifyhub.verbs.templates import TemplateVerbs
from notifyhub.verbs.two_ways import both, is_blocking, pause, result_of, within
from notifyhub.verbs.verbs import Filter, Moment, Outcome, Receives, Sends, Verbs
from notifyhub.verbs.webhook_faces import AsyncEvents, AsyncWebhooks, Events, Webhooks
from notifyhub.verbs.webhooks import EventVerbs, WebhookVerbs

__all__ = [
    # what there is to do
    "Sends",
    "Verbs",
    "KeyVerbs",
    "ClientVerbs",
    "MailingVerbs",
    "StatVerbs",
    "ReachabilityVerbs",
    "TemplateVerbs",
    "AuditVerbs",
    "WebhookVerbs",
    "EventVerbs",
    "SessionVerbs",
    "Receives",
    "To",
    "Outcome",
    "Filter",
    "Moment",
    # how it is offered
    "Messaging",
    "AsyncMessaging",
    "Keys",
    "AsyncKeys",
    "Clients",
    "AsyncClients",
    "Mailings",
    "AsyncMailings",
    "Stats",
    "AsyncStats",
    "Reachability",
    "AsyncReachability",
    "Templates",
    "AsyncTemplates",
    "Audit",
    "AsyncAudit",
    "acting_as",
    "Webhooks",
    "AsyncWebhooks",
    "Events",
    "AsyncEvents",
    "Sessions",
    # one body for both ways of calling
    "both",
    "result_of",
    "within",
    "pause",
    "is_blocking",
    # what went wrong, in its words
    "as_arguments",
]
