"""The accounts of one channel: the main one, and others that a message may name."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from notifyhub.domain.envelope import Envelope
from notifyhub.domain.outcome import Misconfigured, Outcome
from notifyhub.providers.base import Provider
from notifyhub.providers.shown import ShownCall, ShowsCalls


class Senders:
    """A provider that passes each envelope to the provider of its account."""

    def __init__(self, first: Provider, further: Mapping[str, Provider]) -> None:
        self.channel = first.channel
        self.retry = first.retry
        self._first = first
        self._further = further

    async def send(self, envelope: Envelope) -> Outcome:
        name = envelope.options.get("sender")
        if name is None:
            return await self._first.send(envelope)
        prefix = f"NOTIFYHUB_{self.channel.upper()}_"
        sender = self._further.get(name)
        if sender is None:
            # It was set up when the message was accepted. To the recipient, another account would be somebody else.
            return Misconfigured("no_such_sender", mend=f"{prefix}SENDERS, in which {name} is missing")
        outcome = await sender.send(envelope)
        if isinstance(outcome, Misconfigured):
            told = outcome.mend.replace(f"{prefix}TOKEN", "its token").replace(f"{prefix}PHONE", "its PHONE")
            return replace(outcome, mend=f"{name} in {prefix}SENDERS: {told}")
        return outcome

    def shown(self, envelope: Envelope) -> ShownCall | None:
        """The call of its account, if that can be shown."""
        name = envelope.options.get("sender")
        provider = self._first if name is None else self._further.get(name)
        return provider.shown(envelope) if isinstance(provider, ShowsCalls) else None

    async def aclose(self) -> None:
        for provider in (self._first, *self._further.values()):
            await provider.aclose()
