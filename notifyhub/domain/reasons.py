"""Reasons and codes in words that a tired person understands. Each completes "Telegram refused it (403): …"."""

from __future__ import annotations

from types import MappingProxyType

_NOBODY_KNOWS = "nobody can know whether it was accepted"

REASONS = MappingProxyType(
    {
        "bad_markup": "the formatting in the text is broken",
        "bad_request": "it will never take this request",
        "chat_migrated": "the group has become a supergroup with another id, which stands in its answer",
        "configuration": "the channel is set up wrongly or shut off there (token, rights, balance)",
        "empty_text": "there is no text to show",
        "forbidden": "the sender may not write there",
        "held_back": "this person had too much marketing lately",
        "messenger_error": "there is trouble on its own side",
        "no_rights": "the sender has no right to write in this chat",
        "not_a_member": "the sender is not, or no longer, in this chat",
        "not_enabled": "the sender's account has not been given this feature",
        "not_subscribed": "the person has to write to the sender, or subscribe, first",
        "rate_limited": "it was sent too fast",
        "recipient_blocked": "the person does not want messages from this sender",
        "recipient_changed": "the person's identity has changed since",
        "recipient_deactivated": "the person's account was deleted",
        "recipient_is_bot": "a bot cannot write to another bot",
        "recipient_is_sender": "the recipient is the sender itself",
        "recipient_not_allowed": "a test number may write to its own list of people only",
        "recipient_unknown": "there is nobody at this address, or nobody whom the sender may know",
        "recipient_unreachable": "the person exists, but cannot get this",
        "refused": "it does not say why; another try may help",
        "text_too_long": "the text is too long",
        "unreachable": "no connection could be made, so nothing was sent",
        "window_closed": "more than 24 hours have passed since the person wrote; only a template may be sent now",
    }
)
"""Why a messenger did not accept a message: the reasons of the providers' tables."""

CODES = MappingProxyType(
    {
        "not_connected": "no connection could be made, so nothing was sent",
        "timeout": f"no answer came in time, so {_NOBODY_KNOWS}",
        "connection_lost": f"the connection broke before the answer came, so {_NOBODY_KNOWS}",
        "bad_answer": f"the answer made no sense, so {_NOBODY_KNOWS}",
        "worker_lost": f"the process that was sending it died before it recorded the answer, so {_NOBODY_KNOWS}",
        "interrupted": f"the process that was sending it was stopped before the answer came, so {_NOBODY_KNOWS}",
        "provider_error": f"a bug of the channel's adapter, which is in the log; {_NOBODY_KNOWS}",
        "not_encodable": "the text holds what is no character",
    }
)
"""Codes of our own: what became of a call that no messenger's code tells of."""

ENDINGS = MappingProxyType(
    {
        "exhausted": "no attempts are left",
        "too_late": "its end came before it could go out",
        "unconfirmed": _NOBODY_KNOWS,
    }
)
"""Reasons that are ours: why a delivery ended without the messenger's last word."""


def in_words(reason: str) -> str:
    """A reason in words; a reason of somebody's own provider as it is."""
    return REASONS.get(reason) or ENDINGS.get(reason) or reason.replace("_", " ")
