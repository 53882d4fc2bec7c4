"""Events are stored with what they tell of, only if somebody wants them, and read in an order that skips nothing."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import peewee
import psycopg
import pytest

from notifyhub import Hub, InvalidRequest
from notifyhub.clock import now_ms
from notifyhub.domain.events import OF_DELIVERIES, TYPES, event_id, matching, position_of
from notifyhub.hub import core_of
from notifyhub.settings import load
from notifyhub.store import events
from notifyhub.webhooks import forgetting
from tests.api.conftest import Api, serve
from tests.conftest import HubMaker
from tests.reachability.test_inbound import telegram, written
from tests.webhooks.conftest import PERSON, eventually, rows, sent, write

__all__ = ["serve"]
LATER = "2126-12-01T10:00:00+03:00"


def told(hub: Hub, types: str = "*") -> list[str]:
    return [event.type for event in hub.events.list(types=types, limit=1_000).items]


@pytest.fixture
def eager(make_hub: HubMaker, database_url: str) -> Hub:
    """A hub on each store that keeps all events."""
    return make_hub(database_url=database_url, events={"types": "*"})


def test_a_message_that_was_sent_is_told_of(eager: Hub) -> None:
    delivery = sent(eager, reference="order-7194")

    delivered, completed = eager.events.list().items

    assert (delivered.type, completed.type) == ("delivery.sent", "message.completed")
    assert completed.data.model_dump() == {
        "message_id": delivery.message_id,
        "counts": {"sent": 1},
        "reference": "order-7194",
    }


def test_a_message_is_completed_when_its_last_delivery_has_ended(eager: Hub) -> None:
    message = eager.send("Hello", to=[{"telegram": "1"}, {"telegram": "2"}], at=LATER)
    first, second = eager.message(message.id).deliveries or ()
    eager.cancel_deliveries([first.id])
    assert told(eager) == ["delivery.cancelled"]

    eager.cancel_deliveries([second.id])

    assert told(eager) == ["delivery.cancelled", "delivery.cancelled", "message.completed"]


def test_what_is_refused_at_once_is_told_of(eager: Hub) -> None:
    eager.reachability.suppress("telegram", PERSON)

    sent(eager)

    failed, completed = eager.events.list().items
    assert (failed.type, failed.data.reason) == ("delivery.failed", "opted_out")  # type: ignore[union-attr]
    assert completed.type == "message.completed"


def test_every_state_that_a_delivery_ends_in_is_told_of(make_hub: HubMaker, database_url: str) -> None:
    hub = make_hub(database_url=database_url, events={"types": "delivery.*"})
    hub.send("Hello", to={"telegram": PERSON}, at=LATER)
    statuses = [type_.partition(".")[2] for type_ in OF_DELIVERIES]

    for status in statuses:
        write(hub, f"UPDATE deliveries SET status = '{status}'")
        write(hub, "UPDATE deliveries SET priority = priority")

    found = hub.events.list().items
    assert [event.type for event in found] == list(OF_DELIVERIES)
    assert [event.data.status for event in found] == statuses  # type: ignore[union-attr]


def test_the_moves_of_a_mailing_are_told_of(make_hub: HubMaker, database_url: str) -> None:
    hub = make_hub(database_url=database_url)
    hub.clients.create("79201234567", addresses={"telegram": PERSON})
    mailing = hub.mailings.create("Sale", "Half price", ["telegram"], draft=True, starts_at="2020-01-01T00:00Z")
    hub.mailings.start(mailing.id)
    hub.mailings.pause(mailing.id)
    hub.mailings.resume(mailing.id)
    eventually(lambda: hub.mailings.get(mailing.id).status == "finished")

    found = hub.events.list(types="mailing.*").items

    assert [event.type for event in found] == [f"mailing.{did}" for did in ("started", "paused", "resumed", "finished")]
    assert found[-1].data.name == "Sale"  # type: ignore[union-attr]
    assert {event.data.mailing_id for event in found} == {mailing.id}  # type: ignore[union-attr]


def test_what_a_person_writes_is_told_of(make_hub: HubMaker, serve: Callable[[Hub], Api], database_url: str) -> None:
    api = serve(make_hub(database_url=database_url))

    telegram(api, written(7, "Is it still there?"))
    telegram(api, written(7, "Is it still there?"))
    telegram(api, written(8, "STOP"))

    wrote, also, left = api.hub.events.list().items
    assert (wrote.type, also.type, left.type) == ("person.wrote", "person.wrote", "person.opted_out")
    assert wrote.data.model_dump(exclude_none=True, mode="json") == {
        "channel": "telegram",
        "address": PERSON,
        "text": "Is it still there?",
        "at": "2023-11-14T22:13:21Z",
        "messenger_id": "5",
    }


def test_what_nobody_wants_is_not_stored(make_hub: HubMaker, serve: Callable[[Hub], Api], database_url: str) -> None:
    api = serve(make_hub(database_url=database_url, events={"types": "none"}))

    sent(api.hub)
    telegram(api, written(7, "hello"))

    assert rows(api.hub, "SELECT id FROM events") == rows(api.hub, "SELECT id FROM event_messages") == []


def test_by_default_what_is_rare_is_kept(make_hub: HubMaker) -> None:
    hub = make_hub()
    sent(hub)
    hub.reachability.suppress("telegram", PERSON)
    sent(hub, "another")

    assert told(hub) == ["delivery.failed"]


def test_a_page_goes_on_where_the_one_before_ended(eager: Hub) -> None:
    for number in range(3):
        sent(eager, f"number {number}")

    first = eager.events.list(limit=4)
    second = eager.events.list(after=first.next)
    third = eager.events.list(after=second.next)

    assert (len(first.items), first.more) == (4, True)
    assert (len(second.items), second.more) == (2, False)
    assert (third.items, third.next) == ([], second.next)
    ids = [event.id for event in (*first.items, *second.items)]
    assert ids == sorted(ids)


def test_a_page_without_what_is_wanted_still_moves_on(eager: Hub) -> None:
    sent(eager)

    page = eager.events.list(types="mailing.*")

    assert page.items == []
    assert page.next == eager.events.list().items[-1].id


def test_what_commits_late_is_not_skipped(make_hub: HubMaker, postgres: str, request: pytest.FixtureRequest) -> None:
    """On PostgreSQL a transaction that began earlier may commit after one that began later."""
    import uuid

    name = f"test_{uuid.uuid4().hex}"
    with psycopg.connect(postgres, autocommit=True) as connection:
        connection.execute(f'CREATE DATABASE "{name}"')
    url = postgres.rpartition("/")[0] + f"/{name}"
    hub = make_hub(database_url=url, worker=False)
    insert = "INSERT INTO events (type, created_at, data) VALUES ('webhook.tested', %s, '{\"webhook_id\": 1}')"
    with psycopg.connect(url) as late, psycopg.connect(url) as early:
        late.execute(insert, (1,))
        early.execute(insert, (2,))
        early.commit()
        first = hub.events.list()
        late.commit()

    second = hub.events.list(after=first.next)

    assert [event.timestamp.microsecond for event in (*first.items, *second.items)] == [2_000, 1_000]
    assert first.items[0].id < second.items[0].id


def test_two_processes_number_side_by_side_without_gaps_or_repeats(make_hub: HubMaker, database_url: str) -> None:
    hubs = [make_hub(database_url=database_url, events={"types": "*"}, worker=number == 0) for number in range(2)]
    for number in range(20):
        hubs[0].send(f"number {number}", to={"telegram": PERSON})
        hubs[number % 2].events.list()
    eventually(lambda: len(hubs[1].events.list(types="message.completed").items) == 20)

    positions = [position for (position,) in rows(hubs[0], "SELECT position FROM events ORDER BY position")]

    assert positions == list(range(1, 41))


def test_an_id_says_the_position_and_sorts_as_positions_do() -> None:
    ids = [event_id(1_795_259_191_885 + position // 3, position, chance=2**34 - 1 - position) for position in range(9)]

    assert [id_.version for id_ in ids] == [7] * 9
    assert [position_of(id_) for id_ in ids] == list(range(9))
    assert ids == sorted(ids)
    assert position_of(event_id(1, 2**40 - 1, 0)) == 2**40 - 1
    assert event_id(2, 1, 0) > event_id(1, 2**40 - 1, 2**34 - 1)


def test_old_events_are_forgotten_but_for_those_still_to_be_posted(eager: Hub) -> None:
    sent(eager)
    assert told(eager) == ["delivery.sent", "message.completed"]
    write(
        eager,
        "INSERT INTO webhook_posts (endpoint_id, event_id, state, due_at, tries, spent, give_up_at, created_at)"
        " SELECT 17, id, 'waiting', 0, 0, 0, 0, 0 FROM events WHERE type = 'delivery.sent'",
    )

    assert forgetting.forget(core_of(eager).database, now_ms() + 1_000, kept_s=0) == 1

    assert told(eager) == ["delivery.sent"]


def test_with_a_client_goes_what_they_wrote(make_hub: HubMaker, serve: Callable[[Hub], Api], database_url: str) -> None:
    api = serve(make_hub(database_url=database_url))
    client = api.hub.clients.create("79201234567", addresses={"telegram": PERSON})
    telegram(api, written(7, "my secret"))
    telegram(api, written(8, "hello", person=1067001))
    assert told(api.hub) == ["person.wrote"] * 2

    api.hub.clients.delete(client.id)

    (left,) = api.hub.events.list().items
    assert left.data.address == "1067001"  # type: ignore[union-attr]


def test_with_an_erased_person_goes_what_they_wrote(
    make_hub: HubMaker, serve: Callable[[Hub], Api], database_url: str
) -> None:
    api = serve(make_hub(database_url=database_url))
    client = api.hub.clients.create("79201234567", addresses={"telegram": PERSON})
    telegram(api, written(7, "my secret"))

    erasure = api.hub.clients.erase(client.id, reason="asked")

    assert (told(api.hub), erasure.rows["events"]) == ([], 1)


def test_with_an_erased_person_goes_the_reference_of_what_was_sent_to_their_address(eager: Hub) -> None:
    """It was sent before the person was in the directory, so the events do not name the client."""
    sent(eager, reference="Ann's order")
    assert told(eager) == ["delivery.sent", "message.completed"]
    client = eager.clients.create("79201234567", addresses={"telegram": PERSON})

    eager.clients.erase(client.id, reason="asked")

    assert [event.data.reference for event in eager.events.list().items] == [None, None]  # type: ignore[union-attr]


def test_what_people_wrote_is_kept_no_longer_than_other_personal_data(
    make_hub: HubMaker, serve: Callable[[Hub], Api], database_url: str
) -> None:
    api = serve(make_hub(database_url=database_url, events={"types": "person.*, delivery.*"}))
    telegram(api, written(7, "hello"))
    sent(api.hub)
    assert told(api.hub) == ["person.wrote", "delivery.sent"]

    def job(database: peewee.Database, items: list[None]) -> list[None]:
        events.forget_people(database, now_ms() + 1_000)
        return items

    core_of(api.hub).database.write(job, None).result()

    assert told(api.hub) == ["delivery.sent"]


@pytest.mark.parametrize(
    ("given", "path"),
    [({"types": "delivery.sold"}, "types[0]"), ({"types": "["}, "types[0]"), ({"after": "17"}, "after")],
)
def test_what_cannot_be_asked_for_is_told_of(make_hub: HubMaker, given: dict[str, Any], path: str) -> None:
    with pytest.raises(InvalidRequest) as error:
        make_hub(worker=False).events.list(**given)

    assert [fault.path for fault in error.value.faults] == [path]


def test_patterns_choose_types() -> None:
    assert matching(["*"]) == tuple(TYPES)
    assert matching(["delivery.*"]) == OF_DELIVERIES
    assert matching(["mailing.paused", "mailing.p*"]) == ("mailing.paused",)


def test_a_setting_with_an_unknown_event_is_told_of() -> None:
    from notifyhub import SettingsError

    with pytest.raises(SettingsError, match=r"NOTIFYHUB_EVENTS_TYPES: there is no event delivery\.sold"):
        load(events={"types": "mailing.*, delivery.sold"})


def test_every_type_of_event_has_its_model(make_hub: HubMaker) -> None:
    known = [type_ for model in _models() for type_ in model.model_fields["type"].annotation.__args__]

    assert sorted(known) == sorted(TYPES)


def _models() -> list[Any]:
    from notifyhub import answers

    return [
        answers.DeliveryEvent,
        answers.MessageEvent,
        answers.MailingEvent,
        answers.PersonEvent,
        answers.WebhookEvent,
    ]


def test_readers_want_what_the_setting_says_from_the_next_start_on(make_hub: HubMaker, database_url: str) -> None:
    make_hub(database_url=database_url, events={"types": "*"}).close()

    hub = make_hub(database_url=database_url, events={"types": "mailing.*"})

    wanted = {type_ for (type_,) in rows(hub, "SELECT type FROM event_wants")}
    assert wanted == set(matching(["mailing.*"]))
