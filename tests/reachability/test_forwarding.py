"""What people write is posted to the operator's URL: at least once, signed, and never in anybody's way."""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Callable, Iterator

import pytest
from starlette.responses import Response

from notifyhub import Hub
from notifyhub.clock import now_ms
from notifyhub.domain.signing import key_of
from notifyhub.flow.forward import GIVEN_UP_AFTER_MS, Forwarder, pause_ms
from notifyhub.hub import core_of
from notifyhub.store import inbound_posts
from tests.api.conftest import Api, serve
from tests.conftest import HubMaker
from tests.emulator.receiver import Receiver, receiving
from tests.reachability.conftest import PERSON, sent
from tests.reachability.test_inbound import telegram, written

__all__ = ["serve"]


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with receiving() as receiver:
        yield receiver


Serve = Callable[[Hub], Api]


def test_what_a_person_writes_is_posted(
    make_hub: HubMaker,
    serve: Serve,
    database_url: str,
    receiver: Receiver,
) -> None:
    api = serve(make_hub(database_url=database_url, inbound_url=f"{receiver.url}/inbound"))

    telegram(api, written(7, "Is it still there?"))

    posted = receiver.next()
    assert (posted.method, posted.path, posted.headers["content-type"]) == ("POST", "/inbound", "application/json")
    assert posted.json == {
        "channel": "telegram",
        "sender": None,
        "address": PERSON,
        "kind": "message",
        "text": "Is it still there?",
        "at": "2023-11-14T22:13:21.000Z",
        "messenger_id": "5",
        "raw": written(7, "Is it still there?"),
    }


def test_a_repeated_update_is_posted_once(make_hub: HubMaker, serve: Serve, receiver: Receiver) -> None:
    api = serve(make_hub(inbound_url=receiver.url))

    for update_id in (7, 7, 8):
        telegram(api, written(update_id, f"number {update_id}"))

    assert [receiver.next().json["text"] for _ in range(2)] == ["number 7", "number 8"]
    assert receiver.posted.empty()


@pytest.mark.parametrize("secret", ["any text", "whsec_" + base64.b64encode(b"a key of bytes").decode()])
def test_a_secret_signs_it(make_hub: HubMaker, serve: Serve, receiver: Receiver, secret: str) -> None:
    api = serve(make_hub(inbound_url=receiver.url, inbound_secret=secret))

    telegram(api, written(7, "hello"))

    posted = receiver.next()
    key = b"a key of bytes" if secret.startswith("whsec_") else b"any text"
    signed = f"{posted.headers['webhook-id']}.{posted.headers['webhook-timestamp']}.".encode() + posted.body
    expected = base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()
    assert posted.headers["webhook-signature"] == f"v1,{expected}"


def test_without_a_secret_nothing_is_signed(make_hub: HubMaker, serve: Serve, receiver: Receiver) -> None:
    telegram(serve(make_hub(inbound_url=receiver.url)), written(7, "hello"))

    assert "webhook-signature" not in receiver.next().headers


def test_it_is_posted_again_until_it_is_taken(
    make_hub: HubMaker,
    serve: Serve,
    database_url: str,
    receiver: Receiver,
) -> None:
    receiver.answers = [Response(status_code=503), Response(status_code=302, headers={"Location": "/elsewhere"})]
    api = serve(make_hub(database_url=database_url, inbound_url=receiver.url))

    telegram(api, written(7, "hello"))

    posted = [receiver.next() for _ in range(3)]
    assert len({post.headers["webhook-id"] for post in posted}) == 1
    assert [post.path for post in posted] == ["/", "/", "/"]


def test_what_waits_keeps_its_order_and_is_posted_when_the_url_is_back(
    make_hub: HubMaker,
    serve: Serve,
    receiver: Receiver,
) -> None:
    receiver.answers = [Response(status_code=500)]
    api = serve(make_hub(inbound_url=receiver.url))
    for number in range(3):
        telegram(api, written(number, str(number)))

    texts = [receiver.next().json["text"] for _ in range(4)]

    assert sorted(texts[1:]) == ["0", "1", "2"]


def test_one_that_is_refused_holds_up_no_other(make_hub: HubMaker, serve: Serve, receiver: Receiver) -> None:
    hub = make_hub(worker=False, inbound_url=receiver.url)
    api = serve(hub)
    receiver.answers = [Response(status_code=400)]
    telegram(api, written(1, "bad"))
    telegram(api, written(2, "good"))

    Forwarder(core_of(hub).database, receiver.url, None).sweep()

    assert [receiver.next().json["text"] for _ in range(2)] == ["bad", "good"]


def test_sending_goes_on_while_the_url_is_away(make_hub: HubMaker, serve: Serve) -> None:
    api = serve(make_hub(inbound_url="http://127.0.0.1:1/nobody"))
    telegram(api, written(7, "hello"))

    assert sent(api.hub).status == "sent"
    assert core_of(api.hub).database.read(inbound_posts.any_due(2**60)).result()


def test_it_is_given_up_after_a_day(
    make_hub: HubMaker,
    serve: Serve,
    database_url: str,
    caplog: pytest.LogCaptureFixture,
) -> None:
    hub = make_hub(worker=False, database_url=database_url, inbound_url="http://127.0.0.1:1/nobody")
    telegram(serve(hub), written(7, "hello"))
    database = core_of(hub).database
    age(hub, now_ms() - GIVEN_UP_AFTER_MS)

    Forwarder(database, "http://127.0.0.1:1/nobody", None).sweep()

    assert not database.read(inbound_posts.any_due(2**60)).result()
    assert "is given up" in caplog.text


def age(hub: Hub, created_at: int) -> None:
    def job(database: object, items: list[None]) -> list[None]:
        database.execute_sql(f"UPDATE inbound_posts SET created_at = {created_at}")  # type: ignore[attr-defined]
        return items

    core_of(hub).database.write(job, None).result()


def test_without_a_url_nothing_is_kept(make_hub: HubMaker, serve: Serve) -> None:
    api = serve(make_hub(worker=False))

    telegram(api, written(7, "hello"))

    assert not core_of(api.hub).database.read(inbound_posts.any_due(2**60)).result()


def test_pauses_grow_and_have_an_end() -> None:
    assert [pause_ms(tries) for tries in (1, 2, 3, 40)] == [500, 1_000, 2_000, 600_000]


def test_a_secret_that_only_looks_like_one_is_text() -> None:
    assert key_of("whsec_?") == b"whsec_?"
