"""Webhooks and events over REST: what is answered, what is refused, and streams."""

from __future__ import annotations

import asyncio
import http.client
import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from notifyhub import Conflict, Hub, NotFound
from notifyhub.client import AsyncClient, Client
from notifyhub.store import webhooks
from tests.api.conftest import Api, serve
from tests.conftest import HubMaker
from tests.emulator.receiver import Receiver
from tests.webhooks.conftest import eventually, sent, verified

__all__ = ["serve"]
WEBHOOKS = "/api/v1/webhooks"
EVENTS = "/api/v1/events"


@pytest.fixture
def api(small_hub: Hub, serve: Callable[[Hub], Api]) -> Api:
    return serve(small_hub)


def made(api: Api, receiver: Receiver, **members: Any) -> Any:
    reply = api.post(WEBHOOKS, {"url": f"{receiver.url}/hooks", **members})
    assert reply.status == 201, reply.body
    return reply.json


def test_a_secret_is_shown_once(api: Api, receiver: Receiver) -> None:
    webhook = made(api, receiver, events=["delivery.*"], description="the shop's")

    again = api.get(f"{WEBHOOKS}/{webhook['id']}").json

    assert webhook.pop("secret").startswith("whsec_")
    assert again == webhook == api.get(WEBHOOKS).json["items"][0]
    assert again["events"] == ["delivery.*"]


def test_the_whole_life_of_a_webhook(api: Api, receiver: Receiver) -> None:
    webhook = made(api, receiver)
    path = f"{WEBHOOKS}/{webhook['id']}"

    rotated = api.post(f"{path}/rotate").json
    post = api.post(f"{path}/test").json
    event = verified(receiver.next(), rotated["secret"])
    eventually(lambda: bool(api.get(f"{path}/posts?state=posted").json["items"]))
    replayed = api.post(f"{path}/replay", {"event_id": event["id"]}).json
    receiver.next()
    changed = api.ask("PATCH", path, b'{"enabled": false, "channels": ["telegram"]}').json
    deleted = api.ask("DELETE", path).json

    assert (post["event_type"], post["event_id"]) == ("webhook.tested", event["id"])
    assert replayed == {"id": webhook["id"], "posts": 1}
    assert (changed["enabled"], changed["disabled_reason"], changed["channels"]) == (False, "operator", ["telegram"])
    assert deleted["id"] == webhook["id"]
    assert api.get(path).status == 404


@pytest.mark.parametrize(
    ("members", "faults"),
    [
        ({"url": ""}, [("$.url", "empty")]),
        ({"url": "https://10.0.0.1/"}, [("$.url", "private_address")]),
        ({"events": []}, [("$.events", "empty")]),
        ({"events": ["delivery.sold"]}, [("$.events[0]", "unknown_event")]),
        ({"channels": ["pigeon"]}, [("$.channels[0]", "unknown_value")]),
        ({"mailing_id": 0}, [("$.mailing_id", "too_small")]),
        ({"secret": "mine"}, [("$.secret", "unknown_field")]),
    ],
)
def test_what_is_wrong_with_a_webhook_is_told(api: Api, members: dict[str, Any], faults: list[Any]) -> None:
    reply = api.post(WEBHOOKS, {"url": "https://93.184.216.34/", **members})

    assert (reply.status, reply.faults) == (422, faults)


@pytest.mark.parametrize(
    ("body", "faults"),
    [
        ({}, [("$", "form")]),
        ({"event_id": "17"}, [("$.event_id", "form")]),
        ({"since": "2126-01-01T00:00Z"}, [("$.since", "form")]),
        ({"since": "2026-01-01T00:00"}, [("$.since", "naive")]),
        ({"until": "2026-01-01T00:00Z"}, [("$", "form"), ("$.until", "form")]),
    ],
)
def test_what_cannot_be_replayed_is_told(api: Api, receiver: Receiver, body: Any, faults: list[Any]) -> None:
    webhook = made(api, receiver)

    reply = api.post(f"{WEBHOOKS}/{webhook['id']}/replay", body)

    assert (reply.status, reply.faults) == (422, faults)


def test_an_event_that_is_not_kept_cannot_be_replayed(api: Api, receiver: Receiver) -> None:
    webhook = made(api, receiver)
    body = {"event_id": "01a1fdc9-524d-7b3c-9d2f-7a0000000011"}

    assert api.post(f"{WEBHOOKS}/{webhook['id']}/replay", body).status == 404


def test_a_webhook_that_does_not_exist_is_not_found(api: Api) -> None:
    calls = [("POST", "/test"), ("POST", "/rotate"), ("POST", "/retry"), ("GET", "/posts"), ("DELETE", ""), ("GET", "")]

    assert [api.ask(method, f"{WEBHOOKS}/17{rest}").status for method, rest in calls] == [404] * len(calls)


def test_only_an_admin_manages_webhooks(api: Api) -> None:
    api.key = str(api.hub.keys.create("shop", ["send", "read"]).key)

    assert api.post(WEBHOOKS, {"url": "https://93.184.216.34/"}).status == 403
    assert (api.get(WEBHOOKS).status, api.get(EVENTS).status) == (200, 200)


def test_there_is_a_limit_of_webhooks(small_hub: Hub, receiver: Receiver) -> None:
    for _ in range(webhooks.MOST_ENDPOINTS):
        small_hub.webhooks.create(receiver.url, ["mailing.*"])

    with pytest.raises(Conflict, match="there are 200 webhooks already"):
        small_hub.webhooks.create(receiver.url)


def test_a_client_has_the_same_verbs(api: Api, receiver: Receiver) -> None:
    with Client(f"http://127.0.0.1:{api.port}", api.key) as client:
        webhook = client.webhooks.create(receiver.url, ["delivery.sent"], description="a note")
        delivery = sent(api.hub)
        event = verified(receiver.next(), webhook.secret)

        assert (
            client.webhooks.get(webhook.id) == client.webhooks.list()[0] == webhook.model_copy(update={"secret": None})
        )
        assert client.webhooks.update(webhook.id, description=None).description is None
        assert client.webhooks.rotate(webhook.id).old_secret_until is not None
        assert client.webhooks.test(webhook.id).event_type == "webhook.tested"
        receiver.next()
        eventually(lambda: len(client.webhooks.posts(webhook.id, state="posted")) == 2)
        assert client.webhooks.replay(webhook.id, event["id"]).posts == 1
        assert client.webhooks.replay(webhook.id, since="2020-01-01T00:00Z").id == webhook.id
        assert client.webhooks.retry(webhook.id).id == webhook.id
        page = client.events.list(types=["delivery.*"])
        assert page.items[0].data.delivery_id == delivery.id  # type: ignore[union-attr]
        assert client.events.list(after=page.next).items == []
        client.webhooks.delete(webhook.id)
        with pytest.raises(NotFound, match="there is no webhook"):
            client.webhooks.posts(webhook.id)


def test_an_asyncio_client_reads_events(api: Api) -> None:
    async def read() -> tuple[Any, Any]:
        async with AsyncClient(f"http://127.0.0.1:{api.port}", api.key) as client:
            return (await client.events.list()).items, await client.webhooks.list()

    assert asyncio.run(read()) == ([], [])


class Stream:
    """An open stream of events."""

    def __init__(self, response: http.client.HTTPResponse) -> None:
        self.response = response

    def block(self) -> dict[str, str]:
        """The next block that has data or an id, as its fields; empty at the end of the stream."""
        fields: dict[str, str] = {}
        while line := self.response.readline().decode():
            if line == "\n":
                if fields.keys() & {"id", "data"}:
                    return fields
                fields = {}
            elif not line.startswith(":"):
                name, _, value = line.rstrip("\n").partition(": ")
                fields[name] = value
        return {}


@contextmanager
def streaming(api: Api, query: str = "", **headers: str) -> Iterator[Stream]:
    connection = http.client.HTTPConnection("127.0.0.1", api.port, timeout=30)
    try:
        given = {"Authorization": f"Bearer {api.key}", "Accept": "text/event-stream"}
        given |= {name.replace("_", "-"): value for name, value in headers.items()}
        connection.request("GET", EVENTS + query, headers=given)
        response = connection.getresponse()
        assert response.status == 200, response.read()
        assert response.headers["Content-Type"].startswith("text/event-stream")
        # The first line says that it has begun.
        assert response.readline().startswith(b"retry: ")
        yield Stream(response)
    finally:
        connection.close()


@pytest.fixture
def eager(make_hub: HubMaker, serve: Callable[[Hub], Api], database_url: str) -> Api:
    """A service on each store that keeps all events."""
    return serve(make_hub(database_url=database_url, events={"types": "*", "heartbeat_s": 0.3}))


def test_a_stream_tells_what_happens_from_now_on(eager: Api) -> None:
    sent(eager.hub, "before")
    assert len(eager.hub.events.list().items) == 2

    with streaming(eager, "?types=delivery.*") as stream:
        delivery = sent(eager.hub, "after")
        block = stream.block()
        while "data" not in block:
            block = stream.block()

    event = json.loads(block["data"])
    assert (block["event"], block["id"]) == ("delivery.sent", event["id"])
    assert event["data"]["delivery_id"] == delivery.id


def test_a_stream_goes_on_where_its_reader_left_off(eager: Api) -> None:
    sent(eager.hub, "first")
    sent(eager.hub, "second")
    eventually(lambda: len(eager.hub.events.list().items) == 4)
    ids = [str(event.id) for event in eager.hub.events.list().items]

    with streaming(eager, Last_Event_ID=ids[1]) as stream:
        assert [stream.block()["id"] for _ in range(2)] == ids[2:]
    with streaming(eager, f"?after={ids[2]}") as stream:
        assert stream.block()["id"] == ids[3]


def test_a_quiet_stream_shows_that_it_lives_and_moves_on(eager: Api) -> None:
    sent(eager.hub)
    newest = eager.hub.events.list().items[-1].id

    with streaming(eager, "?types=mailing.*") as stream:
        assert [stream.block(), stream.block()] == [{"id": str(newest)}] * 2


def test_a_revoked_key_ends_its_stream(eager: Api) -> None:
    key = eager.hub.keys.create("reader", ["read"])
    eager.key = str(key.key)

    with streaming(eager) as stream:
        eager.hub.keys.revoke(key.id)

        assert stream.block() == {}


def test_streams_have_a_limit(make_hub: HubMaker, serve: Callable[[Hub], Api]) -> None:
    api = serve(make_hub(worker=False, events={"streams": 1}))

    with streaming(api):
        reply = api.get(EVENTS, Accept="text/event-stream")

    assert (reply.status, reply.json["type"]) == (503, "/problems/too-many-streams")
    eventually(lambda: _is_admitted(api))


def _is_admitted(api: Api) -> bool:
    try:
        with streaming(api):
            return True
    except AssertionError:
        return False


def test_an_unknown_parameter_is_refused(api: Api) -> None:
    assert api.get(f"{EVENTS}?type=delivery.sent").faults == [("$.type", "unknown_field")]
