"""What belongs together is read as of one moment, whatever changes between two statements."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, contextmanager
from io import BytesIO
from itertools import count
from typing import Any

import orjson
import pytest

from notifyhub import Hub, answers
from notifyhub.clock import now_ms
from notifyhub.domain.report_days import day_of
from notifyhub.domain.zones import zone_of
from notifyhub.flow.expand import expand
from notifyhub.hub import core_of
from notifyhub.reports.by_hand import figures_of
from notifyhub.settings import Settings
from notifyhub.store.rows import run
from tests.conftest import HubMaker
from tests.interrupting import interrupted
from tests.mailings.directory import seed_clients

DELIVERIES = 60
MANY = 1_000
DRAFTS = 12

_MOVE = """
    UPDATE deliveries SET status = 'sending', attempt = 1, lease_until = 0 WHERE id IN (
        SELECT id FROM deliveries WHERE status = 'scheduled' ORDER BY id LIMIT ?)"""
_SENT = "UPDATE deliveries SET status = 'sent' WHERE id = ?"
_TRIED = """
    INSERT INTO attempts (delivery_id, number, started_at, finished_at, outcome, code, detail)
    VALUES (?, 1, 0, 1, 'sent', '200', '{}')"""
_CANCEL = "UPDATE mailings SET status = 'cancelled' WHERE id = (SELECT MIN(id) FROM mailings WHERE status = 'draft')"
_COUNT = "UPDATE mailings SET duplicates = duplicates + 1"

Moving = Callable[[], AbstractContextManager[None]]


def go_on(database: Any, wanted: Any) -> list[None]:
    """A job: one delivery more was sent, and one more is being sent; as many drafts are cancelled, and so on."""
    for _ in wanted:
        (id_,) = run(database, "SELECT MIN(id) FROM deliveries WHERE status = 'sending'").fetchone()
        run(database, _SENT, id_)
        run(database, _TRIED, id_)
        run(database, _MOVE, 2)
        run(database, _CANCEL)
        run(database, _COUNT)
    return [None] * len(wanted)


def assert_one_moment(counts: Mapping[str, int], of: int = DELIVERIES) -> None:
    """At every moment all are counted, and one more is being sent than were sent."""
    assert sum(counts.values()) == of
    assert min(counts.values()) >= 0
    assert counts["sending"] == counts["sent"] + 1


def begun(hub: Hub, of: int = DELIVERIES) -> answers.Mailing:
    """A mailing whose first delivery is being sent, by nobody."""
    seed_clients(hub, of)
    mailing = hub.mailings.create("Sale", "Hello", ["telegram"])
    for _ in range(DRAFTS):
        hub.mailings.create("Draft", "Hello", ["telegram"], draft=True)
    database = core_of(hub).database
    expand(database, ring=lambda _: None, clock=now_ms)
    database.write(lambda opened, wanted: [run(opened, _MOVE, 1) and None], None).result()
    return mailing


def second(hub: Hub) -> int:
    """The delivery that is being sent when the first statement is executed, and was sent when the second one is."""
    return sorted(one.id or 0 for one in hub.deliveries())[1]


@pytest.fixture
def hub(make_hub: HubMaker, database_url: str) -> Hub:
    """A hub on each store that delivers nothing by itself."""
    return make_hub(worker=False, database_url=database_url)


@pytest.fixture
def moving(hub: Hub) -> Moving:
    """While deliveries of a mailing move before each statement of those who read."""

    @contextmanager
    def move() -> Iterator[None]:
        with interrupted(lambda: core_of(hub).database.write(go_on, None).result()) as times:
            yield
        assert times

    return move


def test_a_mailing_and_its_counts(hub: Hub, moving: Moving) -> None:
    mailing = begun(hub)

    with moving():
        found = hub.mailings.get(mailing.id)

    assert_one_moment(found.counts)
    assert found.duplicates == found.counts["sent"]


def test_a_page_of_mailings_and_their_counts(hub: Hub, moving: Moving) -> None:
    mailing = begun(hub)

    with moving():
        found = {one.id: one for one in hub.mailings.list()}

    assert_one_moment(found[mailing.id].counts)
    assert {one.duplicates for one in found.values()} == {found[mailing.id].counts["sent"]}


def test_the_statistics_of_a_mailing(hub: Hub, moving: Moving) -> None:
    mailing = begun(hub)

    with moving():
        stats = hub.mailings.stats(mailing.id)

    assert_one_moment(stats.by_status)
    assert (stats.total, stats.duplicates) == (DELIVERIES, stats.by_status["sent"])


def test_the_statistics_of_everything(hub: Hub, moving: Moving) -> None:
    begun(hub)

    with moving():
        stats = hub.stats.overall()

    assert_one_moment(stats.by_status)
    assert_one_moment(stats.by_channel["telegram"])
    assert stats.mailings["cancelled"] == stats.by_status["sent"]


def test_what_is_going_on_now(hub: Hub, moving: Moving) -> None:
    begun(hub)

    with moving():
        channels = {one.name: one for one in hub.stats.now().channels}

    assert channels["telegram"].scheduled + 2 * channels["telegram"].sending == DELIVERIES + 1


def test_a_report_and_its_mailings(hub: Hub, moving: Moving, quick: Callable[..., Settings]) -> None:
    created_at = begun(hub).created_at

    with moving():
        figures = figures_of(
            core_of(hub).database, quick(report={"timezone": "UTC"}), day_of(created_at, zone_of("UTC"))
        )

    (sale,) = figures.mailings
    assert figures.by_outcome["sent"] == sale.by_outcome["sent"] == sale.duplicates


def test_a_message_and_its_deliveries(hub: Hub, moving: Moving) -> None:
    begun(hub)
    message_id = hub.deliveries(limit=1)[0].message_id

    with moving():
        found = hub.message(message_id)

    assert found.counts == Counter(one.status for one in found.deliveries or ())


def test_a_delivery_and_its_attempts(hub: Hub, moving: Moving) -> None:
    begun(hub)
    id_ = second(hub)

    with moving():
        found = hub.delivery(id_)

    assert (found.status, found.attempts) == ("sending", [])


def test_a_delivery_and_its_story(hub: Hub, moving: Moving) -> None:
    begun(hub)
    id_ = second(hub)

    with moving():
        (story,) = hub.why(id_)

    assert story.status == "sending"
    assert "attempt" not in {event.event for event in story.events}


def test_a_client_and_their_tags(hub: Hub) -> None:
    client = hub.clients.create("79990000001", tags=["0"], attributes={"number": 0})
    numbers, file = count(1), BytesIO()

    def change() -> None:
        number = next(numbers)
        hub.clients.update(client.id, tags=[str(number)], attributes={"number": number})

    with interrupted(change):
        found = [hub.clients.get(client.id), *hub.clients.list()]
        hub.clients.export(file, format="jsonl")

    exported = orjson.loads(file.getvalue())
    told = [*((one.tags, one.attributes) for one in found), (exported["tags"], exported["attributes"])]
    assert len(told) == 3
    assert all(tags == [str(attributes["number"])] for tags, attributes in told)


def test_all_of_it_while_many_deliveries_move(hub: Hub) -> None:
    """As in real life: nobody waits for anybody."""
    mailing, database = begun(hub, MANY), core_of(hub).database
    moved, read = MANY // 2 - 1, 0
    with ThreadPoolExecutor(1) as pool:
        moves = pool.submit(lambda: [database.write(go_on, None).result() for _ in range(moved)])
        while not moves.done():
            assert_one_moment(hub.mailings.get(mailing.id).counts, MANY)
            assert_one_moment(hub.mailings.stats(mailing.id).by_status, MANY)
            assert_one_moment(hub.stats.overall().by_status, MANY)
            read += 1

    moves.result()
    assert read
    assert hub.mailings.get(mailing.id).counts["sent"] == moved
