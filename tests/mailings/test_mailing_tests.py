"""A mailing is shown to a few people first, and reaches everybody nevertheless."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from notifyhub import Conflict, Hub, InvalidRequest, NotFound
from notifyhub.client import Client
from notifyhub.hub import core_of
from notifyhub_api.app import make_app
from tests.conftest import HubMaker
from tests.emulated import RunningEmulator
from tests.mailings.conftest import counted, ended, fill, telegram
from tests.mailings.counters import counters_of, rows_of
from tests.serving import running

Ways = Callable[[Hub], Any]


@pytest.fixture(params=["hub", "client"])
def ways(request: pytest.FixtureRequest) -> Iterator[Ways]:
    """The hub, or a client of a service over it."""
    from contextlib import ExitStack

    with ExitStack() as open_:

        def through_a_service(hub: Hub) -> Client:
            port = open_.enter_context(running(make_app(hub)))
            return open_.enter_context(Client(f"http://127.0.0.1:{port}", hub.keys.create("k").key))

        yield (lambda hub: hub) if request.param == "hub" else through_a_service


def test_a_client_and_another_person_get_the_text_with_its_options_now(
    hub: Hub, emulator: RunningEmulator, ways: Ways
) -> None:
    fill(hub, 3)
    options = {"telegram": {"silent": True}}
    draft = hub.mailings.create("Sale", "Hello", ["telegram"], draft=True, options=options)

    message = ways(hub).mailings.test(draft.id, clients=[2], to={"telegram": "777"})

    done = hub.wait(message.id, timeout_s=10)
    assert (done.status, done.text, done.options) == ("sent", "Hello", options)
    assert (done.metadata, done.mailing_id) == ({"test_of_mailing": draft.id}, None)
    assert set(emulator.accepted()) == {("telegram", telegram(1), "Hello"), ("telegram", "777", "Hello")}


def test_who_got_a_test_gets_the_mailing_too_and_may_be_tested_again(hub: Hub, emulator: RunningEmulator) -> None:
    fill(hub, 2)
    draft = hub.mailings.create("Sale", "Hello", ["telegram"], draft=True)
    for _ in range(2):
        hub.wait(hub.mailings.test(draft.id, clients=[1]), timeout_s=10)

    hub.mailings.start(draft.id)

    mailing = ended(hub, draft)
    assert (counted(mailing), mailing.duplicates) == ({"sent": 2}, 0)
    accepted = emulator.accepted()
    assert accepted[("telegram", telegram(0), "Hello")] == 3
    assert accepted[("telegram", telegram(1), "Hello")] == 1


def test_a_test_is_no_part_of_the_mailing(hub: Hub, emulator: RunningEmulator) -> None:
    fill(hub, 1)
    draft = hub.mailings.create("Sale", "Hello", ["telegram"], draft=True)

    hub.wait(hub.mailings.test(draft.id, clients=[1]), timeout_s=10)

    assert hub.mailings.stats(draft.id).total == 0
    assert hub.mailings.get(draft.id).status == "draft"
    assert hub.deliveries(mailing_id=draft.id) == []
    assert hub.stats.overall().by_status["sent"] == 1
    assert counters_of(core_of(hub)) == rows_of(core_of(hub))


@pytest.mark.parametrize(("reach", "channels"), [("first", ["viber"]), ("all", ["viber", "telegram"])])
def test_a_test_goes_where_the_mailing_would_go(make_hub: HubMaker, reach: Any, channels: list[str]) -> None:
    hub = make_hub(worker=False)
    known = {"telegram": "1", "viber": "01234567890A="}
    client = hub.clients.create("79030000001", addresses=known)
    draft = hub.mailings.create("Sale", "Hello", ["viber", "telegram"], draft=True, reach=reach)

    of_a_client = hub.mailings.test(draft.id, clients=[client.id])
    of_another = hub.mailings.test(draft.id, to={**known, "whatsapp": "79161234567"})

    for message in (of_a_client, of_another):
        assert sorted(d.channel for d in message.deliveries or ()) == sorted(channels)


def test_nobody_gets_a_test_twice_at_once(make_hub: HubMaker) -> None:
    hub = make_hub(worker=False)
    fill(hub, 1)
    draft = hub.mailings.create("Sale", "Hello", ["telegram"], draft=True)

    message = hub.mailings.test(draft.id, clients=[1, 1], to=[{"telegram": telegram(0)}, {"telegram": "7"}])

    assert [d.address for d in message.deliveries or ()] == [telegram(0), "7"]


def test_a_running_and_a_paused_mailing_can_be_tested_and_one_that_has_ended_cannot(
    make_hub: HubMaker, database_url: str, ways: Ways
) -> None:
    hub = make_hub(worker=False, database_url=database_url)
    there = ways(hub)
    mailing = hub.mailings.create("Sale", "Hello", ["telegram"])
    assert mailing.status == "running"
    assert there.mailings.test(mailing.id, to={"telegram": "7"}).accepted == 1
    hub.mailings.pause(mailing.id)
    assert there.mailings.test(mailing.id, to={"telegram": "7"}).accepted == 1

    hub.mailings.cancel(mailing.id)

    with pytest.raises(Conflict, match="is cancelled: it can be tested before it ends"):
        there.mailings.test(mailing.id, to={"telegram": "7"})
    with pytest.raises(NotFound, match="there is no mailing 99"):
        there.mailings.test(99, to={"telegram": "7"})


def test_everybody_who_cannot_be_reached_is_named(make_hub: HubMaker, ways: Ways) -> None:
    hub = make_hub(worker=False)
    hub.clients.create("79030000001")
    hub.clients.create("79030000002", addresses={"telegram": "2"}, opted_out=["telegram"])
    draft = hub.mailings.create("Sale", "Hello", ["telegram", "viber"], draft=True)

    with pytest.raises(InvalidRequest) as caught:
        ways(hub).mailings.test(draft.id, clients=[1, 2, 99], to=[{"telegram": "7"}, {"whatsapp": "79161234567"}])

    assert [(fault.path, fault.code, fault.message) for fault in caught.value.faults] == [
        ("clients[0]", "no_address", "client 1 has no address on telegram or viber"),
        ("clients[1]", "opted_out", "client 2 opted out of telegram or viber"),
        ("clients[2]", "unknown_client", "there is no client 99"),
        ("to[1]", "no_address", "has no address on telegram or viber"),
    ]
    assert hub.messages() == []


@pytest.mark.parametrize(
    ("asked", "faults"),
    [
        ({}, [("", "empty")]),
        ({"clients": range(1, 12)}, [("clients", "too_many")]),
        ({"clients": range(1, 7), "to": [{"telegram": "1"}] * 5}, [("", "too_many")]),
        ({"clients": [0]}, [("clients[0]", "too_small")]),
        ({"to": {"telegram": "nobody!"}}, [("to.telegram", "form")]),
        ({"to": {"icq": "1"}}, [("to.icq", "unknown_field")]),
    ],
)
def test_what_is_wrong_with_the_question_is_named(
    make_hub: HubMaker, asked: dict[str, Any], faults: list[tuple[str, str]]
) -> None:
    hub = make_hub(worker=False)
    draft = hub.mailings.create("Sale", "Hello", ["telegram"], draft=True)

    with pytest.raises(InvalidRequest) as caught:
        hub.mailings.test(draft.id, **asked)

    assert [(fault.path, fault.code) for fault in caught.value.faults] == faults
