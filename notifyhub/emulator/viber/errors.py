"""The statuses of the Viber REST Bot API, as in "Error codes" of developers.viber.com/docs/api/rest-bot-api.

Application errors come with HTTP 200; the verdict is the integer `status` in the body.
"""

from __future__ import annotations

from typing import Any

import orjson

from notifyhub.emulator.shared.wire import Answer, Outcome

HOST = "SN-CHAT-01_"

INVALID_URL = 1
INVALID_TOKEN = 2
BAD_DATA = 3
MISSING_DATA = 4
NOT_REGISTERED = 5
NOT_SUBSCRIBED = 6
WEBHOOK_NOT_SET = 10
TOO_MANY_REQUESTS = 12
API_VERSION_NOT_SUPPORTED = 13
INCOMPATIBLE_WITH_VERSION = 14
BROADCAST_NOT_ALLOWED = 20
BAD_RECEIVER = 999

STATUSES = {
    INVALID_URL: "invalidUrl",
    INVALID_TOKEN: "invalidAuthToken",
    BAD_DATA: "badData",
    MISSING_DATA: "missingData",
    NOT_REGISTERED: "receiverNotRegistered",
    NOT_SUBSCRIBED: "receiverNotSubscribed",
    7: "publicAccountBlocked",
    8: "publicAccountNotFound",
    9: "publicAccountSuspended",
    WEBHOOK_NOT_SET: "webhookNotSet",
    11: "receiverNoSuitableDevice",
    TOO_MANY_REQUESTS: "tooManyRequests",
    API_VERSION_NOT_SUPPORTED: "apiVersionNotSupported",
    INCOMPATIBLE_WITH_VERSION: "incompatibleWithVersion",
    15: "publicAccountNotAuthorized",
    16: "inchatReplyMessageNotAllowed",
    17: "publicAccountIsNotInline",
    18: "noPublicChat",
    19: "cannotSendBroadcast",
    BROADCAST_NOT_ALLOWED: "broadcastNotAllowed",
    21: "unsupportedCountry",
    22: "paymentUnsupported",
    23: "freeMessagesExceeded",
    24: "noBalance",
    BAD_RECEIVER: "Bad receiver ID",
}
UNKNOWN = "generalError"

# HTTP statuses of a fault → the code with the same meaning. Others are real HTTP statuses of the front end.
CODE_OF_STATUS = {
    400: BAD_DATA,
    401: INVALID_TOKEN,
    403: NOT_SUBSCRIBED,
    404: NOT_REGISTERED,
    429: TOO_MANY_REQUESTS,
}


OUTCOMES: dict[str, Outcome] = {
    "blocked": Outcome(NOT_SUBSCRIBED, "the person has left the bot; Viber has no other word for a block"),
    "not_a_user": Outcome(NOT_REGISTERED, "no Viber account has this id"),
    "token_revoked": Outcome(INVALID_TOKEN, "the token was replaced in the admin panel"),
    "account_blocked": Outcome(7, "Viber has blocked the bot itself"),
    "account_suspended": Outcome(9, "Viber has suspended the bot for a while"),
    "webhook_not_set": Outcome(WEBHOOK_NOT_SET, "a bot without a webhook may not send"),
    "no_suitable_device": Outcome(11, "the person's app is too old, or on a device without bots"),
    "rate_limited": Outcome(TOO_MANY_REQUESTS, "too many requests, or 100 messages to a person without an answer"),
    "country_not_supported": Outcome(21, "messages to this person's country are not offered"),
    "out_of_quota": Outcome(23, "the month's free messages out of a session are used up"),
    "no_balance": Outcome(24, "a billable bot without money"),
}


def error(code: int, message: str = "", **more: Any) -> Answer:
    """A refusal with `code`, and the documented text unless `message` is given."""
    body = {"status": code, "status_message": message or STATUSES.get(code, UNKNOWN), **more}
    return Answer(status=200, body=orjson.dumps(body), code=code)


def ok(**more: Any) -> Answer:
    """A successful call other than a send."""
    return Answer(status=200, body=orjson.dumps({"status": 0, "status_message": "ok", **more}), code=0)
