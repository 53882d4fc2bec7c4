"""What the messengers share: limits, media, callbacks, receipts, acquaintances."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from notifyhub.emulator.callbacks.callbacks import Callbacks
from notifyhub.emulator.callbacks.receipts import Receipts
from notifyhub.emulator.people.acquaintances import Acquaintances
from notifyhub.emulator.shared.files import Files
from notifyhub.emulator.shared.limits import Limits
from notifyhub.emulator.shared.strictness import Strictness


class Note(Protocol):
    """Records a call that a bot made in the answer to a callback."""

    def __call__(self, channel: str, address: str, text: str, *, body: bytes, token: str, account: str) -> None: ...


@dataclass(frozen=True, slots=True)
class MessengerContext:
    """Shared by all messengers of one emulator."""

    limits: Limits
    files: Files
    callbacks: Callbacks
    receipts: Receipts
    acquaintances: Acquaintances
    strictness: Strictness
    note: Note
