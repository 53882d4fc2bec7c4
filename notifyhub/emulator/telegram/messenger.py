"""The Telegram Bot API: `/bot<token>/<method>` and `/file/bot<token>/<file_path>`.

Facts from core.telegram.org/bots/api, and from the tdlib server source for the order of checks and the exact texts.
"""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable
from functools import lru_cache
from http import HTTPStatus
from typing import Any

from notifyhub.emulator.callbacks.caller import CallbackResult
from notifyhub.emulator.people.people import Deed
from notifyhub.emulator.shared.context import MessengerContext
from notifyhub.emulator.shared.wire import Answer, Arrival, Call, Refusal, html
from notifyhub.emulator.telegram.agreed import AGREED, Agreed
from notifyhub.emulator.telegram.answers import Refused, failure, too_many_requests
from notifyhub.emulator.telegram.asking import ASKED, Asking
from notifyhub.emulator.telegram.bots import Bot, Bots
from notifyhub.emulator.telegram.changing import CHANGES, Changing
from notifyhub.emulator.telegram.copying import Copying
from notifyhub.emulator.telegram.errors import BY_STATUS, OUTCOMES
from notifyhub.emulator.telegram.fields import Fields, read_fields
from notifyhub.emulator.telegram.hearing import Hearing
from notifyhub.emulator.telegram.invite_links import LINK_METHODS, InviteLinks
from notifyhub.emulator.telegram.media import Media
from notifyhub.emulator.telegram.messages import Messages
from notifyhub.emulator.telegram.methods import not_answered
from notifyhub.emulator.telegram.payments import PAYMENT_METHODS, Payments
from notifyhub.emulator.telegram.posting import FloodControl, Posting
from notifyhub.emulator.telegram.profile import PROFILE_METHODS
from notifyhub.emulator.telegram.sending import Sending
from notifyhub.emulator.telegram.topics import TOPIC_METHODS, Topics
from notifyhub.emulator.telegram.updates import Updates

PATH = re.compile(r"bot(?P<token>[^/]+)/(?:test/)?(?P<method>[^/]+)")
FILE_PATH = re.compile(r"file/bot(?P<token>[^/]+)/(?P<path>.+)")
TOKEN = re.compile(r"[1-9][0-9]*:.+")
TOKEN_LIMIT = 80
DEFAULT_RETRY_AFTER = 1
# The journal shows the first of these that is given as the text of a send.
TEXTS = ("caption", "question", "title", "first_name", "emoji")
UPDATES: dict[str, Callable[[Updates, Bot, Fields], Answer]] = {
    "setwebhook": Updates.set_webhook,
    "deletewebhook": Updates.delete_webhook,
    "getwebhookinfo": Updates.describe_webhook,
}


class Telegram:
    """Accepts every well-formed token; every chat exists.

    `submit` takes a call that a bot made without a request of its own: in the answer of its webhook.
    """

    channel = "telegram"

    def __init__(
        self,
        numbered_from: Callable[[], int],
        context: MessengerContext,
        submit: Callable[[str, Call], None],
    ) -> None:
        self._submit = submit
        self._bots = Bots()
        self._messages = Messages(numbered_from)
        self._media = Media(context.files, context.strictness)
        self._updates = Updates(context.callbacks, context.limits, self._called_back)
        self._topics = Topics(self._messages.next_id, context.strictness)
        self._links = InviteLinks()
        self._payments = Payments()
        posting = Posting(self._messages, self._bots, context.limits, context.acquaintances, self._topics)
        self._sends = Sending(posting, self._media).methods() | Copying(posting).methods()
        self._changing = Changing(self._messages, self._media)
        self._asking = Asking(self._media, self._topics)
        self._agreed = Agreed(self._messages)
        self._hearing = Hearing(self._bots, self._messages, self._updates)

    def aside(self, call: Call) -> Answer | Awaitable[Answer] | None:
        token, method = _address(call.path)
        if not method:
            return self._file(call)
        if method in self._sends:
            return None
        if not _well_formed(token):
            return failure(401, "Unauthorized: invalid token specified")
        try:
            return self._ask(token, read_fields(call, method))
        except Refused as refused:
            return refused.answer()

    def read(self, call: Call) -> Arrival:
        token, method = _address(call.path)
        fields = read_fields(call, method)
        text = fields.text("text") or next((fields[name] for name in TEXTS if fields.get(name)), "")
        return Arrival(fields.text("chat_id"), text, token, fields, token.partition(":")[0])

    def answer(self, call: Call, arrival: Arrival) -> Answer:
        if not _well_formed(arrival.token):
            return failure(401, "Unauthorized: invalid token specified")
        assert isinstance(arrival.content, Fields)
        try:
            return self._sends[arrival.content.method](_bot_id(arrival.token), arrival.content)
        except Refused as refused:
            return refused.answer()
        except FloodControl as flood:
            return too_many_requests(flood.wait_s)

    def refuse(self, refusal: Refusal) -> Answer:
        if refusal.status == 429:
            return too_many_requests(refusal.retry_after or DEFAULT_RETRY_AFTER)
        outcome = OUTCOMES.get(refusal.outcome or BY_STATUS.get(refusal.status, ""))
        if outcome is not None:
            return outcome.answer()
        # 502, 503 and 504 come from the front end, which does not speak JSON.
        return html(refusal.status, f"{refusal.status} {HTTPStatus(refusal.status).phrase}")

    def hear(self, address: str, bot: str, deed: Deed) -> dict[str, Any]:
        """Turn what a person did into an update for a bot. Raises `Unheard`."""
        return self._hearing.hear(address, bot, deed)

    def forget_people(self) -> None:
        """Forget what people did, and all messages. Webhooks and settings stay."""
        self._bots.forget_people()
        self._messages.clear()
        self._topics.clear()
        self._links.clear()

    def release(self) -> None:
        """End every getUpdates that waits."""
        self._bots.release()

    def _ask(self, token: str, fields: Fields) -> Answer | Awaitable[Answer]:
        method, bot_id = fields.method, _bot_id(token)
        if method in CHANGES:
            return CHANGES[method](self._changing, bot_id, fields)
        if method in ASKED:
            return ASKED[method](self._asking, self._bots.get(bot_id), fields)
        if method in PROFILE_METHODS:
            return PROFILE_METHODS[method](self._bots.get(bot_id), fields)
        if method in AGREED:
            return AGREED[method](self._agreed, self._bots.get(bot_id), fields)
        if method in TOPIC_METHODS:
            return TOPIC_METHODS[method](self._topics, self._bots.get(bot_id), fields)
        if method in LINK_METHODS:
            return LINK_METHODS[method](self._links, self._bots.get(bot_id), fields)
        if method in PAYMENT_METHODS:
            return PAYMENT_METHODS[method](self._payments, self._bots.get(bot_id), fields)
        if method == "getupdates":
            return self._poll(self._bots.get(bot_id), fields)
        if method not in UPDATES:
            raise not_answered(method)
        bot = self._bots.get(bot_id)
        bot.token = token
        return UPDATES[method](self._updates, bot, fields)

    async def _poll(self, bot: Bot, fields: Fields) -> Answer:
        try:
            return await self._updates.poll(bot, fields)
        except Refused as refused:
            return refused.answer()

    def _file(self, call: Call) -> Answer:
        match = FILE_PATH.fullmatch(call.path)
        if match is None:
            return failure(404, "Not Found")
        if not _well_formed(match["token"]):
            return failure(401, "Unauthorized: invalid token specified")
        return self._media.download(_bot_id(match["token"]), match["path"])

    def _called_back(self, bot: Bot, result: CallbackResult) -> None:
        """A webhook's answer may be a call of any form, such as `{"method": "sendMessage", "chat_id": 42, …}`."""
        headers = ((b"content-type", result.content_type.encode("latin-1", "replace")),)
        call = Call("POST", "", "", headers, result.answer)
        method = read_fields(call, "").text("method")
        if method:
            call.path = f"bot{bot.token}/{method}"
            self._submit(self.channel, call)


@lru_cache(4096)
def _address(path: str) -> tuple[str, str]:
    match = PATH.fullmatch(path)
    return (match["token"], match["method"].lower()) if match else ("", "")


@lru_cache(4096)
def _well_formed(token: str) -> bool:
    return len(token) <= TOKEN_LIMIT and TOKEN.fullmatch(token) is not None


def _bot_id(token: str) -> int:
    return int(token.partition(":")[0])
