"""The errors of the Graph API, as in "Error codes" of the Cloud API (developers.facebook.com).

`code` and `error_data.details` decide; HTTP statuses differ between versions of Meta's own table.
"""

from __future__ import annotations

import base64
from typing import Any, NamedTuple

import orjson

from notifyhub.emulator.shared.wire import Answer, Outcome, Tokens

INVALID = 100
AUTH = 190
CALLBACK_FAILED = 2200
UNKNOWN_PATH = 2500
RATE_HIT = 130429
MISSING = 131008
BAD_VALUE = 131009
SAME_NUMBER = 131021
UNDELIVERABLE = 131026
NOT_ALLOWED = 131030
WINDOW_CLOSED = 131047
UNSUPPORTED_TYPE = 131051
UPLOAD_FAILED = 131053
PAIR_RATE_HIT = 131056
PARAMETER_COUNT = 132000
NO_TEMPLATE = 132001
WRONG_PIN = 133005
NOT_REGISTERED = 133010

# Code → HTTP status and title. Other codes have status 400.
CODES = {
    0: (401, "AuthException"),
    1: (400, "API Unknown"),
    2: (503, "Service temporarily unavailable"),
    3: (500, "Capability or permissions issue"),
    4: (400, "Application request limit reached"),
    10: (403, "Permission denied"),
    33: (400, "Parameter value is not valid"),
    INVALID: (400, "Invalid parameter"),
    101: (400, "Error validating application"),
    AUTH: (401, "Invalid OAuth access token - Cannot parse access token"),
    200: (403, "Permission denied"),
    368: (403, "Temporarily blocked for policies violations"),
    CALLBACK_FAILED: (400, "Callback verification failed"),
    80007: (400, "Rate limit issues"),
    RATE_HIT: (400, "Rate limit hit"),
    130472: (400, "User's number is part of an experiment"),
    130497: (403, "Business account is restricted from messaging users in this country."),
    131000: (500, "Something went wrong"),
    131005: (403, "Access denied"),
    MISSING: (400, "Required parameter is missing"),
    BAD_VALUE: (400, "Parameter value is not valid"),
    131016: (500, "Service unavailable"),
    SAME_NUMBER: (400, "Recipient cannot be sender"),
    UNDELIVERABLE: (400, "Message undeliverable"),
    NOT_ALLOWED: (400, "Recipient phone number not in allowed list"),
    131031: (403, "Account has been locked"),
    131037: (400, "WhatsApp provided number needs display name approval before message can be sent"),
    131042: (400, "Business eligibility payment issue"),
    131045: (500, "Incorrect certificate"),
    WINDOW_CLOSED: (400, "Re-engagement message"),
    131048: (400, "Spam rate limit hit"),
    131049: (400, "This message was not delivered to maintain healthy ecosystem engagement"),
    131050: (400, "User has stopped receiving marketing messages"),
    UNSUPPORTED_TYPE: (400, "Unsupported message type"),
    131052: (400, "Media download error"),
    UPLOAD_FAILED: (400, "Media upload error"),
    PAIR_RATE_HIT: (400, "(Business Account, Consumer Account) pair rate limit hit"),
    131057: (500, "Account in maintenance mode"),
    131062: (400, "Business-scoped user ids are not supported"),
    131063: (400, "Marketing templates are disabled"),
    131064: (400, "Messaging limit after template classification violations"),
    PARAMETER_COUNT: (400, "Template param count mismatch"),
    NO_TEMPLATE: (404, "Template does not exist"),
    132005: (400, "Template hydrated text too long"),
    132007: (400, "Template format character policy violated"),
    132008: (400, "Template parameter value is not valid"),
    132012: (400, "Template parameter format mismatch"),
    132015: (400, "Template is paused"),
    132016: (400, "Template is disabled"),
    132068: (400, "Flow is in blocked state"),
    132069: (400, "Flow is in throttled state"),
    133000: (500, "Incomplete deregistration"),
    133004: (503, "Server temporarily unavailable"),
    WRONG_PIN: (400, "Two step verification PIN mismatch"),
    133006: (400, "Phone number re-verification needed"),
    133008: (400, "Too many two step verification PIN guesses"),
    133009: (400, "Two step verification PIN guessed too fast"),
    NOT_REGISTERED: (400, "Phone number not registered"),
    133015: (400, "Phone number was deleted recently, try again later"),
    133016: (400, "Account register deregister rate limit exceeded"),
    135000: (400, "Generic user error"),
    137000: (400, "Recipient identity key hash mismatch"),
}
UNKNOWN = (400, "Unknown error")
# The titles of these have no number in front.
BARE = frozenset({0, AUTH})
CODE_OF_STATUS = {400: INVALID, 401: AUTH, 403: 131005, 404: NO_TEMPLATE, 429: RATE_HIT, 500: 131000, 503: 133004}
HREF = "https://developers.facebook.com/docs/whatsapp/cloud-api/support/error-codes/"


OUTCOMES: dict[str, Outcome] = {
    "blocked": Outcome(131050, "the person stopped messages of this business; a plain block is never told"),
    "not_a_user": Outcome(UNDELIVERABLE, "no WhatsApp account has this number"),
    "token_revoked": Outcome(AUTH, "the access token has expired or was taken back"),
    "window_closed": Outcome(WINDOW_CLOSED, "the person has not written for 24 hours: only a template may go"),
    "not_allowed": Outcome(NOT_ALLOWED, "a test number writes to the numbers on its own list only"),
    "held_back": Outcome(131049, "too much marketing for this person: held back for a day"),
    "experiment": Outcome(130472, "the person is in an experiment group of Meta's"),
    "country_not_supported": Outcome(130497, "the account may not write to this country"),
    "rate_limited": Outcome(RATE_HIT, "the business number has reached its throughput"),
    "pair_rate_limited": Outcome(PAIR_RATE_HIT, "too many messages to this one person"),
    "spam_limited": Outcome(131048, "too many people have blocked or reported the number"),
    "account_blocked": Outcome(368, "Meta has blocked the account for a breach of its policies"),
    "account_locked": Outcome(131031, "Meta has locked the account"),
    "no_template": Outcome(NO_TEMPLATE, "the template is missing, or not approved in that language"),
    "template_paused": Outcome(132015, "the template was paused for its quality"),
    "maintenance": Outcome(131057, "the account is in maintenance, for a minute or so"),
    "no_balance": Outcome(131042, "the account's payment method does not work"),
}


class Fault(NamedTuple):
    """The fault of a call: the code, and message and details if the code's title is not enough."""

    code: int
    message: str = ""
    details: str = ""


def title_of(code: int) -> str:
    return CODES.get(code, UNKNOWN)[1]


def required(name: str) -> Fault:
    """A parameter of the call is missing."""
    return Fault(INVALID, f"(#100) The parameter {name} is required.")


def invalid(text: str) -> Fault:
    """A parameter that Graph refuses; `text` says why."""
    return Fault(INVALID, f"(#100) {text}")


def missing(name: str) -> Fault:
    """A parameter of the message is missing."""
    return Fault(MISSING, details=f"Required parameter is missing: {name}")


def bad_value(details: str) -> Fault:
    """A parameter of the message has an invalid value."""
    return Fault(BAD_VALUE, details=details)


class Envelope:
    """Turns faults into answers, each with its own trace id."""

    def __init__(self, tokens: Tokens) -> None:
        self._tokens = tokens

    def fault(self, fault: Fault, status: int = 0, **more: Any) -> Answer:
        """`status` 0: the one for the code."""
        usual, title = CODES.get(fault.code, UNKNOWN)
        message = fault.message or (title if fault.code in BARE else f"(#{fault.code}) {title}")
        error = {
            "message": message,
            "type": "OAuthException",
            "code": fault.code,
            **more,
            "error_data": {"messaging_product": "whatsapp", "details": fault.details or message},
            "fbtrace_id": self._trace_id(),
        }
        return Answer(status=status or usual, body=orjson.dumps({"error": error}), code=fault.code)

    def unknown_object(self, object_id: str, method: str) -> Answer:
        """There is no such object, or this token may not see it: Graph does not say which."""
        message = (
            f"Unsupported {method.lower()} request. Object with ID '{object_id}' does not exist, cannot be loaded due "
            "to missing permissions, or does not support this operation"
        )
        return self.fault(Fault(INVALID, message), type="GraphMethodException", error_subcode=33)

    def _trace_id(self) -> str:
        return "A" + base64.urlsafe_b64encode(self._tokens.next().to_bytes(16)).decode().rstrip("=")


def ok(body: dict[str, Any]) -> Answer:
    """A successful call other than a send."""
    return Answer(status=200, body=orjson.dumps(body), code=None)


def success() -> Answer:
    return ok({"success": True})
