"""The sweeps in a process of their own: `notifyhub scheduler`."""

from __future__ import annotations

from collections.abc import Callable

from notifyhub.providers.transport import policy_of
from notifyhub.scheduler import Scheduler
from notifyhub.settings import Settings
from notifyhub.store.database import Database
from notifyhub.worker.leader import SCHEDULER, Leader
from notifyhub.worker.sweeps import Sweeps


class Sweeper:
    """Start it once, stop it once. Needs a store that several processes share: PostgreSQL."""

    def __init__(
        self, settings: Settings, database: Database, ring: Callable[[str], None], progressed: Callable[[], None]
    ) -> None:
        policies = {name: policy_of(channel) for name, channel in settings.channels().items()}
        self._scheduler = Scheduler()
        self._leader = Leader(database, SCHEDULER)
        self._sweeps = Sweeps(settings, database, policies, ring, progressed, self._leader)

    @property
    def leads(self) -> bool:
        """Do the sweeps run here? Otherwise in another process."""
        return self._leader.leads

    def moves(self) -> bool:
        """Does it move, leading or standing by? For a `Heartbeat`."""
        return self._scheduler.moves

    def start(self) -> None:
        self._sweeps.add_to(self._scheduler)
        self._scheduler.start()

    def stop(self, drain_s: float) -> None:
        """Let another process take over; waits up to `drain_s` seconds for a report that is being sent."""
        self._scheduler.stop()
        self._sweeps.stop(drain_s)
