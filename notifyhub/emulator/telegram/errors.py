"""Every error that a fault can ask the Bot API for, by the name of the outcome, with its reason.

Texts from the tdlib server source; Telegram says that they may change, so callers should go by status and parameters.
"""

from __future__ import annotations

from dataclasses import dataclass

from notifyhub.emulator.shared.wire import Answer
from notifyhub.emulator.telegram.answers import failure

MIGRATED_TO = -1_001_234_567_890


@dataclass(frozen=True, slots=True)
class Outcome:
    """HTTP status and description as on the wire; `reason` is for people."""

    status: int
    description: str
    reason: str
    migrated_to: int | None = None

    def answer(self) -> Answer:
        parameters = None if self.migrated_to is None else {"migrate_to_chat_id": self.migrated_to}
        return failure(self.status, self.description, parameters)


OUTCOMES: dict[str, Outcome] = {
    "blocked": Outcome(403, "Forbidden: bot was blocked by the user", "the person has stopped the bot"),
    "not_a_user": Outcome(400, "Bad Request: chat not found", "no such chat, or the bot has never met it"),
    "token_revoked": Outcome(401, "Unauthorized", "the bot's owner has made a new token"),
    "deactivated": Outcome(403, "Forbidden: user is deactivated", "the account was deleted"),
    "never_started": Outcome(
        403, "Forbidden: bot can't initiate conversation with a user", "the person has never pressed Start"
    ),
    "is_a_bot": Outcome(403, "Forbidden: the bot can't send messages to the bot", "bots cannot write to bots"),
    "migrated": Outcome(
        400,
        "Bad Request: group chat was upgraded to a supergroup chat",
        "the group has a new id, which the answer gives",
        MIGRATED_TO,
    ),
    "kicked": Outcome(403, "Forbidden: bot was kicked from the supergroup chat", "an administrator removed the bot"),
    "not_a_member": Outcome(
        403, "Forbidden: bot is not a member of the channel chat", "the bot was never added to the channel"
    ),
    "chat_deleted": Outcome(403, "Forbidden: the group chat was deleted", "the group is gone"),
    "no_write_access": Outcome(400, "Bad Request: have no write access to the chat", "the bot may only read"),
    "no_rights": Outcome(
        400, "Bad Request: not enough rights to send text messages to the chat", "the group forbids texts"
    ),
    "not_an_administrator": Outcome(
        400, "Bad Request: need administrator rights in the channel chat", "only administrators post in channels"
    ),
    "no_thread": Outcome(400, "Bad Request: message thread not found", "the forum topic is gone"),
    "private_chat_not_found": Outcome(400, "Bad Request: private chat not found", "the person has never met the bot"),
    "button_url_invalid": Outcome(400, "Bad Request: BUTTON_URL_INVALID", "a button leads to no usable address"),
    "media_unreachable": Outcome(
        400, "Bad Request: failed to get HTTP URL content", "Telegram could not fetch the file from its address"
    ),
    "wrong_path": Outcome(404, "Not Found", "the token or the path is malformed"),
    "too_large": Outcome(413, "Request Entity Too Large", "the upload is over 50 MB"),
    "wrong_server": Outcome(
        421, "Misdirected Request: unallowed token specified", "a self-hosted server does not serve this bot"
    ),
    "restarting": Outcome(500, "Internal Server Error: restart", "the server is being restarted"),
    "lost_message": Outcome(
        500,
        "Internal Server Error: sent message was immediately deleted and can't be returned",
        "something removed the message at once",
    ),
}

# HTTP status of a fault → its outcome. 502, 503 and 504 come from the front end, without JSON.
BY_STATUS = {
    400: "not_a_user",
    401: "token_revoked",
    403: "blocked",
    404: "wrong_path",
    413: "too_large",
    421: "wrong_server",
    500: "restarting",
}
