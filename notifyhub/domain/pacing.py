"""What rate limits do to an account and to its deliveries, in plain words."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from notifyhub.domain.story import MESSENGERS, Subject, moment, span

PACED = "paced"
"""Reason of a delivery that waits because its recipient, or its mailing, has no place before."""


@dataclass(frozen=True, slots=True)
class Paced:
    """An account with a limit or a pause.

    name           as people know it
    rate           its limit; None: none
    percent        of that rate, after refusals
    paused_until   its messenger asked for a pause; None: it did not
    """

    name: str
    rate: str | None
    percent: int
    paused_until: datetime | None

    @property
    def words(self) -> str:
        """How fast it may go."""
        if self.rate is None:
            return "any number of messages"
        return self.rate if self.percent == 100 else f"{self.rate} ({self.percent} % of it, after refusals)"


def next_step(of: Subject, paced: Paced, mailing_rate: str | None, otherwise: str, now: datetime) -> str:
    """What happens next to a delivery that waits for a limit; `otherwise` if it does not."""
    attempt = f"attempt {of.spent + 1}" + (f" of {of.max_attempts}" if of.max_attempts else "")
    limit = f" Nothing is sent after {moment(of.expires_at)}." if of.expires_at else ""
    free = f"Waiting uses up no attempt: {attempt} is next.{limit}"
    if paced.paused_until is not None and paced.paused_until > now:
        messenger = MESSENGERS.get(of.channel, of.channel)
        return (
            f"Waits for a pause: {messenger} refused {paced.name} as too fast, so nothing is sent from it until "
            f"{moment(paced.paused_until)}, for {span(paced.paused_until - now)} more. {free}"
        )
    if of.reason == PACED and of.due_at > now:
        return (
            f"Waits for its place at {moment(of.due_at)}, in {span(of.due_at - now)}: the limit of its recipient or of "
            f"its mailing has none before. {free}"
        )
    limits = [] if paced.rate is None else [f"{paced.name} may send {paced.words}"]
    limits += [] if mailing_rate is None else [f"its mailing may send {mailing_rate}"]
    if of.due_at <= now and limits:
        return (
            f"Due since {moment(of.due_at)}: waits for its turn, because {' and '.join(limits)}. If it stays here "
            f"although nothing else is sent, see `notifyhub doctor`. {free}"
        )
    return otherwise
