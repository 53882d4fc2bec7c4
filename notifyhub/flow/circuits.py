"""One channel's circuits as this process knows them, and their changes, which all processes share through the store."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future
from threading import RLock

from notifyhub.domain.circuit_breaker import Circuit, State
from notifyhub.store import senders
from notifyhub.store.database import Database
from notifyhub.store.senders import Move, Standing

Ended = Callable[[bool], None]
"""Called when a change was made (True), or came too late because another process made one."""
Learned = Callable[[str, Circuit | None, Circuit], None]
"""Called with a sender, its circuit that was not closed before (None: it was), and the circuit that was learned."""


class Circuits:
    """A copy of the store's table. Used on the pumps' loop, changed on threads of the store as well.

    resting  the circuits that are not closed; empty while all is well, which costs nobody a look at the store
    lock     held while circuits are looked at and changed
    """

    def __init__(self, database: Database, channel: str) -> None:
        self.lock = RLock()
        self._database = database
        self._channel = channel
        self._resting: dict[str, Circuit] = {}
        self._versions: dict[str, int] = {}
        self._changing: dict[str, int] = {}
        self._changed_at: dict[str, int] = {}
        self._changes = 0

    @property
    def resting(self) -> Mapping[str, Circuit]:
        return self._resting

    @property
    def changes(self) -> int:
        """How many changes of this process have ended."""
        return self._changes

    def note(self, sender: str, circuit: Circuit) -> None:
        """What concerns only this process: calls that went through while it tries."""
        self._resting[sender] = circuit

    def change(self, sender: str, circuit: Circuit, now: int, ended: Ended) -> None:
        """Change a circuit here at once, and for all unless another process changed it first.

        `ended` is called on a thread of the store, with the lock held; not at all if the store cannot be reached.
        """
        with self.lock:
            expected = self._versions.get(sender, senders.UNKNOWN)
            standing = Standing(self._channel, sender, circuit, secrets.randbits(62) | 1)
            before = self._resting.get(sender)
            self._set(standing)
            self._changing[sender] = self._changing.get(sender, 0) + 1
            written = self._database.write(senders.move, Move(standing, expected, now))
            written.add_done_callback(lambda future: self._ended(standing, expected, before, ended, future))

    def learn(self, standings: Sequence[Standing], began: int, learned: Learned) -> None:
        """Take over what others changed. `began` is what `changes` was when the store was asked."""
        with self.lock:
            for standing in standings:
                sender = standing.sender
                is_stale = self._changing.get(sender) or self._changed_at.get(sender, 0) > began
                if standing.channel != self._channel or is_stale or self._versions.get(sender) == standing.version:
                    continue
                before = self._resting.get(sender)
                self._set(standing)
                learned(sender, before, standing.circuit)

    def _set(self, standing: Standing) -> None:
        self._versions[standing.sender] = standing.version
        if standing.circuit.state is State.CLOSED:
            self._resting.pop(standing.sender, None)
        else:
            self._resting[standing.sender] = standing.circuit

    def _ended(
        self, wanted: Standing, expected: int, before: Circuit | None, ended: Ended, future: Future[Standing]
    ) -> None:
        with self.lock:
            sender = wanted.sender
            self._changing[sender] -= 1
            self._changes += 1
            self._changed_at[sender] = self._changes
            if future.exception() is not None:
                # The store cannot be reached, so nothing is claimed either. It stands as it did.
                if self._versions[sender] == wanted.version:
                    self._versions[sender] = expected
                    self._resting.pop(sender, None)
                    if before is not None:
                        self._resting[sender] = before
                return
            stands = future.result()
            if stands.version != wanted.version:
                self._set(stands)
            ended(stands.version == wanted.version)
