"""When messengers send receipts: in time, late, twice, out of order, or never."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

Manner = Literal["in_time", "late", "twice", "out_of_order", "never"]


class ReceiptSettings(BaseModel):
    """How receipts are sent. `late_s`: how late, in seconds; `seen`: does the person also read the message?"""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)

    manner: Manner = "in_time"
    late_s: float = Field(default=5.0, ge=0, le=86_400, strict=False)
    seen: bool = True


class Receipts:
    """The current settings, used for each message."""

    def __init__(self) -> None:
        self.settings = ReceiptSettings()


def schedule(settings: ReceiptSettings, kinds: Sequence[str], manner: str | None = None) -> list[tuple[float, str]]:
    """The schedule: seconds from now and the kind of receipt, in order.

    `kinds` is the usual order of the messenger, with "seen" last. `manner` overrides the settings for one message.
    """
    wanted = list(kinds) if settings.seen else list(kinds[:-1])
    match manner or settings.manner:
        case "never":
            return []
        case "late":
            return [(settings.late_s, kind) for kind in wanted]
        case "twice":
            return [(0.0, kind) for kind in wanted for _ in range(2)]
        case "out_of_order":
            return [(0.0, kind) for kind in reversed(wanted)]
    return [(0.0, kind) for kind in wanted]
