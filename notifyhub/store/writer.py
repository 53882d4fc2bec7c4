"""The one thread that writes: natural group commit.

Writes that arrive during a commit go into the next one; there is no timer. So a single write is committed at once, and
under load the cost of a durable commit is shared by all writes that arrived meanwhile.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from queue import Empty, SimpleQueue
from time import perf_counter
from typing import Any, TypeVar

import peewee

from notifyhub import logs
from notifyhub.errors import NotifyhubError, StoreUnavailable
from notifyhub.metrics import counting
from notifyhub.metrics.definitions import COMMITS, COMMITS_FAILED
from notifyhub.store import noting
from notifyhub.store.sqlite import in_use
from notifyhub.store.trouble import failed, is_locked

I = TypeVar("I")  # noqa: E741
R = TypeVar("R")

Job = Callable[[peewee.Database, Sequence[I]], Sequence[R]]
"""Does all of its items in the transaction that is open, and returns one result for each."""

MOST_IN_ONE_COMMIT = 500

_log = logs.logger(__name__)


class _Write:
    __slots__ = ("future", "item", "job", "request_id")

    def __init__(self, job: Job[Any, Any], item: Any) -> None:
        self.job = job
        self.item = item
        self.future: Future[Any] = Future()
        self.request_id = logs.REQUEST_ID.get()


class Writer:
    """Runs jobs in transactions on its own thread and connection."""

    def __init__(self, database: peewee.Database) -> None:
        self._database = database
        self._inbox: SimpleQueue[_Write | None] = SimpleQueue()
        self._thread = threading.Thread(target=self._run, name="notifyhub-writer", daemon=True)
        self._closed = False
        self._thread.start()

    def submit(self, job: Job[I, R], item: I) -> Future[R]:
        """Do `job` to `item`; the future is fulfilled after the commit.

        It fails with StoreUnavailable if the database does, and with the job's error if the job raises.
        """
        write = _Write(job, item)
        if self._closed:
            write.future.set_exception(StoreUnavailable("the store is closed"))
        else:
            self._inbox.put(write)
        return write.future

    def close(self) -> None:
        """Finish the submitted jobs, then stop."""
        self._closed = True
        self._inbox.put(None)
        self._thread.join()

    def _run(self) -> None:
        while (first := self._inbox.get()) is not None:
            batch, goes_on = self._gather(first)
            self._commit(batch)
            if not goes_on:
                break
        self._database.close()

    def _gather(self, first: _Write) -> tuple[list[_Write], bool]:
        batch = [first]
        while len(batch) < MOST_IN_ONE_COMMIT:
            try:
                write = self._inbox.get_nowait()
            except Empty:
                break
            if write is None:
                return batch, False
            batch.append(write)
        return batch, True

    def _commit(self, batch: list[_Write]) -> bool:
        """False: there is no database to write to."""
        try:
            with in_use(self._database):
                results = self._transact(batch)
        except _Away as error:
            _fail(batch, error.reason)
            return False
        except Exception as error:
            if len(batch) == 1 or isinstance(error, _CommitLost):
                _fail(batch, error)
            else:
                self._commit_one_by_one(batch)
        else:
            for write, result in zip(batch, results, strict=True):
                write.future.set_result(result)
        return True

    def _commit_one_by_one(self, batch: list[_Write]) -> None:
        """One bad write must not undo the others: each gets its own transaction."""
        for place, write in enumerate(batch):
            if not self._commit([write]):
                # Each would wait for the database as long as this one has.
                _fail(batch[place + 1 :], StoreUnavailable("the database went away"))
                return

    def _transact(self, batch: list[_Write]) -> list[Any]:
        began = perf_counter()
        try:
            self._begin()
            results = _run_jobs(self._database, batch)
        except BaseException:
            self._abandon()
            raise
        try:
            self._database.commit()
        except Exception as error:
            self._abandon()
            raise _CommitLost(str(error)) from error
        counting.note(COMMITS, perf_counter() - began)
        noting.end(committed=True)
        return results

    def _begin(self) -> None:
        try:
            self._database.connect(reuse_if_open=True)
            self._database.begin()
        except peewee.PeeweeException as error:
            if is_locked(error):
                raise _Away(error) from error
            self._begin_anew()

    def _begin_anew(self) -> None:
        """The server may have been restarted. Nothing was executed yet, so a new connection may try."""
        self._database.close()
        try:
            self._database.connect()
            self._database.begin()
        except peewee.PeeweeException as error:
            raise _Away(error) from error

    def _abandon(self) -> None:
        """Roll back. A connection that cannot do even that is dropped, so that the next write gets a new one."""
        noting.end(committed=False)
        counting.count(COMMITS_FAILED)
        try:
            self._database.rollback()
        except Exception:
            _log.debug("rollback failed, dropping the connection", exc_info=True)
            self._database.close()


class _Away(Exception):
    """No transaction could be begun, for this reason."""

    def __init__(self, reason: Exception) -> None:
        self.reason = reason
        super().__init__(str(reason))


class _CommitLost(Exception):
    """The commit itself failed: it is unknown whether it took effect, so it is not repeated."""


def _run_jobs(database: peewee.Database, batch: list[_Write]) -> list[Any]:
    noting.begin()
    if len(batch) == 1:
        noting.asked_by(batch[0].request_id)
        return list(batch[0].job(database, [batch[0].item]))
    places: dict[Any, list[int]] = {}
    for place, write in enumerate(batch):
        places.setdefault(write.job, []).append(place)
    results: list[Any] = [None] * len(batch)
    for job, own in places.items():
        noting.asked_by(batch[own[0]].request_id if len(own) == 1 else None)
        for place, result in zip(own, job(database, [batch[place].item for place in own]), strict=True):
            results[place] = result
    return results


def _fail(batch: list[_Write], error: Exception) -> None:
    if isinstance(error, peewee.PeeweeException | _CommitLost):
        error = failed("the database did not take it", error)
    elif not isinstance(error, NotifyhubError):
        _log.error("a write failed", exc_info=error)
    for write in batch:
        write.future.set_exception(error)
