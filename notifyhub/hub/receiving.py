"""Receiving the webhook calls of messengers."""

from __future__ import annotations

from collections.abc import Mapping
from concurrent.futures import Future
from functools import cached_property
from hmac import compare_digest

from notifyhub.domain.inbound import folded
from notifyhub.errors import NotFound, NotSigned
from notifyhub.flow import receive
from notifyhub.hub.wiring import Wiring
from notifyhub.providers.receivers import make_receivers, verify_token
from notifyhub.store.hearing import Rules
from notifyhub.verbs import Receives, result_of


class Receiving(Wiring, Receives):
    """Receiving."""

    async def receive(self, channel: str, body: bytes, headers: Mapping[str, str]) -> int:
        await self.ready()
        return await result_of(self.submit_receipts(channel, body, headers))

    def submit_receipts(self, channel: str, body: bytes, headers: Mapping[str, str]) -> Future[int]:
        """`receive`, without waiting for the commit."""
        if not hasattr(self, "_receivers"):
            self._receivers = make_receivers(self.settings)
        receiver = self._receivers.get(channel)
        if receiver is None:
            raise NotFound("webhook of channel", channel)
        self.open()
        return receive.receive(self._database, receiver, body, headers, self._rules)

    @cached_property
    def _rules(self) -> Rules:
        own = self.settings
        return Rules(
            opt_out=frozenset(map(folded, own.opt_out_words)),
            opt_in=frozenset(map(folded, own.opt_in_words)),
            unreachable_kept_ms=own.unreachable_kept_s * 1000,
            forwards=own.inbound_url is not None,
        )

    def subscribe(self, mode: str, token: str, challenge: str) -> str:
        """The challenge, for Meta's verification of the webhook. Raises NotSigned."""
        expected = verify_token(self.settings)
        if expected is None or mode != "subscribe" or not compare_digest(token.encode(), expected.encode()):
            raise NotSigned("hub.verify_token is not NOTIFYHUB_WHATSAPP_VERIFY_TOKEN")
        return challenge
