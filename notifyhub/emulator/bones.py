"""What the messengers stand on together: limits, media, callbacks, receipts, and who knows whom."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from notifyhub.emulator.callbacks import Callbacks
from notifyhub.emulator.files import Files
from notifyhub.emulator.limits import Limits
from notifyhub.emulator.people import Acquaintances
from notifyhub.emulator.receipts import Receipts
from notifyhub.emulator.strictness import Strictness


class Note(Protocol):
    """Puts into the journal what a bot said in the answer to a callback."""

    def __call__(self, channel: str, address: str, text: str, *, body: bytes, token: str, account: str) -> None: ...


@dataclass(frozen=True, slots=True)
class Bones:
    """Shared by all messengers of one emulator."""

    limits: Limits
    files: Files
    callbacks: Callbacks
    receipts: Receipts
    acquaintances: Acquaintances
    strictness: Strictness
    note: Note
