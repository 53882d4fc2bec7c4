"""Erasing: nothing is left of a person, and there is a proof of it."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from notifyhub import Hub, InvalidRequest, NotFound
from notifyhub.client import Client
from notifyhub.clock import now_ms
from notifyhub.hub import core_of
from notifyhub.store import erasing
from notifyhub.store.every_model import every_model
from notifyhub_api.app import make_app
from tests.conftest import HubMaker
from tests.emulated import RunningEmulator
from tests.mailings.conftest import ended
from tests.processes import PATIENCE_S
from tests.retention.conftest import PERSON, asked, count, sent
from tests.serving import running

PHONE = "79201234567"
TRACES = (PERSON, PHONE, "Ann Lee", "secret tag")


def ann(hub: Hub) -> int:
    made = hub.clients.create(
        PHONE, addresses={"telegram": PERSON}, attributes={"name": "Ann Lee"}, tags=["secret tag"]
    )
    return made.id


def mentions(hub: Hub) -> list[tuple[str, str, Any]]:
    """Where in the store anything of the person is found."""
    found = []
    for model in every_model():
        for field in model._meta.sorted_fields:
            column, table = field.column_name, model._meta.table_name
            for (value,) in asked(hub, f"SELECT CAST({column} AS TEXT) FROM {table}"):
                found += [(table, column, value) for trace in TRACES if value and trace in value]
    return found


def until(is_so: Callable[[], bool]) -> None:
    ends = time.monotonic() + PATIENCE_S
    while not is_so():
        assert time.monotonic() < ends
        time.sleep(0.02)


def test_nothing_is_left_of_a_person_anywhere_in_the_store(hub: Hub, emulator: RunningEmulator) -> None:
    id_ = ann(hub)
    hub.templates.set("sale", "{{ attributes.name }}, look")
    ended(hub, hub.mailings.create("Sale", template="sale", channels=["telegram"]))
    for _ in range(2):
        sent(hub, "Hello Ann Lee")
    hub.send("To the phone", to={"whatsapp": PHONE})
    emulator.script("telegram", PERSON, "blocked")
    sent(hub, "Blocked now")
    hub.reachability.suppress("whatsapp", PHONE)
    assert {table for table, _, _ in mentions(hub)} >= {
        "clients",
        "deliveries",
        "duplicates",
        "messages",
        "reachability",
    }

    erasure = hub.clients.erase(id_, reason="asked by e-mail", by="the office")
    if not erasure.complete:
        core_of(hub).database.write(erasing.complete, now_ms()).result()

    assert mentions(hub) == []
    assert hub.stats.check().agree


def test_the_proof_says_who_when_why_and_what(hub: Hub) -> None:
    id_ = ann(hub)
    sent(hub)

    erasure = hub.clients.erase(id_, reason="asked by e-mail", by="the office")

    assert (erasure.complete, erasure.completed_at is None) == (True, False)
    assert (erasure.client_id, erasure.reason, erasure.asked_by) == (id_, "asked by e-mail", "library (the office)")
    assert {name: erasure.rows[name] for name in ("clients", "client_tags", "deliveries", "attempts", "messages")} == {
        "clients": 1,
        "client_tags": 1,
        "deliveries": 1,
        "attempts": 1,
        "messages": 1,
    }
    assert hub.clients.erasure(erasure.id) == erasure
    assert hub.clients.erasures() == [erasure]


def test_an_erased_address_is_recognised_in_any_spelling(hub: Hub) -> None:
    erasure = hub.clients.erase(ann(hub), reason="asked")

    assert [hub.clients.erasures(address=given) for given in (PERSON, PHONE, "+7 (920) 123-45-67")] == [[erasure]] * 3
    assert hub.clients.erasures(address="79201234568") == []


def test_the_hashes_depend_on_the_key_of_the_settings(make_hub: HubMaker, database_url: str) -> None:
    hubs = [
        make_hub(worker=False, database_url=database_url, retention={"erasure_key": key * 16}) for key in ("a", "b")
    ]
    first, second = (hub.clients.erase(ann(hub), reason="asked") for hub in hubs)

    assert first.key != second.key
    assert not {*first.hashes} & {*second.hashes}
    assert hubs[0].clients.erasures(address=PHONE) == [first]
    assert count(hubs[0], "erasure_keys") == 0


def test_what_has_not_been_sent_is_cancelled_also_to_the_addresses_themselves(
    make_hub: HubMaker, database_url: str, emulator: RunningEmulator
) -> None:
    hub = make_hub(worker=False, database_url=database_url)
    id_ = ann(hub)
    message = hub.send("Hello", to={"telegram": PERSON})

    erasure = hub.clients.erase(id_, reason="asked")
    make_hub(database_url=database_url)

    assert (erasure.complete, erasure.cancelled) == (True, 1)
    assert hub.message(message.id).counts["cancelled"] == 1
    assert emulator.entries() == []


def test_an_erasure_is_complete_only_when_nothing_is_on_its_way(hub: Hub, emulator: RunningEmulator) -> None:
    id_ = ann(hub)
    emulator.faults(latency_ms=1_000)
    message = hub.send("Hello Ann Lee", to={"telegram": PERSON})
    until(lambda: hub.message(message.id).counts.get("sending") == 1)

    erasure = hub.clients.erase(id_, reason="asked")
    core_of(hub).database.write(erasing.complete, now_ms()).result()

    assert (erasure.complete, hub.clients.erasure(erasure.id).complete) == (False, False)
    hub.wait(message, timeout_s=10)
    assert core_of(hub).database.write(erasing.complete, now_ms()).result() == 1
    proof = hub.clients.erasure(erasure.id)
    assert (proof.complete, proof.rows["attempts"]) == (True, 1)
    assert mentions(hub) == []


def test_what_fails_while_it_is_erased_is_not_tried_again(hub: Hub, emulator: RunningEmulator) -> None:
    id_ = ann(hub)
    emulator.faults(latency_ms=1_000, failure_rate=1, failure="500")
    message = hub.send("Hello", to={"telegram": PERSON})
    until(lambda: hub.message(message.id).counts.get("sending") == 1)

    hub.clients.erase(id_, reason="asked")

    hub.wait(message, timeout_s=10)
    assert hub.message(message.id).counts["cancelled"] == 1
    assert len(emulator.entries()) == 1


def test_others_with_the_same_address_keep_their_history(hub: Hub) -> None:
    id_ = ann(hub)
    hub.clients.create("79031112233", addresses={"telegram": PERSON})
    ended(hub, hub.mailings.create("Sale", "Hello", ["telegram"], audience={"operator_code": ["903"]}))

    hub.clients.erase(id_, reason="asked")

    assert asked(hub, "SELECT address FROM deliveries") == [(PERSON,)]


def test_the_text_of_a_message_to_several_people_stays_for_the_others(hub: Hub) -> None:
    id_ = ann(hub)
    message = hub.send("Hello", to=[{"telegram": PERSON}, {"telegram": "1067001"}])
    hub.wait(message, timeout_s=10)

    hub.clients.erase(id_, reason="asked")

    assert hub.message(message.id).text == "Hello"
    assert sorted(d.address for d in hub.message(message.id).deliveries or []) == ["", "1067001"]


def test_nobody_is_erased_without_a_reason(hub: Hub) -> None:
    id_ = ann(hub)

    with pytest.raises(InvalidRequest, match="reason"):
        hub.clients.erase(id_, reason="")
    assert hub.clients.get(id_).id == id_


def test_somebody_who_is_not_there_cannot_be_erased(hub: Hub) -> None:
    with pytest.raises(NotFound, match="client 7"):
        hub.clients.erase(7, reason="asked")


@pytest.fixture
def client(hub: Hub) -> Iterator[Client]:
    with running(make_app(hub)) as port, Client(f"http://127.0.0.1:{port}", hub.keys.create("k").key) as client:
        yield client


def test_a_service_erases_too_and_names_the_key(client: Client, hub: Hub) -> None:
    made = client.clients.create(PHONE, addresses={"telegram": PERSON}, attributes={"name": "Ann Lee"})
    client.wait(client.send("Hello", to={"telegram": PERSON}), timeout_s=10)

    erasure = client.clients.erase(made.id, reason="asked", by="Bob")

    assert erasure.asked_by == "API key 1 (Bob)"
    assert client.clients.erasures(address=PHONE) == [erasure] == hub.clients.erasures()
    assert client.clients.erasure(erasure.id) == erasure
    # Answers that are kept for repeats name the person no more.
    assert mentions(hub) == []


def test_two_who_erase_different_people_at_once_get_one_key(hub: Hub) -> None:
    ids = [hub.clients.create(f"7920123456{number}").id for number in range(4)]

    with ThreadPoolExecutor(4) as pool:
        made = list(pool.map(lambda id_: hub.clients.erase(id_, reason="asked"), ids))

    assert len({erasure.key for erasure in made}) == 1 == count(hub, "erasure_keys")
