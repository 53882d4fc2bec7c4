"""The plan for one send."""

from __future__ import annotations

from notifyhub.emulator.faults.answers import Answerable, CodeAnswer, DripAnswer, StatusAnswer, Word
from notifyhub.emulator.shared.wire import Refusal

DRIP_MS = 10_000


class Plan:
    """A wait in seconds, then a refusal, a `word`, or (neither) the normal answer.

    `receipts` is the manner of this send's receipts; None: as usual.
    """

    __slots__ = ("drip_s", "latency_s", "receipts", "refusal", "word")

    def __init__(self, latency_s: float = 0.0, answer: Answerable | None = None, receipts: str | None = None) -> None:
        self.latency_s = latency_s
        self.receipts = receipts
        self.drip_s = DRIP_MS / 1000
        self.word: Word | None = None
        self.refusal: Refusal | None = None
        match answer:
            case None | "accept":
                pass
            case "hang" | "reset" | "lost" | "half" | "drip" | "garbage" | "wrong_json":
                self.word = answer
            case DripAnswer():
                self.word, self.drip_s = "drip", answer.drip_ms / 1000
            case StatusAnswer():
                self.refusal = Refusal(status=answer.status, retry_after=answer.retry_after)
            case CodeAnswer():
                self.refusal = Refusal(code=answer.code)
            case _:
                self.refusal = Refusal(status=int(answer)) if answer.isdigit() else Refusal(outcome=answer)

    @property
    def name(self) -> str | None:
        """The fault as in the journal; None for a normal answer."""
        if self.refusal is None:
            return self.word
        if self.refusal.outcome is not None:
            return self.refusal.outcome
        return str(self.refusal.status) if self.refusal.code is None else f"code {self.refusal.code}"


NOTHING = Plan()
