"""The methods that users call. Each verb is here twice: `send` blocks, and `asend` is awaited.

`notifyhub.verbs.verbs` documents what they do, take and raise.
"""

from __future__ import annotations

from notifyhub.verbs.audit import AsyncAudit, Audit
from notifyhub.verbs.clients import ClientVerbs
from notifyhub.verbs.keys import KeyVerbs
from notifyhub.verbs.mailings import MailingVerbs
from notifyhub.verbs.reachability import ReachabilityVerbs
from notifyhub.verbs.statistics import StatVerbs
from notifyhub.verbs.templates import TemplateVerbs
from notifyhub.verbs.two_ways import awaited, both
from notifyhub.verbs.verbs import Verbs
from notifyhub.verbs.webhook_faces import AsyncEvents, AsyncWebhooks, Events, Webhooks


class Keys:
    """API keys."""

    def __init__(self, verbs: KeyVerbs) -> None:
        self._verbs = verbs

    create, acreate = both(KeyVerbs.create)
    list, alist = both(KeyVerbs.list)
    get, aget = both(KeyVerbs.get)
    revoke, arevoke = both(KeyVerbs.revoke)


class Clients:
    """The directory of clients."""

    def __init__(self, verbs: ClientVerbs) -> None:
        self._verbs = verbs

    create, acreate = both(ClientVerbs.create)
    get, aget = both(ClientVerbs.get)
    list, alist = both(ClientVerbs.list)
    count, acount = both(ClientVerbs.count)
    update, aupdate = both(ClientVerbs.update)
    delete, adelete = both(ClientVerbs.delete)
    import_, aimport = both(ClientVerbs.import_)
    export, aexport = both(ClientVerbs.export)
    erase, aerase = both(ClientVerbs.erase)
    erasure, aerasure = both(ClientVerbs.erasure)
    erasures, aerasures = both(ClientVerbs.erasures)


class Mailings:
    """Mailings over the directory of clients."""

    def __init__(self, verbs: MailingVerbs) -> None:
        self._verbs = verbs

    create, acreate = both(MailingVerbs.create)
    preview, apreview = both(MailingVerbs.preview)
    preview_as, apreview_as = both(MailingVerbs.preview_as)
    get, aget = both(MailingVerbs.get)
    list, alist = both(MailingVerbs.list)
    update, aupdate = both(MailingVerbs.update)
    test, atest = both(MailingVerbs.test)
    start, astart = both(MailingVerbs.start)
    pause, apause = both(MailingVerbs.pause)
    resume, aresume = both(MailingVerbs.resume)
    cancel, acancel = both(MailingVerbs.cancel)
    retry_failed, aretry_failed = both(MailingVerbs.retry_failed)
    stats, astats = both(MailingVerbs.stats)
    delete, adelete = both(MailingVerbs.delete)


class Reachability:
    """The addresses that nothing is sent to."""

    def __init__(self, verbs: ReachabilityVerbs) -> None:
        self._verbs = verbs

    list, alist = both(ReachabilityVerbs.list)
    suppress, asuppress = both(ReachabilityVerbs.suppress)
    clear, aclear = both(ReachabilityVerbs.clear)


class Templates:
    """Named texts with variables."""

    def __init__(self, verbs: TemplateVerbs) -> None:
        self._verbs = verbs

    set, aset = both(TemplateVerbs.set)
    get, aget = both(TemplateVerbs.get)
    list, alist = both(TemplateVerbs.list)
    versions, aversions = both(TemplateVerbs.versions)
    preview, apreview = both(TemplateVerbs.preview)
    delete, adelete = both(TemplateVerbs.delete)


class Messaging:
    """Messages and their deliveries."""

    _verbs: Verbs
    keys: Keys
    """API keys: `keys.create(…)`, `keys.list()`, `keys.get(…)`, `keys.revoke(…)`."""
    mailings: Mailings
    """Mailings: `mailings.create(…)`, `mailings.get(…)`, `mailings.pause(…)` and so on."""
    stats: Stats
    """Numbers: `stats.overall()`, and `check`, `repair`."""
    reachability: Reachability
    """Addresses that nothing is sent to: `reachability.list(…)`, `suppress` and `clear`."""
    clients: Clients
    """The directory: `clients.create(…)`, `clients.list(…)`, `get`, `update`, `delete`, `erase` and so on."""
    audit: Audit
    """Who did what: `audit.list(…)`."""
    templates: Templates
    """Named texts: `templates.set(…)`, `templates.preview(…)`, `list`, `get`, `versions` and `delete`."""
    webhooks: Webhooks
    """Where events are posted: `webhooks.create(…)`, `webhooks.replay(…)` and so on."""
    events: Events
    """What happened: `events.list(…)`."""

    send, asend = both(Verbs.send)
    send_many, asend_many = both(Verbs.send_many)

    message, amessage = both(Verbs.message)
    messages, amessages = both(Verbs.messages)
    delivery, adelivery = both(Verbs.delivery)
    deliveries, adeliveries = both(Verbs.deliveries)
    deliveries_by_id, adeliveries_by_id = both(Verbs.deliveries_by_id)
    # `await` alone is a keyword.
    wait, await_ = both(Verbs.wait)
    why, awhy = both(Verbs.why)
    request_of, arequest_of = both(Verbs.request_of)

    cancel, acancel = both(Verbs.cancel)
    cancel_deliveries, acancel_deliveries = both(Verbs.cancel_deliveries)
    bulk, abulk = both(Verbs.bulk)
    change, achange = both(Verbs.change)
    retry, aretry = both(Verbs.retry)
    resolve, aresolve = both(Verbs.resolve)

    channels, achannels = both(Verbs.channels)
    channel, achannel = both(Verbs.channel)


class AsyncKeys:
    """API keys, all methods awaited."""

    def __init__(self, verbs: KeyVerbs) -> None:
        self._verbs = verbs

    create = awaited(KeyVerbs.create)
    list = awaited(KeyVerbs.list)
    get = awaited(KeyVerbs.get)
    revoke = awaited(KeyVerbs.revoke)


class AsyncClients:
    """The directory of clients, all methods awaited."""

    def __init__(self, verbs: ClientVerbs) -> None:
        self._verbs = verbs

    create = awaited(ClientVerbs.create)
    get = awaited(ClientVerbs.get)
    list = awaited(ClientVerbs.list)
    count = awaited(ClientVerbs.count)
    update = awaited(ClientVerbs.update)
    delete = awaited(ClientVerbs.delete)
    import_ = awaited(ClientVerbs.import_)
    export = awaited(ClientVerbs.export)
    erase = awaited(ClientVerbs.erase)
    erasure = awaited(ClientVerbs.erasure)
    erasures = awaited(ClientVerbs.erasures)


class AsyncMailings:
    """Mailings over the directory of clients, all methods awaited."""

    def __init__(self, verbs: MailingVerbs) -> None:
        self._verbs = verbs

    create = awaited(MailingVerbs.create)
    preview = awaited(MailingVerbs.preview)
    preview_as = awaited(MailingVerbs.preview_as)
    get = awaited(MailingVerbs.get)
    list = awaited(MailingVerbs.list)
    update = awaited(MailingVerbs.update)
    test = awaited(MailingVerbs.test)
    start = awaited(MailingVerbs.start)
    pause = awaited(MailingVerbs.pause)
    resume = awaited(MailingVerbs.resume)
    cancel = awaited(MailingVerbs.cancel)
    retry_failed = awaited(MailingVerbs.retry_failed)
    stats = awaited(MailingVerbs.stats)
    delete = awaited(MailingVerbs.delete)


class Stats:
    """Everything that was sent, counted."""

    def __init__(self, verbs: StatVerbs) -> None:
        self._verbs = verbs

    overall, aoverall = both(StatVerbs.overall)
    now, anow = both(StatVerbs.now)
    check, acheck = both(StatVerbs.check)
    repair, arepair = both(StatVerbs.repair)


class AsyncStats:
    """Everything that was sent, counted, all methods awaited."""

    def __init__(self, verbs: StatVerbs) -> None:
        self._verbs = verbs

    overall = awaited(StatVerbs.overall)
    now = awaited(StatVerbs.now)
    check = awaited(StatVerbs.check)
    repair = awaited(StatVerbs.repair)


class AsyncReachability:
    """The addresses that nothing is sent to, all methods awaited."""

    def __init__(self, verbs: ReachabilityVerbs) -> None:
        self._verbs = verbs

    list = awaited(ReachabilityVerbs.list)
    suppress = awaited(ReachabilityVerbs.suppress)
    clear = awaited(ReachabilityVerbs.clear)


class AsyncTemplates:
    """Named texts with variables, all methods awaited."""

    def __init__(self, verbs: TemplateVerbs) -> None:
        self._verbs = verbs

    set = awaited(TemplateVerbs.set)
    get = awaited(TemplateVerbs.get)
    list = awaited(TemplateVerbs.list)
    versions = awaited(TemplateVerbs.versions)
    preview = awaited(TemplateVerbs.preview)
    delete = awaited(TemplateVerbs.delete)


class AsyncMessaging:
    """Messages and their deliveries, all methods awaited."""

    _verbs: Verbs
    keys: AsyncKeys
    """API keys: `await keys.create(…)` and so on."""
    clients: AsyncClients
    """The directory: `await clients.create(…)` and so on."""
    reachability: AsyncReachability
    """Addresses that nothing is sent to: `await reachability.list(…)` and so on."""
    mailings: AsyncMailings
    """Mailings: `await mailings.create(…)` and so on."""
    templates: AsyncTemplates
    """Named texts: `await templates.set(…)` and so on."""
    audit: AsyncAudit
    """Who did what: `await audit.list(…)`."""
    webhooks: AsyncWebhooks
    """Where events are posted: `await webhooks.create(…)` and so on."""
    events: AsyncEvents
    """What happened: `await events.list(…)`."""
    stats: AsyncStats
    """Numbers: `await stats.overall()`."""

    send = awaited(Verbs.send)
    send_many = awaited(Verbs.send_many)

    message = awaited(Verbs.message)
    messages = awaited(Verbs.messages)
    delivery = awaited(Verbs.delivery)
    deliveries = awaited(Verbs.deliveries)
    deliveries_by_id = awaited(Verbs.deliveries_by_id)
    wait = awaited(Verbs.wait)
    why = awaited(Verbs.why)
    request_of = awaited(Verbs.request_of)

    cancel = awaited(Verbs.cancel)
    cancel_deliveries = awaited(Verbs.cancel_deliveries)
    bulk = awaited(Verbs.bulk)
    change = awaited(Verbs.change)
    retry = awaited(Verbs.retry)
    resolve = awaited(Verbs.resolve)

    channels = awaited(Verbs.channels)
    channel = awaited(Verbs.channel)
