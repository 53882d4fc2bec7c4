"""Named requests in the store: each done once, together with the note of its answer."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence
from concurrent.futures import Future
from contextlib import contextmanager

import peewee
import pytest

from notifyhub.errors import KeyInProgress, KeyReused, StoreUnavailable
from notifyhub.flow import sweep
from notifyhub.store import idempotency
from notifyhub.store.database import Database
from notifyhub.store.idempotency import Kept, Named, Once, Verdict
from notifyhub.store.rows import run

NOW, UNTIL = 1_000_000, 2_000_000


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    database = Database(database_url)
    database.upgrade()
    database.write(lambda db, items: [run(db, "CREATE TABLE note (n INTEGER PRIMARY KEY)") and None], None).result()
    yield database
    database.close()


@pytest.fixture
def elsewhere(database: Database) -> Iterator[Database]:
    """The same store, opened by another process."""
    other = Database(database.url)
    yield other
    other.close()


def named(key: str, fingerprint: str = "f", consumer: int = 1, now: int = NOW, until: int = UNTIL) -> Named:
    return Named(consumer, key, fingerprint, now, until)


def insert(database: peewee.Database, numbers: Sequence[int]) -> list[int]:
    for number in numbers:
        run(database, "INSERT INTO note (n) VALUES (?)", number)
    return list(numbers)


def do(database: Database, name: Named, number: int) -> Future[Verdict[int]]:
    return database.write(
        idempotency.once(insert), Once(name, number, lambda n: Kept(202, f"/{n}", f'{{"number":{n}}}'))
    )


def stored(database: Database) -> list[int]:
    return database.read(lambda db: [n for (n,) in run(db, "SELECT n FROM note ORDER BY n").fetchall()]).result()


@contextmanager
def one_commit(database: Database) -> Iterator[None]:
    """What is written meanwhile goes into one commit."""
    begun, gate = threading.Event(), threading.Event()
    database.write(lambda db, items: [begun.set(), gate.wait(20)][1:], None)
    assert begun.wait(20)
    yield
    gate.set()


def test_the_first_is_done_and_the_second_is_answered_like_it(database: Database) -> None:
    first = do(database, named("a"), 1).result()
    second = do(database, named("a"), 2).result()

    assert (first.result, first.kept) == (1, Kept(202, "/1", '{"number":1}'))
    assert (second.result, second.kept) == (None, Kept(202, "/1", '{"number":1}', replayed=True))
    assert stored(database) == [1]


def test_of_many_in_one_commit_each_name_is_done_once(database: Database) -> None:
    with one_commit(database):
        verdicts = [do(database, named("ab"[n % 2]), n) for n in range(10)]

    answers = [verdict.result().kept for verdict in verdicts]
    assert [answer and answer.location for answer in answers] == ["/0", "/1"] * 5
    assert [answer and answer.replayed for answer in answers] == [False] * 2 + [True] * 8
    assert stored(database) == [0, 1]


def test_another_request_under_the_same_name_is_refused(database: Database) -> None:
    with one_commit(database):
        do(database, named("a"), 1)
        beside = do(database, named("a", "other"), 2)

    after = do(database, named("a", "other"), 3).result()
    assert isinstance(beside.result().refusal, KeyReused)
    assert isinstance(after.refusal, KeyReused)
    assert stored(database) == [1]


def test_names_are_each_consumers_own(database: Database) -> None:
    do(database, named("a", consumer=1), 1).result()

    assert do(database, named("a", consumer=2), 2).result().result == 2


def test_what_failed_left_no_note(database: Database) -> None:
    do(database, named("a"), 1).result()
    with pytest.raises(StoreUnavailable):
        do(database, named("b"), 1).result()

    assert do(database, named("b"), 2).result().result == 2


def test_one_bad_request_does_not_undo_the_named_ones_beside_it(database: Database) -> None:
    do(database, named("a"), 1).result()
    with one_commit(database):
        verdicts = [do(database, named("b"), 2), do(database, named("c"), 1), do(database, named("b"), 3)]

    assert [verdict.exception() is None for verdict in verdicts] == [True, False, True]
    assert stored(database) == [1, 2]


def test_an_answer_is_forgotten_when_its_time_has_passed(database: Database) -> None:
    do(database, named("a"), 1).result()

    assert do(database, named("a", now=UNTIL, until=UNTIL + 1), 2).result().result == 2


def test_the_sweep_deletes_what_is_forgotten_and_nothing_else(database: Database) -> None:
    do(database, named("a"), 1).result()
    do(database, named("b", until=UNTIL + 1), 2).result()

    assert sweep.forget(database, UNTIL) == 1
    assert do(database, named("b"), 3).result().result is None
    assert do(database, named("a"), 4).result().result == 4


def test_what_was_never_made_has_no_answer(database: Database) -> None:
    assert database.read(idempotency.answered(named("a"))).result() is None


def test_a_reservation_keeps_others_out_until_it_is_answered(database: Database) -> None:
    name = named("a")
    assert database.write(idempotency.reserve, name).result() == Verdict()

    busy = database.write(idempotency.reserve, named("a", now=NOW + 1)).result()
    database.write(idempotency.keep, (name, Kept(200, None, "{}"), UNTIL)).result()
    after = database.write(idempotency.reserve, named("a", now=NOW + 1)).result()

    assert isinstance(busy.refusal, KeyInProgress)
    assert after.kept == Kept(200, None, "{}", replayed=True)


def test_of_reservations_in_one_commit_the_first_counts(database: Database) -> None:
    with one_commit(database):
        verdicts = [database.write(idempotency.reserve, named("a")) for _ in range(3)]

    assert [verdict.result().refusal is None for verdict in verdicts] == [True, False, False]


def test_a_reservation_that_was_given_back_can_be_made_again(database: Database) -> None:
    database.write(idempotency.reserve, named("a")).result()
    database.write(idempotency.give_back, named("a")).result()

    assert database.write(idempotency.reserve, named("a", "other")).result() == Verdict()


def test_a_reservation_whose_process_died_runs_out(database: Database) -> None:
    database.write(idempotency.reserve, named("a")).result()

    assert database.write(idempotency.reserve, named("a", now=UNTIL, until=UNTIL + 1)).result() == Verdict()


def test_a_reservation_whose_process_shows_that_it_lives_does_not_run_out(database: Database) -> None:
    name = named("a")
    database.write(idempotency.reserve, name).result()
    database.write(idempotency.prolong, (name, UNTIL + 1)).result()

    busy = database.write(idempotency.reserve, named("a", now=UNTIL, until=UNTIL + 1)).result()

    assert isinstance(busy.refusal, KeyInProgress)


def test_who_was_thought_dead_cannot_answer_for_its_successor(database: Database) -> None:
    late, successor = named("a"), named("a", now=UNTIL, until=UNTIL + 9)
    database.write(idempotency.reserve, late).result()
    database.write(idempotency.reserve, successor).result()

    database.write(idempotency.keep, (late, Kept(200, None, "late"), UNTIL)).result()
    database.write(idempotency.give_back, late).result()

    busy = database.write(idempotency.reserve, named("a", now=UNTIL + 1)).result()
    assert isinstance(busy.refusal, KeyInProgress)


def test_a_name_in_the_open_transaction_of_another_process_holds_nobody_up(
    database: Database, elsewhere: Database
) -> None:
    if database.engine == "sqlite":
        return  # one transaction at a time: there is nothing to wait for but the whole store
    opened, gate = threading.Event(), threading.Event()

    def slow(db: peewee.Database, numbers: Sequence[int]) -> list[int]:
        opened.set()
        assert gate.wait(30)
        return insert(db, numbers)

    first = elsewhere.write(idempotency.once(slow), Once(named("a"), 1, lambda n: Kept(202, None, str(n))))
    assert opened.wait(20)
    with one_commit(database):
        same, other = do(database, named("a"), 2), do(database, named("b"), 3)

    assert isinstance(same.result(20).refusal, KeyInProgress)
    assert other.result(20).result == 3
    gate.set()
    assert first.result(20).result == 1
    repeated = do(database, named("a"), 4).result(20).kept
    assert repeated == Kept(202, None, "1", replayed=True)


def test_processes_that_ask_at_once_do_it_once(database: Database, elsewhere: Database) -> None:
    for round_ in range(20):
        both = [do(store, named(f"k{round_}"), 2 * round_ + n) for n, store in enumerate((database, elsewhere))]
        verdicts = [future.result(30) for future in both]
        done = [verdict for verdict in verdicts if verdict.result is not None]
        assert len(done) == 1
        (other,) = (verdict for verdict in verdicts if verdict.result is None)
        assert other.kept is not None or isinstance(other.refusal, KeyInProgress)

    assert len(stored(database)) == 20
