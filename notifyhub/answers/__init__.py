"""The results of the library, the REST API and the command line: one set of models for all three."""

from __future__ import annotations

from notifyhub.answers.audit import (
    About,
    AuditEntry,
    AuditPage,
)
from notifyhub.answers.base import (
    Answer,
)
from notifyhub.answers.clients import (
    Client,
    ClientPage,
    DeletedClient,
    Import,
    RowError,
)
from notifyhub.answers.erasures import (
    Erasure,
    ErasurePage,
)
from notifyhub.answers.events import (
    OUTGOING,
    DeliveryEvent,
    DeliveryFacts,
    EventPage,
    MailingEvent,
    MailingFacts,
    MessageEvent,
    MessageFacts,
    OutgoingEvent,
    PersonEvent,
    PersonFacts,
    WebhookEvent,
    WebhookFacts,
)
from notifyhub.answers.live import (
    Live,
    LiveChannel,
)
from notifyhub.answers.mailings import (
    CancelledMailing,
    Mailing,
    MailingPage,
    RetriedMailing,
    SendWindow,
)
from notifyhub.answers.messages import (
    AddressForm,
    Attempt,
    Backlog,
    BulkResult,
    Cancelled,
    Chain,
    ChainStep,
    Channel,
    ChannelHealth,
    Channels,
    Delivery,
    DeliveryPage,
    DeliveryResult,
    DeliveryResults,
    Event,
    Key,
    KeyPage,
    Message,
    MessagePage,
    MessengerCall,
    Receipt,
    Retried,
    Retrying,
    Stories,
    Story,
    Trouble,
)
from notifyhub.answers.previews import (
    AudienceCount,
    Example,
    Preview,
)
from notifyhub.answers.reachability import (
    Cleared,
    Reachability,
    ReachabilityPage,
)
from notifyhub.answers.senders import (
    SenderState,
    SettingInEffect,
    SettingsInEffect,
)
from notifyhub.answers.sessions import (
    LoginLink,
    Session,
    SessionPage,
)
from notifyhub.answers.statistics import (
    CounterCheck,
    CounterDifference,
    MailingStatistics,
    Period,
    Statistics,
)
from notifyhub.answers.templates import (
    RenderedText,
    Template,
    TemplatePage,
    TemplateVariant,
    TemplateVersion,
    TemplateVersions,
)
from notifyhub.answers.webhooks import (
    DeletedWebhook,
    Post,
    PostPage,
    PostTry,
    Reposted,
    Webhook,
    WebhookPage,
)

__all__ = [
    # base
    "Answer",
    # audit
    "About",
    "AuditEntry",
    "AuditPage",
    # clients
    "Client",
    "DeletedClient",
    "ClientPage",
    "RowError",
    "Import",
    # erasures
    "Erasure",
    "ErasurePage",
    # mailings
    "SendWindow",
    "Mailing",
    "MailingPage",
    "CancelledMailing",
    "RetriedMailing",
    # messages
    "Attempt",
    "Receipt",
    "Chain",
    "ChainStep",
    "Delivery",
    "Message",
    "MessengerCall",
    "Event",
    "Story",
    "Stories",
    "AddressForm",
    "Retrying",
    "Trouble",
    "ChannelHealth",
    "Backlog",
    "Channel",
    "Channels",
    "BulkResult",
    "Cancelled",
    "Retried",
    "DeliveryResult",
    "DeliveryResults",
    "Key",
    "KeyPage",
    "DeliveryPage",
    "MessagePage",
    # previews
    "AudienceCount",
    "Preview",
    "Example",
    # reachability
    "Reachability",
    "ReachabilityPage",
    "Cleared",
    # senders
    "SenderState",
    "SettingInEffect",
    "SettingsInEffect",
    # sessions
    "LoginLink",
    "Session",
    "SessionPage",
    # statistics
    "Period",
    "Statistics",
    "MailingStatistics",
    "CounterDifference",
    "CounterCheck",
    "Live",
    "LiveChannel",
    # templates
    "TemplateVariant",
    "Template",
    "TemplatePage",
    "TemplateVersion",
    "TemplateVersions",
    "RenderedText",
    # events
    "OutgoingEvent",
    "OUTGOING",
    "EventPage",
    "DeliveryEvent",
    "DeliveryFacts",
    "MessageEvent",
    "MessageFacts",
    "MailingEvent",
    "MailingFacts",
    "PersonEvent",
    "PersonFacts",
    "WebhookEvent",
    "WebhookFacts",
    # webhooks
    "Webhook",
    "WebhookPage",
    "DeletedWebhook",
    "Post",
    "PostTry",
    "PostPage",
    "Reposted",
]
