"""Two at once: the same mailing started, expanded, retried or deleted by several people and processes."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any, TypeVar

from notifyhub import Conflict, Hub, NotFound
from notifyhub.clock import now_ms
from notifyhub.flow.expand import SLICE, expand
from notifyhub.hub import core_of
from tests.api.conftest import Api
from tests.conftest import HubMaker
from tests.emulated import RunningEmulator
from tests.mailings.conftest import counted, ended, fill, statuses, telegram, until
from tests.mailings.counters import counters_of, rows_of
from tests.mailings.directory import seed_clients
from tests.serving import running

R = TypeVar("R")


def at_once(acts: Sequence[Callable[[], R]]) -> list[R | Exception]:
    """What each of these answered, or raised, when all began together."""
    line = Barrier(len(acts))

    def run(act: Callable[[], R]) -> R | Exception:
        line.wait()
        try:
            return act()
        except Exception as error:
            return error

    with ThreadPoolExecutor(len(acts)) as pool:
        return list(pool.map(run, acts))


def ignored(_: str) -> None:
    """A doorbell that nobody hears."""


def test_of_two_hubs_that_start_a_mailing_one_wins(
    make_hub: HubMaker, database_url: str, emulator: RunningEmulator
) -> None:
    hub = make_hub(database_url=database_url)
    hubs = [hub, *(make_hub(worker=False, database_url=database_url) for _ in range(3))]
    fill(hub, 20)
    mailing = hub.mailings.create("Sale", "Hello", ["telegram"], draft=True)

    told = at_once([lambda one=one: one.mailings.start(mailing.id).status for one in hubs])

    assert [answer for answer in told if not isinstance(answer, Conflict)] == ["running"]
    assert counted(ended(hub, mailing)) == {"sent": 20}
    assert emulator.accepted() == {("telegram", telegram(n), "Hello"): 1 for n in range(20)}


def test_of_two_requests_that_start_a_mailing_one_wins(hub: Hub, emulator: RunningEmulator) -> None:
    from notifyhub_api.app import make_app

    fill(hub, 5)
    mailing = hub.mailings.create("Sale", "Hello", ["telegram"], draft=True)
    with running(make_app(hub)) as port:
        api = Api(hub, port)
        told: list[Any] = at_once([lambda: api.post(f"/api/v1/mailings/{mailing.id}/start", {})] * 4)

    assert sorted(reply.status for reply in told) == [200, 409, 409, 409]
    assert counted(ended(hub, mailing)) == {"sent": 5}
    assert set(emulator.accepted().values()) == {1}


def test_two_processes_that_expand_a_mailing_at_once_write_to_each_client_once(
    make_hub: HubMaker, database_url: str
) -> None:
    hubs = [make_hub(worker=False, database_url=database_url) for _ in range(3)]
    count = 3 * SLICE + 100
    seed_clients(hubs[0], count)
    mailing = hubs[0].mailings.create("Sale", "Hello", ["telegram"])

    told = at_once([lambda one=one: expand(core_of(one).database, ignored, now_ms) for one in hubs])

    assert not [error for error in told if isinstance(error, Exception)]
    done = hubs[0].mailings.get(mailing.id)
    assert (done.matched, done.duplicates, counted(done)) == (count, 0, {"scheduled": count})
    assert statuses(hubs[0], mailing) == {"scheduled": count}
    assert _clients_written_to(hubs[0]) == count


def _clients_written_to(hub: Hub) -> int:
    def ask(database: Any) -> int:
        return int(database.execute_sql("SELECT COUNT(DISTINCT client_id) FROM deliveries").fetchone()[0])

    return core_of(hub).ask(ask).result()


def test_a_whole_slice_of_people_who_opted_out_ends_nothing_early(hub: Hub, emulator: RunningEmulator) -> None:
    # listmonk 2860
    seed_clients(hub, SLICE + 10, opted_out=["all"])
    fill(hub, 5, first=SLICE + 10)

    mailing = ended(hub, hub.mailings.create("Sale", "Hello", ["telegram"]))

    assert (mailing.matched, mailing.opted_out, counted(mailing)) == (SLICE + 15, SLICE + 10, {"sent": 5})


def test_what_failed_is_tried_again_once_by_two_people_at_once(
    make_hub: HubMaker, database_url: str, emulator: RunningEmulator
) -> None:
    hub = make_hub(database_url=database_url)
    hubs = [hub, make_hub(worker=False, database_url=database_url)]
    fill(hub, 20)
    emulator.faults(failure_rate=0.5, failure="blocked")
    mailing = ended(hub, hub.mailings.create("Sale", "Hello", ["telegram"]))
    refused = {entry["address"] for entry in emulator.entries() if not entry["accepted"]}
    emulator.faults()

    told: list[Any] = at_once([lambda one=one: one.mailings.retry_failed(mailing.id).retried for one in hubs])

    assert sum(told) == mailing.counts["failed"] == len(refused) > 0
    assert counted(ended(hub, mailing)) == {"sent": 20}
    assert set(emulator.accepted().values()) == {1}
    again = [entry["address"] for entry in emulator.entries()][20:]
    assert set(again) == refused


def test_a_mailing_that_is_deleted_while_it_expands_leaves_nothing_behind(hub: Hub, emulator: RunningEmulator) -> None:
    emulator.faults(failure_rate=1, failure="429")
    seed_clients(hub, 4 * SLICE)
    mailing = hub.mailings.create("Sale", "Hello", ["telegram"])
    until(hub, mailing.id, lambda found: found.matched > 0)

    assert hub.mailings.delete(mailing.id).status == "cancelled"

    while statuses(hub, mailing).keys() - {"cancelled", "sent"}:
        pass
    assert counters_of(core_of(hub)) == rows_of(core_of(hub))
    for act in (hub.mailings.get, hub.mailings.start, hub.mailings.retry_failed, hub.mailings.delete):
        assert isinstance(at_once([lambda act=act: act(mailing.id)])[0], NotFound)
