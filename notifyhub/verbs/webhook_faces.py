"""The methods for webhooks and events that users call; see `faces`."""

from __future__ import annotations

from notifyhub.verbs.two_ways import awaited, both
from notifyhub.verbs.webhooks import EventVerbs, WebhookVerbs


class Webhooks:
    """The endpoints that events are posted to."""

    def __init__(self, verbs: WebhookVerbs) -> None:
        self._verbs = verbs

    create, acreate = both(WebhookVerbs.create)
    list, alist = both(WebhookVerbs.list)
    get, aget = both(WebhookVerbs.get)
    update, aupdate = both(WebhookVerbs.update)
    rotate, arotate = both(WebhookVerbs.rotate)
    delete, adelete = both(WebhookVerbs.delete)
    test, atest = both(WebhookVerbs.test)
    posts, aposts = both(WebhookVerbs.posts)
    replay, areplay = both(WebhookVerbs.replay)
    retry, aretry = both(WebhookVerbs.retry)


class Events:
    """What happened, to be read."""

    def __init__(self, verbs: EventVerbs) -> None:
        self._verbs = verbs

    list, alist = both(EventVerbs.list)


class AsyncWebhooks:
    """The endpoints that events are posted to, all methods awaited."""

    def __init__(self, verbs: WebhookVerbs) -> None:
        self._verbs = verbs

    create = awaited(WebhookVerbs.create)
    list = awaited(WebhookVerbs.list)
    get = awaited(WebhookVerbs.get)
    update = awaited(WebhookVerbs.update)
    rotate = awaited(WebhookVerbs.rotate)
    delete = awaited(WebhookVerbs.delete)
    test = awaited(WebhookVerbs.test)
    posts = awaited(WebhookVerbs.posts)
    replay = awaited(WebhookVerbs.replay)
    retry = awaited(WebhookVerbs.retry)


class AsyncEvents:
    """What happened, to be read, all methods awaited."""

    def __init__(self, verbs: EventVerbs) -> None:
        self._verbs = verbs

    list = awaited(EventVerbs.list)
