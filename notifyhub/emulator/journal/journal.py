"""The journal: everything that arrived, committed to a file before it is answered."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterable
from concurrent.futures import Future
from itertools import groupby
from pathlib import Path
from time import monotonic
from typing import Any, Unpack

from notifyhub.emulator.journal.filters import Filter, Wanted
from notifyhub.emulator.journal.ledger import Ledger, Transaction
from notifyhub.emulator.journal.records import Record
from notifyhub.emulator.journal.watchers import Watchers
from notifyhub.emulator.shared.wire import Answer, Claim

CAP = 1_000_000
PRUNED_AT_ONCE = 1000


class Journal:
    """A bounded record of sends in SQLite.

    `record` returns once the entry is committed, so that a killed process loses nothing that it has answered. One
    thread writes: it commits everything that arrived during the last commit. Above `cap` the oldest entries are
    dropped.
    """

    def __init__(self, path: Path | None, cap: int = CAP) -> None:
        self._path = path
        self._cap = cap
        self._slack = min(PRUNED_AT_ONCE, cap // 10)
        self._ledger: Ledger | None = None
        self._waiting: list[Record] = []
        self._clearing: list[Future[None]] = []
        self._stopping = False
        self._opening = threading.Lock()
        self._bell = threading.Condition()
        self._cleared = 0
        self.watchers = Watchers()

    def open(self) -> None:
        """Open the file and start writing. Does nothing if open. Raises `sqlite3.Error` for an invalid file."""
        with self._opening:
            if self._ledger is None:
                self._start()

    def _start(self) -> None:
        ledger = Ledger(self._path)
        self._last_id = ledger.last_id()
        self._first_id = ledger.first_id() or self._last_id + 1
        self._ledger = ledger
        self._stopping = False
        self._thread = threading.Thread(target=self._write_all, name="emulator-journal", daemon=True)
        self._thread.start()

    def close(self) -> None:
        """Write what is waiting, then close the file. Does nothing if closed."""
        if self._ledger is None:
            return
        with self._bell:
            self._stopping = True
            self._bell.notify()
        self._thread.join()
        ledger, self._ledger = self._ledger, None
        ledger.close()

    @property
    def last_id(self) -> int:
        """The id of the newest entry; 0 if there never was one."""
        self.open()
        return self._last_id

    def __len__(self) -> int:
        self.open()
        return self._last_id - self._first_id + 1

    async def record(self, record: Record) -> Answer:
        """Commit `record`. Returns the answer to send, which differs if its claim was already taken."""
        self.open()
        with self._bell:
            self._waiting.append(record)
            self._bell.notify()
        return await record.written

    def clear(self) -> None:
        """Forget all entries and claims; returns once that is committed. Ids are not reused."""
        self.open()
        done: Future[None] = Future()
        with self._bell:
            self._clearing.append(done)
            self._bell.notify()
        done.result()

    def entries(self, *, after: int = 0, limit: int = -1, **wanted: Unpack[Wanted]) -> list[dict[str, Any]]:
        """Entries with ids above `after`, oldest first; `limit` -1: all of them."""
        return self._open_ledger().select(Filter.of(**wanted), after, limit)

    def newest(self, limit: int, *, before: int = 1 << 62, **wanted: Unpack[Wanted]) -> list[dict[str, Any]]:
        """The last `limit` entries with ids below `before`, oldest first."""
        return self._open_ledger().newest(Filter.of(**wanted), before, limit)

    def entry(self, entry_id: int) -> dict[str, Any] | None:
        """One entry with its request and its answer, or None."""
        return self._open_ledger().one(entry_id)

    def duplicates(self, **wanted: Unpack[Wanted]) -> list[dict[str, Any]]:
        """Texts that somebody got more than once: channel, address, text, count and the entries' ids.

        A repeat that the gateway recognised by its id reached nobody twice, and is not counted.
        """
        return self._open_ledger().duplicates(Filter.of(**wanted))

    def assert_no_duplicates(self, **wanted: Unpack[Wanted]) -> None:
        """Raises AssertionError, which names the first one, if somebody got a text more than once."""
        found = self.duplicates(**wanted)
        if found:
            first = found[0]
            where = f"{first['text']!r} went {first['count']} times to {first['channel']} {first['address']}"
            raise AssertionError(f"{len(found)} duplicates; {where} (entries {first['ids']})")

    def wait_for(
        self, count: int = 1, *, timeout_s: float = 10.0, after: int = 0, **wanted: Unpack[Wanted]
    ) -> list[dict[str, Any]]:
        """Block this thread until there are at least `count` such entries, and return them.

        Raises `TimeoutError`. Not for the thread of the event loop that serves the emulator: there, `await arrived`.
        """
        counter = EntryCounter(self, Filter.of(**wanted), after)
        if not self.watchers.wait_in_thread(lambda: counter.count() >= count, timeout_s):
            raise TimeoutError(counter.told(count, timeout_s))
        return self.entries(after=after, **wanted)

    async def arrived(
        self, count: int = 1, *, timeout_s: float = 10.0, after: int = 0, **wanted: Unpack[Wanted]
    ) -> list[dict[str, Any]]:
        """`wait_for` for an event loop. Raises `TimeoutError`, also if the server stops."""
        counter = EntryCounter(self, Filter.of(**wanted), after)
        ends = monotonic() + timeout_s
        with self.watchers.watch() as watch:
            while True:
                watch.begin()
                if await asyncio.to_thread(counter.count) >= count:
                    return await asyncio.to_thread(self.entries, after=after, **wanted)
                if self.watchers.released or not await watch.next(ends - monotonic()):
                    raise TimeoutError(counter.told(count, timeout_s))

    def counted(self, wanted: Filter, after: int, up_to: int) -> int:
        """The number of entries with ids above `after` and up to `up_to`."""
        return self._open_ledger().count(wanted, after, up_to)

    @property
    def cleared(self) -> int:
        """How often the journal was cleared."""
        return self._cleared

    def _open_ledger(self) -> Ledger:
        self.open()
        assert self._ledger is not None
        return self._ledger

    def _write_all(self) -> None:
        while True:
            with self._bell:
                self._bell.wait_for(lambda: self._waiting or self._clearing or self._stopping)
                batch, self._waiting = self._waiting, []
                clearing, self._clearing = self._clearing, []
                stopping = self._stopping
            if batch:
                self._write(batch)
            if clearing:
                self._clear(clearing)
            self.watchers.tell()
            if stopping:
                return

    def _write(self, batch: list[Record]) -> None:
        error: Exception | None = None
        try:
            self._commit(batch)
        except Exception as failed:  # handed to every caller that waits for this batch
            error = failed
        _settle(batch, error)

    def _commit(self, batch: list[Record]) -> None:
        first_id, last_id = self._first_id, self._last_id + len(batch)
        with self._open_ledger().transaction() as transaction:
            numbered = list(enumerate(batch, self._last_id + 1))
            _claim(transaction, numbered)
            transaction.insert([record.row(entry_id) for entry_id, record in numbered])
            if last_id - first_id + 1 > self._cap + self._slack:
                first_id = last_id - self._cap + 1
                transaction.forget(first_id - 1)
        self._first_id, self._last_id = first_id, last_id

    def _clear(self, clearing: list[Future[None]]) -> None:
        try:
            with self._open_ledger().transaction() as transaction:
                transaction.forget(self._last_id)
            self._first_id = self._last_id + 1
            self._cleared += 1
        except Exception as failed:  # handed to every caller that waits for it
            for done in clearing:
                done.set_exception(failed)
        else:
            for done in clearing:
                done.set_result(None)


class EntryCounter:
    """Counts the entries of a search, reading each entry only once."""

    def __init__(self, journal: Journal, wanted: Filter, after: int) -> None:
        self._journal = journal
        self._wanted = wanted
        self._after = after
        self._start_anew()

    def _start_anew(self) -> None:
        self._cleared, self._seen, self._count = self._journal.cleared, self._after, 0

    def count(self) -> int:
        if self._cleared != self._journal.cleared:
            self._start_anew()
        up_to = self._journal.last_id
        self._count += self._journal.counted(self._wanted, self._seen, up_to)
        self._seen = max(self._seen, up_to)
        return self._count

    def told(self, wanted: int, timeout_s: float) -> str:
        return f"{self._count} of {wanted} entries for {self._wanted} after {timeout_s:g} s"


def _claim(transaction: Transaction, numbered: Iterable[tuple[int, Record]]) -> None:
    """Give records whose claim is taken the answer for this case."""
    claiming = [(entry_id, record, record.answer.claim) for entry_id, record in numbered if record.answer.claim]
    if not claiming:
        return
    winners = transaction.claim([(entry_id, claim.key, claim.fingerprint) for entry_id, _, claim in claiming])
    for entry_id, record, claim in claiming:
        record.answer = _settled(record.answer, claim, entry_id, winners[claim.key])


def _settled(answer: Answer, claim: Claim, entry_id: int, winner: tuple[int, str]) -> Answer:
    winner_id, fingerprint = winner
    if winner_id == entry_id:
        return answer
    return claim.repeat if fingerprint == claim.fingerprint else claim.conflict


def _settle(batch: list[Record], error: Exception | None) -> None:
    """Wake the callers, with one wake-up for each event loop."""
    for loop, records in groupby(batch, key=lambda record: record.written.get_loop()):
        try:
            loop.call_soon_threadsafe(_wake, list(records), error)
        except RuntimeError:  # the loop is closed: nobody waits any more
            continue


def _wake(records: list[Record], error: Exception | None) -> None:
    for record in records:
        if record.written.done():
            continue
        if error is None:
            record.written.set_result(record.answer)
        else:
            record.written.set_exception(error)
