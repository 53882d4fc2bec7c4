"""Invite links of groups and channels: exported, created, edited and revoked.

Codes such as INVITE_HASH_EXPIRED are those of Telegram's own API behind the Bot API (core.telegram.org/methods).
"""

from __future__ import annotations

import secrets
import time
from collections.abc import Callable
from typing import Any

from notifyhub.emulator.shared.bounded import Bounded
from notifyhub.emulator.shared.wire import Answer
from notifyhub.emulator.telegram.answers import bad, success
from notifyhub.emulator.telegram.bots import Bot
from notifyhub.emulator.telegram.chats import bot_user, chat_of
from notifyhub.emulator.telegram.fields import Fields

LINKS_CAP = 10_000
NAME_LIMIT = 32
MOST_MEMBERS = 99_999
PERIOD_S = 2_592_000
"""createChatSubscriptionInviteLink: "it must always be 2592000 (30 days)"."""
MOST_STARS = 10_000

Link = dict[str, Any]


class InviteLinks:
    """The links of all bots; each sees its own only. Above LINKS_CAP the one changed longest ago is forgotten."""

    def __init__(self) -> None:
        self._links: Bounded[tuple[int, int, str], Link] = Bounded(LINKS_CAP)
        self._primary: Bounded[tuple[int, int], str] = Bounded(LINKS_CAP)

    def clear(self) -> None:
        self._links.clear()
        self._primary.clear()

    def export(self, bot: Bot, fields: Fields) -> Answer:
        """Make a new primary link and revoke the bot's previous one."""
        chat = _chat(fields)
        before = self._primary.get((bot.id, chat["id"]))
        if before is not None and (old := self._links.get((bot.id, chat["id"], before))):
            self._keep(bot, chat, old | {"is_revoked": True})
        link = self._keep(bot, chat, self._new(bot) | {"is_primary": True})
        self._primary.put((bot.id, chat["id"]), link["invite_link"])
        return success(link["invite_link"])

    def create(self, bot: Bot, fields: Fields) -> Answer:
        chat = _chat(fields)
        return success(self._keep(bot, chat, self._new(bot) | _terms(fields)))

    def create_subscription(self, bot: Bot, fields: Fields) -> Answer:
        chat = _chat(fields)
        if chat["type"] != "channel":
            raise bad("CHAT_INVALID")
        if fields.number("subscription_period") != PERIOD_S:
            raise bad("SUBSCRIPTION_PERIOD_INVALID")
        price = fields.number("subscription_price")
        if not 1 <= price <= MOST_STARS:
            raise bad("STARS_AMOUNT_INVALID")
        terms = {"subscription_period": PERIOD_S, "subscription_price": price}
        return success(self._keep(bot, chat, self._new(bot) | _named(fields) | terms))

    def edit(self, bot: Bot, fields: Fields) -> Answer:
        """Replace all terms of a link: those left out are removed."""
        chat, link = self._known(bot, fields)
        if link["is_primary"]:
            raise bad("CHAT_INVITE_PERMANENT")
        kept = {name: link[name] for name in ("invite_link", "creator", "is_primary", "is_revoked")}
        return success(self._keep(bot, chat, kept | _terms(fields)))

    def edit_subscription(self, bot: Bot, fields: Fields) -> Answer:
        chat, link = self._known(bot, fields)
        return success(self._keep(bot, chat, {k: v for k, v in link.items() if k != "name"} | _named(fields)))

    def revoke(self, bot: Bot, fields: Fields) -> Answer:
        chat, link = self._known(bot, fields)
        return success(self._keep(bot, chat, link | {"is_revoked": True}))

    def _new(self, bot: Bot) -> Link:
        return {
            "invite_link": f"https://t.me/+{secrets.token_urlsafe(12)}",
            "creator": bot_user(bot.id),
            "creates_join_request": False,
            "is_primary": False,
            "is_revoked": False,
        }

    def _keep(self, bot: Bot, chat: dict[str, Any], link: Link) -> Link:
        return self._links.put((bot.id, chat["id"], link["invite_link"]), link)

    def _known(self, bot: Bot, fields: Fields) -> tuple[dict[str, Any], Link]:
        chat = _chat(fields)
        link = self._links.get((bot.id, chat["id"], fields.text("invite_link")))
        if link is None or link["is_revoked"]:
            raise bad("INVITE_HASH_EXPIRED")
        return chat, link


LINK_METHODS: dict[str, Callable[[InviteLinks, Bot, Fields], Answer]] = {
    "exportchatinvitelink": InviteLinks.export,
    "createchatinvitelink": InviteLinks.create,
    "editchatinvitelink": InviteLinks.edit,
    "createchatsubscriptioninvitelink": InviteLinks.create_subscription,
    "editchatsubscriptioninvitelink": InviteLinks.edit_subscription,
    "revokechatinvitelink": InviteLinks.revoke,
}


def _chat(fields: Fields) -> dict[str, Any]:
    chat = chat_of(fields.text("chat_id"))
    if chat["type"] == "private":
        raise bad("can't invite members to a private chat")
    return chat


def _named(fields: Fields) -> Link:
    name = fields.text("name").strip()[:NAME_LIMIT]
    return {"name": name} if name else {}


def _terms(fields: Fields) -> Link:
    limit, on_request = fields.number("member_limit"), fields.flag("creates_join_request")
    if not 0 <= limit <= MOST_MEMBERS:
        raise bad("USAGE_LIMIT_INVALID")
    if limit and on_request:
        raise bad("member limit can't be specified for links requiring administrator approval")
    terms: Link = _named(fields) | {"creates_join_request": on_request}
    if limit:
        terms["member_limit"] = limit
    if expire_date := fields.number("expire_date"):
        if expire_date <= time.time():
            raise bad("EXPIRE_DATE_INVALID")
        terms["expire_date"] = expire_date
    return terms
