"""Everything that a hub can do, for the hub itself and for the service: one file for each topic."""

from __future__ import annotations

from typing import Any

from notifyhub.hub.audit import HubAudit
from notifyhub.hub.bulk import Bulk
from notifyhub.hub.bulk_actions import BulkActions
from notifyhub.hub.calls_shown import ShowingCalls
from notifyhub.hub.changing import Changing
from notifyhub.hub.channels import Channels
from notifyhub.hub.clients import HubClients
from notifyhub.hub.counting import HubStats
from notifyhub.hub.events import HubEvents
from notifyhub.hub.explaining import Explaining
from notifyhub.hub.keys import HubKeys
from notifyhub.hub.mailings import HubMailings
from notifyhub.hub.metering import Metering
from notifyhub.hub.reachability import HubReachability
from notifyhub.hub.reading import Reading
from notifyhub.hub.receiving import Receiving
from notifyhub.hub.repeating import Repeating
from notifyhub.hub.sessions import HubSessions
from notifyhub.hub.templates import HubTemplates
from notifyhub.hub.webhooks import HubWebhooks
from notifyhub.settings import Settings


class Core(Repeating, Reading, Changing, BulkActions, Explaining, ShowingCalls, Channels, Bulk, Receiving):
    """The verbs as coroutines, and what only the service needs: futures, raw bodies, queries to the store."""

    def __init__(self, settings: Settings | None = None, *, worker: bool | None = None, **given: Any) -> None:
        super().__init__(settings, worker=worker, **given)
        self.audit = HubAudit(self)
        self.keys = HubKeys(self)
        self.clients = HubClients(self)
        self.mailings = HubMailings(self)
        self.stats = HubStats(self)
        self.reachability = HubReachability(self)
        self.templates = HubTemplates(self)
        self.metering = Metering(self)
        self.webhooks = HubWebhooks(self)
        self.events = HubEvents(self)
        self.sessions = HubSessions(self)
