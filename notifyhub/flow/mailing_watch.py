"""What a pump has to know of mailings between a claim and a call: some may have been stopped, or end sooner."""

from __future__ import annotations

from notifyhub.store import mailing_states
from notifyhub.store.database import Database


class MailingWatch:
    """Looked at for each call, refreshed by a sweep; one for each process."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._states = mailing_states.NONE

    def refresh(self) -> None:
        """Look at the store again."""
        self._states = self._database.read(mailing_states.states).result()

    def is_stopped(self, mailing_id: int) -> bool:
        """Is this mailing paused, or ended before everything was sent? What belongs to none (0) never is."""
        return mailing_id in self._states.stopped

    def ends_at(self, mailing_id: int, claimed: int | None) -> int | None:
        """The end of a running mailing (epoch ms); `claimed` is what the claim said."""
        return self._states.ends.get(mailing_id, claimed)
