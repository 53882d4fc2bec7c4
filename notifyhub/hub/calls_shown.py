"""The call that a delivery makes, shown without making it."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property

from notifyhub import answers
from notifyhub.errors import Conflict
from notifyhub.hub.wiring import Wiring
from notifyhub.providers.base import Provider
from notifyhub.providers.registry import make_providers
from notifyhub.providers.shown import ShowsCalls
from notifyhub.requests import as_row_id
from notifyhub.store import envelopes
from notifyhub.verbs import Verbs

_NO_CALL = "the call of delivery {0} cannot be shown: {1}"


class ShowingCalls(Wiring, Verbs):
    """How messengers are called."""

    async def request_of(self, id_: int | str) -> answers.MessengerCall:
        row = as_row_id("delivery", id_)
        channel, envelope = await self.asked(envelopes.of_delivery(row))
        provider = self._speaking.get(channel)
        if not envelope.address:
            raise Conflict(_NO_CALL.format(row, "its address was removed"))
        if not isinstance(provider, ShowsCalls):
            raise Conflict(_NO_CALL.format(row, f"{channel} is not set up here, or by a plugin that shows none"))
        try:
            shown = provider.shown(envelope)
        except (UnicodeError, ValueError) as error:
            raise Conflict(_NO_CALL.format(row, error)) from None
        if shown is None:
            raise Conflict(_NO_CALL.format(row, "its account is not set up any more"))
        return answers.MessengerCall(method=shown.method, url=shown.url, headers=dict(shown.headers), body=shown.body)

    @cached_property
    def _speaking(self) -> Mapping[str, Provider]:
        """Providers that make no call here, and so open no connection."""
        return make_providers(self.settings)
