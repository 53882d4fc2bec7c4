"""Sign-in through an OpenID Connect provider.

Only `notifyhub_api.dashboard` uses it, and it knows nothing of pages: `Provider.begin` says where the browser goes,
`Provider.finish` who came back.
"""

from notifyhub_api.dashboard.oidc.flow import LIFETIME_S
from notifyhub_api.dashboard.oidc.people import Identity
from notifyhub_api.dashboard.oidc.provider import Begun, Provider
from notifyhub_api.dashboard.oidc.refusals import WORDS, OidcSignInRefused

__all__ = ["LIFETIME_S", "WORDS", "Begun", "Identity", "Provider", "OidcSignInRefused"]
