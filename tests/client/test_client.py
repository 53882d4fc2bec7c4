"""The client of a service: names, answers and errors of the hub."""

from __future__ import annotations

import asyncio
import inspect
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from notifyhub import (
    Conflict,
    Hub,
    InvalidRequest,
    NotAllowed,
    NotFound,
    NotifyhubError,
    ServiceUnavailable,
    SettingsError,
    StoreUnavailable,
    WaitTimedOut,
)
from notifyhub.client import AsyncClient, Client
from notifyhub.verbs import Messaging
from notifyhub_api.app import make_app
from tests.client.conftest import Served
from tests.conftest import HubMaker
from tests.emulated import RunningEmulator
from tests.serving import running

LATER = datetime.now(UTC) + timedelta(days=1)
TO = {"telegram": "1"}
NOWHERE = "01a1fdc9-524d-76a2-a653-642f75c95fee"


def test_a_message_is_sent_and_waited_for(make_hub: HubMaker, emulator: RunningEmulator) -> None:
    hub = make_hub()
    with running(make_app(hub)) as port, Client(f"http://127.0.0.1:{port}", hub.keys.create("k").key) as client:
        message = client.send("Hello", to=[TO, {"whatsapp": "+7 916 123-45-67"}], metadata={"order": 17})
        ended = client.wait(message, timeout_s=20)

    assert (ended.status, ended.counts, ended.metadata) == ("sent", {"sent": 2}, {"order": 17})
    assert len(emulator.accepted()) == 2


QUESTIONS: dict[str, Callable[[Any, UUID, int], Any]] = {
    "message": lambda hub, id_, _: hub.message(id_),
    "delivery": lambda hub, _, number: hub.delivery(number),
    "messages": lambda hub, *_: hub.messages(limit=2, status="scheduled", channel=["telegram", "viber"]),
    "messages before one": lambda hub, *_: hub.messages(before=hub.messages(limit=1)[0]),
    "messages by their text": lambda hub, *_: hub.messages(text="HELLO"),
    "messages from the oldest": lambda hub, *_: hub.messages(order="oldest"),
    "mailings from the oldest": lambda hub, *_: hub.mailings.list(order="oldest"),
    "clients from the oldest": lambda hub, *_: hub.clients.list(order="oldest"),
    "the audit from the oldest": lambda hub, *_: hub.audit.list(order="oldest", action="client.created"),
    "messages since": lambda hub, *_: hub.messages(created_from=datetime(2020, 1, 1, tzinfo=UTC)),
    "deliveries": lambda hub, *_: hub.deliveries(address="1", limit=3),
    "deliveries before one": lambda hub, *_: hub.deliveries(before=hub.deliveries(limit=1)[0]),
    "deliveries by id": lambda hub, _, number: hub.deliveries_by_id([number, 999]),
    "why a message": lambda hub, id_, _: hub.why(id_),
    "why a delivery": lambda hub, _, number: hub.why(number),
    "channels": lambda hub, *_: [one.name for one in hub.channels()],
    "channel": lambda hub, *_: hub.channel("viber").address,
    "clients": lambda hub, *_: hub.clients.list(tag=["a", "b"], search="79"),
    "clients before one": lambda hub, *_: hub.clients.list(before=hub.clients.list(limit=1)[0]),
    "client": lambda hub, *_: hub.clients.get(1),
    "mailings": lambda hub, *_: hub.mailings.list(status="scheduled"),
    "mailings with a word": lambda hub, *_: hub.mailings.list(search="sale"),
    "mailings before one": lambda hub, *_: hub.mailings.list(before=hub.mailings.list(limit=1)[0]),
    "mailing": lambda hub, *_: hub.mailings.get(1),
    "statistics of a mailing": lambda hub, *_: hub.mailings.stats(1),
    "statistics of now": lambda hub, *_: [one.name for one in hub.stats.now().channels],
    "statistics": lambda hub, *_: hub.stats.overall(by="day", created_from=datetime(2020, 1, 1, tzinfo=UTC)),
    "keys": lambda hub, *_: [one.name for one in hub.keys.list()],
    "key": lambda hub, *_: hub.keys.get(1).name,
}


@pytest.mark.parametrize("ask", QUESTIONS.values(), ids=QUESTIONS)
def test_it_answers_as_the_hub_does(served: Served, client: Client, ask: Callable[[Any, UUID, int], Any]) -> None:
    for i in range(5):
        message = served.hub.send(f"Hello {i}", to=[TO, {"telegram": "2"}], at=LATER)
        served.hub.clients.create(f"7920123456{i}", tags=["a"])
        served.hub.mailings.create(f"Sale {i}", "Hello", ["telegram"], starts_at=LATER, audience={"tag": "a"})
    assert message.deliveries
    assert message.deliveries[0].id

    assert ask(client, message.id, message.deliveries[0].id) == ask(served.hub, message.id, message.deliveries[0].id)


def test_what_is_done_to_a_message_is_done_there(served: Served, client: Client) -> None:
    message = client.send("Hello", to=[TO, {"telegram": "2"}], at=LATER, reference="order-17")
    assert message.deliveries

    assert client.change(message.id, text="Other", expires_at=None).text == "Other"
    assert [one.result for one in client.cancel_deliveries([message.deliveries[0].id or 0])] == ["cancelled"]
    assert client.cancel(message.id).cancelled == 1
    assert client.retry(message.id).left_alone == 2
    assert served.hub.message(message.id).counts == {"cancelled": 2}


def test_many_messages_each_have_their_result(served: Served, client: Client) -> None:
    [good, bad] = client.send_many([{"text": "One", "recipients": [TO]}, {"text": "", "recipients": [TO]}])

    assert getattr(good, "text", None) == "One"
    assert isinstance(bad, InvalidRequest)
    assert bad.faults[0].message == "must not be empty"


def test_clients_are_made_changed_and_deleted_there(served: Served, client: Client) -> None:
    made = client.clients.create("79201234567", tags=["vip"], attributes={"city": "Tver"}, opted_out=True)

    assert made == served.hub.clients.get(made.id)
    assert client.clients.update(made.id, tags=None, opted_out=["viber"]).opted_out == ["viber"]
    assert client.clients.delete(made.id).cancelled == 0
    assert served.hub.clients.list() == []


def test_mailings_are_made_and_moved_there(served: Served, client: Client) -> None:
    made = client.mailings.create("Sale", "Hello", ["telegram"], draft=True, send_window={"from": "09:00"})

    assert made == served.hub.mailings.get(made.id)
    assert client.mailings.update(made.id, name="Spring").name == "Spring"
    assert client.mailings.start(made.id).status == "running"
    assert client.mailings.pause(made.id).status == "paused"
    assert client.mailings.resume(made.id).status == "running"
    assert client.mailings.retry_failed(made.id).retried == 0
    assert client.mailings.cancel(made.id).status == "cancelled"
    assert client.mailings.delete(made.id).too_late == 0
    assert served.hub.mailings.list() == []


def test_keys_are_made_and_revoked_there(served: Served, client: Client) -> None:
    key = client.keys.create("shop", ["send"], rate_limit=10)

    assert key.key
    assert client.keys.revoke(key.id).revoked_at
    assert served.hub.keys.get(key.id).revoked_at


def test_more_is_listed_than_fits_one_page(make_hub: HubMaker) -> None:
    hub = make_hub(worker=False)
    for first in range(0, 1500, 500):
        hub.send_many([{"text": f"{first + i}", "recipients": [TO], "send_at": LATER} for i in range(500)])

    with running(make_app(hub)) as port, Client(f"http://127.0.0.1:{port}", hub.keys.create("k").key) as client:
        found = client.messages(limit=1200)

    assert len({message.id for message in found}) == 1200
    assert found == hub.messages(limit=1200)


CALLS: dict[str, Callable[[Any], Any]] = {
    "no text": lambda hub: hub.send("", to=TO),
    "no recipients": lambda hub: hub.send("Hello", to="1067000"),
    "one person": lambda hub: hub.send("Hello", to={"telegram": "x!"}),
    "two people": lambda hub: hub.send("Hello", to=[TO, {"telegram": "x!"}]),
    "too many": lambda hub: hub.send("Hello", to=[TO] * 6),
    "a moment without an offset": lambda hub: hub.send("Hello", to=TO, at=datetime(2126, 1, 1)),  # noqa: DTZ001
    "a past end": lambda hub: hub.send("Hello", to=TO, expires_at="2020-01-01T00:00Z"),
    "options": lambda hub: hub.send("Hello", to=TO, options={"telegram": {"colour": 1}}),
    "filters": lambda hub: hub.messages(status="lost"),
    "no message": lambda hub: hub.message(NOWHERE),
    "no id": lambda hub: hub.message("nonsense"),
    "a path for an id": lambda hub: hub.message("../keys"),
    "no delivery": lambda hub: hub.delivery(17),
    "no channel": lambda hub: hub.channel("sms"),
    "no phone": lambda hub: hub.clients.create("12"),
    "no client": lambda hub: hub.clients.get(99),
    "a change of no client": lambda hub: hub.clients.update(99, tags=[]),
    "a change of nothing": lambda hub: hub.clients.update(1),
    "a filter of clients": lambda hub: hub.clients.list(colour="red"),
    "no mailing": lambda hub: hub.mailings.get(99),
    "a wrong mailing": lambda hub: hub.mailings.create("", "Hello", [], audience={"colour": 1}),
    "pause no mailing": lambda hub: hub.mailings.pause(99),
    "mailings with too many words": lambda hub: hub.mailings.list(search="a" * 256),
    "mailings of no state": lambda hub: hub.mailings.list(status="lost"),
    "statistics since when": lambda hub: hub.stats.now(since="2020-01-01T00:00Z"),
    "statistics of no moment": lambda hub: hub.stats.now(since="soon"),
    "statistics by what": lambda hub: hub.stats.overall(by="year"),
    "no key": lambda hub: hub.keys.revoke(99),
    "change nothing": lambda hub: hub.change(NOWHERE),
    "resolve what is not held": lambda hub: hub.resolve(1, "resend"),
    "resolve as what": lambda hub: hub.resolve(1, "lost"),
    "why what": lambda hub: hub.why(NOWHERE),
    "cancel what": lambda hub: hub.cancel(NOWHERE),
    "wait for what": lambda hub: hub.wait(NOWHERE, timeout_s=1),
    "wait in vain": lambda hub: hub.wait(hub.messages(limit=1)[0], timeout_s=0.01),
    "no ids": lambda hub: hub.cancel_deliveries([]),
    "none of many": lambda hub: hub.send_many([]),
}


@pytest.mark.parametrize("call", CALLS.values(), ids=CALLS)
def test_its_errors_are_those_of_the_hub(served: Served, client: Client, call: Callable[[Any], Any]) -> None:
    served.hub.send("Hello", to=TO, at=LATER)
    told = []
    for hub in (served.hub, client):
        with pytest.raises(NotifyhubError) as raised:
            call(hub)
        told.append((type(raised.value), str(raised.value)))

    assert told[0] == told[1]
    assert told[0][0] in (InvalidRequest, NotFound, Conflict, WaitTimedOut)


@pytest.mark.parametrize("value", [{"a": {1, 2}}, {"a": float("nan")}, {"a": b"x"}, {"a": complex(1, 2)}], ids=str)
def test_what_json_cannot_say_is_an_invalid_request(client: Client, value: Any) -> None:
    with pytest.raises(InvalidRequest, match=r"^metadata: "):
        client.send("Hello", to=TO, metadata=value)


@pytest.mark.parametrize("scopes", [None, ["read"]], ids=["no key", "a key for reading"])
def test_a_key_that_is_not_good_for_it_is_told(served: Served, scopes: list[str] | None) -> None:
    key = served.hub.keys.create("narrow", scopes).key if scopes else "nh_" + "A" * 43
    with Client(served.url, key) as client, pytest.raises(NotAllowed) as refused:
        client.send("Hello", to=TO)

    assert "key" in str(refused.value)
    assert str(key) not in str(refused.value)


@pytest.mark.parametrize("url", ["", "notifyhub.example.org", "ftp://host", "http://", "http://h/?a=1", "http://h:x"])
def test_what_is_no_url_of_a_service_is_told_at_once(url: str) -> None:
    with pytest.raises(SettingsError, match="is not the URL of a service"):
        Client(url)


@pytest.mark.parametrize("key", ["", "nh_\u00e9", "nh_ x", "nh_\x00"])
def test_what_can_be_no_key_is_told_at_once_and_not_shown(key: str) -> None:
    with pytest.raises(SettingsError, match=r"^the API key contains invalid characters$"):
        Client("http://127.0.0.1:9", key)


def test_the_line_end_of_a_key_from_a_file_does_no_harm(served: Served) -> None:
    with Client(served.url, f"{served.key}\n") as client:
        assert client.messages() == []


def test_a_service_that_is_away_is_a_store_that_is_away() -> None:
    with Client("http://127.0.0.1:9", patience_s=0) as client, pytest.raises(StoreUnavailable) as raised:
        client.send("Hello", to=TO)

    assert isinstance(raised.value, ServiceUnavailable)
    assert str(raised.value).startswith("http://127.0.0.1:9: ")


def test_what_is_no_service_of_notifyhub_is_told(emulator: RunningEmulator) -> None:
    with Client(emulator.url) as client, pytest.raises(ServiceUnavailable, match="not a response of notifyhub"):
        client.messages()


def test_it_is_awaited(served: Served) -> None:
    async def application() -> list[str]:
        async with AsyncClient(served.url, served.key) as client, Client(served.url, served.key) as both:
            sends = [client.send(f"Hello {i}", to=TO, at=LATER) for i in range(20)]
            sends += [both.asend(f"Hello again {i}", to=TO, at=LATER) for i in range(20)]
            sent = await asyncio.gather(*sends)
            with pytest.raises(InvalidRequest, match=r"^to: "):
                await client.send("Hello", to=[])
            with pytest.raises(WaitTimedOut):
                await client.wait(sent[0], timeout_s=0.01)
            assert (await client.keys.list())[0].name == "tests"
            return [message.status for message in sent]

    assert asyncio.run(application()) == ["scheduled"] * 40


def test_it_is_used_from_one_event_loop_after_another(client: Client) -> None:
    async def application() -> int:
        return (await client.asend("Hello", to=TO, deduplicate="off", at=LATER)).accepted

    assert [asyncio.run(application()) for _ in range(3)] == [1, 1, 1]


def test_it_is_used_again_after_it_was_closed(client: Client) -> None:
    client.close()

    assert client.messages() == []


def test_what_can_be_done_with_a_hub_can_be_done_with_a_client() -> None:
    names = [name for name in vars(Messaging) if not name.startswith("_")]

    for name in names:
        assert inspect.signature(getattr(Client, name)) == inspect.signature(getattr(Hub, name))
