"""Reasons and codes in plain words. Each completes "Telegram refused it (403): …"."""

from __future__ import annotations

from types import MappingProxyType

_NOBODY_KNOWS = "it is unknown whether it was accepted"

REASONS = MappingProxyType(
    {
        "bad_markup": "the formatting in the text is broken",
        "bad_request": "it will never accept this request",
        "chat_migrated": "the group has become a supergroup with a new id, which is in the response",
        "configuration": "the channel is set up wrongly or blocked there (token, rights, balance)",
        "content_refused": "it takes the mail for spam, or for dangerous",
        "empty_text": "there is no text to show",
        "forbidden": "the sender may not write there",
        "greylisted": "it puts off mail from senders that it does not know yet",
        "held_back": "this person got too much marketing lately",
        "mailbox_full": "the person's mailbox is full",
        "messenger_error": "it has an error of its own",
        "no_rights": "the sender has no right to write in this chat",
        "not_a_member": "the sender is not, or no longer, in this chat",
        "not_enabled": "this feature is not enabled for the sender's account",
        "not_subscribed": "the person must first write to the sender or subscribe",
        "rate_limited": "it was sent too fast",
        "recipient_blocked": "the person does not want messages from this sender",
        "recipient_changed": "the person's identity has changed since",
        "recipient_deactivated": "the person's account was deleted",
        "recipient_is_bot": "a bot cannot write to another bot",
        "recipient_is_sender": "the recipient is the sender itself",
        "recipient_not_allowed": "a test number may only write to the numbers on its list",
        "recipient_unknown": "nobody has this address, or the sender may not know it",
        "recipient_unreachable": "the person exists, but cannot receive this",
        "refused": "it does not say why; a retry may help",
        "text_too_long": "the text is too long",
        "unreachable": "no connection could be made, so nothing was sent",
        "window_closed": "more than 24 hours have passed since the person wrote; only a template may be sent now",
    }
)
"""Why a messenger did not accept a message: the reasons of the providers' tables."""

CODES = MappingProxyType(
    {
        "not_connected": "no connection could be made, so nothing was sent",
        "timeout": f"no response arrived in time, so {_NOBODY_KNOWS}",
        "connection_lost": f"the connection broke before the response arrived, so {_NOBODY_KNOWS}",
        "bad_answer": f"the response made no sense, so {_NOBODY_KNOWS}",
        "worker_lost": f"the process that was sending it died before it recorded the response, so {_NOBODY_KNOWS}",
        "interrupted": f"the process that was sending it was stopped before the response arrived, so {_NOBODY_KNOWS}",
        "provider_error": f"a bug in the channel's provider (see the log); {_NOBODY_KNOWS}",
        "no_such_host": "there is no host of this name",
        "tls_failed": "no encrypted connection could be made",
        "tls_missing": "it offers no encryption",
        "login_missing": "it offers no login",
        "not_encodable": "the text contains an invalid character",
    }
)
"""Our own codes: for calls that ended without a code from the messenger."""

ENDINGS = MappingProxyType(
    {
        "paced": "a rate limit had no place for it before",
        "exhausted": "no attempts are left",
        "too_late": "it expired before it could be sent",
        "unconfirmed": _NOBODY_KNOWS,
        "send_window_closed": "the send window of its mailing does not open again before the end",
        "mailing_cancelled": "its mailing was cancelled",
        "client_deleted": "the client was deleted",
        "opted_out": "the person opted out",
        "no_address": "the client no longer has an address on this channel",
        "duplicate": "another delivery sends the same to this address",
        "not_confirmed": "no receipt said in time that it was delivered",
        "missing_variable": "its template reads a variable that the client does not have",
        "no_variant": "its template has no variant for the client's language on this channel",
        "template_failed": "its template cannot be filled with what the client has",
        "wording_too_long": "its template makes a text that is too long for this channel",
        "confirmed_late": "a receipt said after all that a former step was delivered",
    }
)
"""Our own reasons: why a delivery ended without a decision of the messenger."""


def in_words(reason: str) -> str:
    """A reason in words; an unknown reason (of a plugin's provider) as it is."""
    return REASONS.get(reason) or ENDINGS.get(reason) or reason.replace("_", " ")
