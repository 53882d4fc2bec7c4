"""The possible answers of a fault."""

from __future__ import annotations

from typing import Annotated, Literal, get_args

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from notifyhub.emulator.faults.names import CHANNELS, EVERY_OUTCOME, OUTCOMES, OWN_CODES

LONGEST_MS = 600_000

StatusWord = Literal["400", "401", "403", "404", "429", "500", "502", "503", "504"]
SmtpWord = Literal["421", "450", "451", "452", "530", "535", "550", "551", "552", "553", "554"]
Word = Literal["hang", "reset", "lost", "half", "drip", "garbage", "wrong_json"]

SMTP_WORDS: frozenset[str] = frozenset(get_args(SmtpWord))

WORDS: dict[str, str] = {
    "hang": "nothing accepted, no answer at all",
    "reset": "nothing accepted, the connection is reset (TCP RST) before the answer",
    "lost": "accepted, but the connection closes before the answer",
    "half": "accepted, but the answer breaks off in the middle",
    "drip": "accepted, but the answer comes byte by byte over `drip_ms` (10 s)",
    "garbage": "nothing accepted; 200 with an HTML page instead of JSON",
    "wrong_json": "nothing accepted; 200 with JSON that is not the messenger's",
}
"""The effect of each word. The other words are statuses and the outcomes of `names.OUTCOMES`."""


class Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


class StatusAnswer(Strict):
    """An HTTP status in the messenger's own error form; `retry_after` in seconds."""

    status: Literal[400, 401, 403, 404, 429, 500, 502, 503, 504]
    retry_after: int | None = Field(default=None, ge=0, le=86_400)


class CodeAnswer(Strict):
    """An error with the messenger's own code. Only Viber, WhatsApp and e-mail have such codes."""

    code: int = Field(ge=0, le=9_999_999)


class DripAnswer(Strict):
    """The normal answer, byte by byte, in this many milliseconds."""

    drip_ms: int = Field(ge=0, le=LONGEST_MS)


def _known_outcome(word: str) -> str:
    if word not in EVERY_OUTCOME:
        raise ValueError(f"or one of the outcomes {', '.join(sorted(EVERY_OUTCOME))}")
    return word


OutcomeWord = Annotated[str, AfterValidator(_known_outcome)]
Failure = StatusWord | SmtpWord | Word | OutcomeWord | StatusAnswer | CodeAnswer | DripAnswer
Answerable = Literal["accept"] | Failure


def check_channel(channel: str | None, answer: object) -> None:
    """Raises ValueError for an answer that does not exist on `channel` (None: on all channels)."""
    if isinstance(answer, CodeAnswer) and channel not in OWN_CODES:
        told = "a code has a meaning on viber, whatsapp and email only, name the channel" if channel is None else None
        raise ValueError(told or f"{channel} has no codes of its own, give a status")
    if isinstance(answer, CodeAnswer) and channel == "email" and not 400 <= answer.code <= 599:
        raise ValueError("an SMTP code that refuses is from 400 to 599")
    if isinstance(answer, str) and answer in SMTP_WORDS and channel != "email":
        raise ValueError(f"{answer} is an answer of e-mail only, name the channel email")
    if isinstance(answer, str) and answer in EVERY_OUTCOME:
        for name in CHANNELS if channel is None else (channel,):
            if answer not in OUTCOMES[name]:
                raise ValueError(f"{name} has no outcome {answer}, only {', '.join(sorted(OUTCOMES[name]))}")
