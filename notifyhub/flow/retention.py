"""Retention: what ended long ago is pruned, what is personal in it is forgotten, in slices that hold nobody up."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from time import monotonic
from types import MappingProxyType
from typing import Any

from notifyhub import logs
from notifyhub.retention_settings import DAY_MS, RetentionSettings
from notifyhub.store import erasing, pruning, retention
from notifyhub.store.database import Database
from notifyhub.store.retention import Batch, Pass
from notifyhub.store.writer import Job

READ_AT_ONCE = 2_000
WRITTEN_AT_ONCE = 500
"""So many take 20 ms; those who accept and deliver wait no longer."""
SWEEP_S = 20.0
"""A sweep stops after this and goes on at its next turn."""

_JOBS: MappingProxyType[Pass, Job[Batch, Counter[str]]] = MappingProxyType(
    {
        Pass.PRUNE: pruning.prune,
        Pass.FORGET: pruning.forget,
        Pass.PRUNE_MESSAGES: pruning.prune_messages,
        Pass.FORGET_MESSAGES: pruning.forget_messages,
    }
)
_PASSES = MappingProxyType(
    {Pass.PRUNE: (Pass.PRUNE, Pass.PRUNE_MESSAGES), Pass.FORGET: (Pass.FORGET, Pass.FORGET_MESSAGES)}
)

_log = logs.logger(__name__)


class Retention:
    """Keeps a store to its retention settings."""

    def __init__(self, database: Database, settings: RetentionSettings) -> None:
        self._database = database
        self._days = {Pass.FORGET: settings.personal_days, Pass.PRUNE: settings.deliveries_days}
        self._stopping = threading.Event()

    def sweep(self, now: int) -> None:
        """Complete erasures, and prune and forget what is old enough at `now` (epoch ms)."""
        if self._database.read(erasing.any_open).result():
            self._database.write(erasing.complete, now).result()
        for name, days in self._days.items():
            if days is not None and not self._stopping.is_set():
                counts = run(self._database, name, now - days * DAY_MS, now, self._stopping, SWEEP_S)
                tell(name, counts)

    def stop(self) -> None:
        """End a sweep after its slice."""
        self._stopping.set()


def run(
    database: Database,
    name: Pass,
    cutoff: int,
    now: int,
    stopping: threading.Event,
    within_s: float | None = None,
    progress: Callable[[int], None] | None = None,
) -> Counter[str]:
    """Prune or forget what ended before `cutoff` (epoch ms). Returns the number of rows by table.

    within_s  stop after this; None: when all is done
    progress  called with the number of deliveries looked at
    """
    ends = None if within_s is None else monotonic() + within_s
    counts, seen = Counter[str](), 0
    for batch in _batches(database, name, cutoff, now):
        for slice_ in _slices(batch):
            began = monotonic()
            counts += database.write(_JOBS[slice_.name], slice_).result()
            seen += len(slice_.ready) + len(slice_.left)
            if progress is not None:
                progress(seen)
            # As long for others as for this.
            if stopping.wait(monotonic() - began) or (ends is not None and monotonic() > ends):
                return counts
    return counts


def foreseen(database: Database, name: Pass, cutoff: int, now: int) -> tuple[int, int]:
    """How many deliveries `run` would prune or forget, and how many old ones it would leave. Changes nothing."""
    left, ready = database.read(retention.waiting(name, cutoff)).result()
    left -= ready
    after = database.read(lambda opened: retention.reached(opened, name)).result()
    while True:
        batch = database.read(retention.next_batch(name, cutoff, now, READ_AT_ONCE, after)).result()
        ready, left = ready + len(batch.ready), left + len(batch.left)
        if batch.is_last or batch.reached is None:
            return ready, left
        after = batch.reached


def tell(name: Pass, counts: Counter[str]) -> None:
    """Tell in the log what a pass did, if it did anything."""
    if any(counts.values()):
        logs.story.tell("store.pruned" if name is Pass.PRUNE else "store.forgotten", rows=dict(+counts))


def _batches(database: Database, name: Pass, cutoff: int, now: int) -> Iterator[Batch]:
    """First deliveries, then messages that never had any."""
    for one in _PASSES[name]:
        while True:
            question = (
                retention.next_batch(one, cutoff, now, READ_AT_ONCE)
                if one is name
                else pruning.lonely(one, cutoff, now, READ_AT_ONCE)
            )
            batch = database.read(question).result()
            yield batch
            if batch.is_last:
                break


def _slices(batch: Batch) -> Iterator[Batch]:
    """Parts of a batch, none if there is nothing to write; only the last says how far the pass has come."""
    if not batch.ready and not batch.left and batch.name in (Pass.PRUNE, Pass.FORGET):
        return
    parts: Sequence[Sequence[Any]] = [
        batch.ready[i : i + WRITTEN_AT_ONCE] for i in range(0, len(batch.ready), WRITTEN_AT_ONCE)
    ] or [()]
    for ready in parts[:-1]:
        yield replace(batch, ready=ready, left=(), reached=None)
    yield replace(batch, ready=parts[-1])
