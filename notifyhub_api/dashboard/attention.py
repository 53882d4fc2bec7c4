"""What needs somebody: accounts that rest, what is held as unconfirmed, webhooks that cannot be reached."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple


class Concern(NamedTuple):
    """kind    rests, paused, unconfirmed, webhook_disabled, webhook_failing
    about   whose it is
    words   of the API; empty: the page's own, with `number`
    path    where to look
    """

    kind: str
    about: str
    words: str
    path: str
    number: int = 0


def attention(channels: Sequence[Mapping[str, Any]], webhooks: Sequence[Mapping[str, Any]]) -> list[Concern]:
    """The most urgent first."""
    return [*_of_accounts(channels), *_held(channels), *_of_webhooks(webhooks)]


def _of_accounts(channels: Sequence[Mapping[str, Any]]) -> Iterator[Concern]:
    for channel in channels:
        for account in channel["accounts"]:
            about = " ".join(filter(None, (channel["name"], account.get("sender"))))
            path = f"/channels/{channel['name']}"
            if account["state"] != "closed":
                words = ". ".join(filter(None, (account["words"], account.get("mend"))))
                yield Concern("rests", about, words, path)
            elif "paused_until" in account:
                yield Concern("paused", about, "", path)


def _held(channels: Sequence[Mapping[str, Any]]) -> Iterator[Concern]:
    for channel in channels:
        if channel["unconfirmed"]:
            path = f"/messages?show=deliveries&status=unconfirmed&channel={channel['name']}"
            yield Concern("unconfirmed", channel["name"], "", path, channel["unconfirmed"])


def _of_webhooks(webhooks: Sequence[Mapping[str, Any]]) -> Iterator[Concern]:
    for webhook in webhooks:
        path = f"/webhooks/{webhook['id']}"
        if not webhook["enabled"] and webhook.get("disabled_reason") != "operator":
            yield Concern("webhook_disabled", webhook["url"], "", path)
        elif webhook["enabled"] and "failing_since" in webhook:
            yield Concern("webhook_failing", webhook["url"], "", path)
