"""Why somebody cannot sign in through the provider: words for people, and details for whoever runs the installation."""

from __future__ import annotations

from types import MappingProxyType

from notifyhub.errors import NotifyhubError

AWAY = "provider_away"
UNUSABLE = "provider_unusable"
CLIENT = "client_refused"
DENIED = "denied"
ERROR = "provider_error"
LOST = "lost"
MIXED_UP = "mixed_up"
USED_UP = "used_up"
UNTRUSTED = "untrusted"
NO_ROLE = "no_role"

WORDS = MappingProxyType(
    {
        AWAY: "The sign-in provider does not answer. Try again later, or sign in with a one-time link.",
        UNUSABLE: "The sign-in provider gave an answer that cannot be used. Tell the administrator of notifyhub.",
        CLIENT: "The sign-in provider did not accept the client id or secret of notifyhub. Tell its administrator.",
        DENIED: "The sign-in was cancelled, or the provider did not allow it.",
        ERROR: "The sign-in provider reported an error. Try again.",
        LOST: "This sign-in was begun in another browser, or more than 10 minutes ago. Begin again.",
        MIXED_UP: "This answer does not belong to the sign-in that was begun last in this browser. Begin again.",
        USED_UP: "This sign-in was used already, or took too long. Begin again.",
        UNTRUSTED: "The sign-in provider's answer could not be verified. Tell the administrator of notifyhub.",
        NO_ROLE: "Sign-in refused: your account has none of the groups %(groups)s.",
    }
)
"""What people are told, by code; `%(…)s` are the refusal's `values`."""

_DETAIL_LIMIT = 300


class OidcSignInRefused(NotifyhubError):
    """Somebody cannot sign in through the provider.

    code    a stable word, one of WORDS
    words   one sentence for people, in English; translate it before `values` are put in with %
    values  what is put into the words
    detail  what exactly was wrong, for the log; empty if the words say it; has no secrets
    """

    def __init__(self, code: str, detail: str = "", **values: str) -> None:
        self.code = code
        self.words = WORDS[code]
        self.values = values
        self.detail = _one_line(detail)
        text = self.words % values
        super().__init__(f"{text} ({self.detail})" if self.detail else text)


def _one_line(detail: str) -> str:
    """Part of it may be what the provider, or whoever wrote a link, says."""
    return "".join(letter if letter.isprintable() else " " for letter in detail[:_DETAIL_LIMIT]).strip()
