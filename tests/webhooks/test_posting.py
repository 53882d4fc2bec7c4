"""What happens is posted to endpoints: signed, with one id, at least once, and never in anybody's way."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from standardwebhooks.webhooks import WebhookVerificationError
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from notifyhub import Conflict, Hub
from notifyhub.clock import now_ms
from notifyhub.domain.posting import GIVEN_UP_AFTER_MS
from tests.conftest import HubMaker
from tests.emulated import RunningEmulator
from tests.emulator.receiver import Receiver, receiving
from tests.serving import running
from tests.webhooks.conftest import HERE, eventually, rows, sent, verified, write


def test_a_sent_delivery_is_posted_and_its_signature_is_valid(hub: Hub, receiver: Receiver) -> None:
    webhook = hub.webhooks.create(f"{receiver.url}/hooks", ["delivery.sent"])

    delivery = sent(hub, reference="order-7194")

    posted = receiver.next()
    event = verified(posted, webhook.secret)
    assert (posted.method, posted.path, posted.headers["content-type"]) == ("POST", "/hooks", "application/json")
    assert (event["id"], event["type"]) == (posted.headers["webhook-id"], "delivery.sent")
    assert event["data"] == {
        "delivery_id": delivery.id,
        "message_id": str(delivery.message_id),
        "channel": "telegram",
        "status": "sent",
        "reference": "order-7194",
    }


def test_a_body_that_was_changed_on_its_way_is_not_valid(small_hub: Hub, receiver: Receiver) -> None:
    webhook = small_hub.webhooks.create(receiver.url)
    small_hub.webhooks.test(webhook.id)
    posted = receiver.next()
    posted.body += b" "

    with pytest.raises(WebhookVerificationError):
        verified(posted, webhook.secret)


def test_both_secrets_sign_after_a_rotation(hub: Hub, receiver: Receiver) -> None:
    former = hub.webhooks.create(receiver.url)
    new = hub.webhooks.rotate(former.id)

    hub.webhooks.test(former.id)

    posted = receiver.next()
    assert former.secret != new.secret
    assert verified(posted, former.secret) == verified(posted, new.secret)


def test_a_former_secret_signs_for_a_day_only(small_hub: Hub, receiver: Receiver) -> None:
    former = small_hub.webhooks.create(receiver.url)
    new = small_hub.webhooks.rotate(former.id)
    write(small_hub, f"UPDATE webhook_endpoints SET old_until = {now_ms() - 1}")

    small_hub.webhooks.test(former.id)

    posted = receiver.next()
    assert verified(posted, new.secret)
    with pytest.raises(WebhookVerificationError):
        verified(posted, former.secret)


def test_a_failed_post_is_repeated_with_the_same_id(hub: Hub, receiver: Receiver) -> None:
    receiver.answers = [Response("down", status_code=503)]
    webhook = hub.webhooks.create(receiver.url)
    hub.webhooks.test(webhook.id)
    first = receiver.next()
    eventually(lambda: hub.webhooks.posts(webhook.id)[0].tries != [])
    (waiting,) = hub.webhooks.posts(webhook.id)
    assert hub.webhooks.retry(webhook.id).posts == 1

    second = receiver.next()

    assert first.headers["webhook-id"] == second.headers["webhook-id"]
    assert first.body == second.body
    assert [(one.status, one.answer, one.error) for one in waiting.tries] == [(503, "down", "it answered 503")]
    # 5 seconds, and up to a tenth more.
    assert waiting.due_at is not None
    assert 5 <= (waiting.due_at - waiting.tries[0].started_at).total_seconds() < 6


def test_a_wait_that_the_endpoint_asks_for_is_respected(small_hub: Hub, receiver: Receiver) -> None:
    receiver.answers = [Response(status_code=429, headers={"Retry-After": "3600"})]
    webhook = small_hub.webhooks.create(receiver.url)
    small_hub.webhooks.test(webhook.id)
    receiver.next()
    eventually(lambda: small_hub.webhooks.posts(webhook.id)[0].tries != [])

    (post,) = small_hub.webhooks.posts(webhook.id)

    assert post.due_at is not None
    assert (post.due_at - post.tries[0].started_at).total_seconds() >= 3600


def test_a_redirect_is_not_followed(small_hub: Hub, receiver: Receiver) -> None:
    receiver.answers = [Response(status_code=307, headers={"Location": f"{receiver.url}/elsewhere"})]
    webhook = small_hub.webhooks.create(f"{receiver.url}/here")
    small_hub.webhooks.test(webhook.id)
    assert receiver.next().path == "/here"

    eventually(lambda: small_hub.webhooks.posts(webhook.id)[0].tries != [])

    (post,) = small_hub.webhooks.posts(webhook.id)
    assert (post.tries[0].status, post.tries[0].error) == (307, "redirects are not followed: change the URL")
    assert receiver.posted.empty()


def test_no_more_of_an_answer_is_kept_than_its_beginning(hub: Hub, receiver: Receiver) -> None:
    receiver.answers = [Response("ok\x00" + "x" * 5_000_000)]
    webhook = hub.webhooks.create(receiver.url)
    hub.webhooks.test(webhook.id)

    eventually(lambda: hub.webhooks.posts(webhook.id, state="posted") != [])

    (post,) = hub.webhooks.posts(webhook.id)
    assert post.tries[0].answer == "ok�" + "x" * 497


def test_after_a_day_a_post_is_dead_and_a_retry_revives_it(hub: Hub, receiver: Receiver) -> None:
    receiver.answers = [Response(status_code=500), Response(status_code=500)]
    webhook = hub.webhooks.create(receiver.url)
    hub.webhooks.test(webhook.id)
    receiver.next()
    eventually(lambda: hub.webhooks.posts(webhook.id)[0].tries != [])
    write(hub, f"UPDATE webhook_posts SET due_at = 0, give_up_at = give_up_at - {GIVEN_UP_AFTER_MS}")
    receiver.next()
    eventually(lambda: hub.webhooks.posts(webhook.id, state="dead") != [])
    (dead,) = hub.webhooks.posts(webhook.id)
    assert (dead.due_at, len(dead.tries)) == (None, 2)

    assert hub.webhooks.retry(webhook.id).posts == 1

    receiver.next()
    eventually(lambda: hub.webhooks.posts(webhook.id, state="posted") != [])


def test_an_endpoint_that_is_gone_is_disabled_and_that_is_told(hub: Hub, receiver: Receiver) -> None:
    receiver.answers = [Response(status_code=410)]
    webhook = hub.webhooks.create(f"{receiver.url}/?key=hidden")
    hub.webhooks.test(webhook.id)
    receiver.next()

    eventually(lambda: not hub.webhooks.get(webhook.id).enabled)

    assert hub.webhooks.get(webhook.id).disabled_reason == "gone"
    (told,) = hub.events.list(types="webhook.disabled").items
    assert told.data.model_dump() == {"webhook_id": webhook.id, "url": f"{receiver.url}/", "reason": "gone"}
    with pytest.raises(Conflict, match="enable it first"):
        hub.webhooks.test(webhook.id)


def test_an_endpoint_that_fails_for_days_is_disabled(make_hub: HubMaker, receiver: Receiver) -> None:
    hub = make_hub(webhook={**HERE, "disable_after_s": 3_600})
    receiver.answers = [Response(status_code=500), Response(status_code=500)]
    webhook = hub.webhooks.create(receiver.url)
    hub.webhooks.test(webhook.id)
    receiver.next()
    eventually(lambda: hub.webhooks.get(webhook.id).failing_since is not None)
    assert hub.webhooks.get(webhook.id).enabled
    write(hub, "UPDATE webhook_endpoints SET failing_since = failing_since - 3600000")

    hub.webhooks.retry(webhook.id)

    receiver.next()
    eventually(lambda: not hub.webhooks.get(webhook.id).enabled)
    assert hub.webhooks.get(webhook.id).disabled_reason == "failing"


def test_a_success_ends_the_failing(small_hub: Hub, receiver: Receiver) -> None:
    receiver.answers = [Response(status_code=500)]
    webhook = small_hub.webhooks.create(receiver.url)
    small_hub.webhooks.test(webhook.id)
    receiver.next()
    eventually(lambda: small_hub.webhooks.get(webhook.id).failing_since is not None)

    small_hub.webhooks.retry(webhook.id)

    receiver.next()
    eventually(lambda: small_hub.webhooks.get(webhook.id).failing_since is None)


def test_nothing_is_posted_to_a_disabled_endpoint_until_it_is_enabled(hub: Hub, receiver: Receiver) -> None:
    webhook = hub.webhooks.create(receiver.url, ["delivery.sent"])
    with receiving() as other:
        hub.webhooks.create(other.url, ["delivery.sent"])
        hub.webhooks.update(webhook.id, enabled=False)
        sent(hub)
        other.next()
    assert receiver.posted.empty()

    hub.webhooks.update(webhook.id, enabled=True)
    assert hub.webhooks.replay(webhook.id, since="2020-01-01T00:00Z").posts == 1

    assert receiver.next().json["type"] == "delivery.sent"


def test_endpoints_get_only_what_they_want(hub: Hub, emulator: RunningEmulator, receiver: Receiver) -> None:
    hub.webhooks.create(f"{receiver.url}/all-of-viber", ["delivery.*"], channels=["viber"])
    hub.webhooks.create(f"{receiver.url}/failed", ["delivery.failed"])
    hub.webhooks.create(f"{receiver.url}/sent", ["delivery.sent"])
    hub.webhooks.create(f"{receiver.url}/of-a-mailing", ["*"], mailing_id=17)

    sent(hub)

    assert receiver.next().path == "/sent"
    eventually(lambda: not rows(hub, "SELECT id FROM webhook_posts WHERE state <> 'posted'"))
    assert receiver.posted.empty()


def test_an_event_is_replayed_by_its_id_with_the_same_id(hub: Hub, receiver: Receiver) -> None:
    webhook = hub.webhooks.create(receiver.url, ["delivery.sent"])
    sent(hub)
    first = receiver.next()
    eventually(lambda: hub.webhooks.posts(webhook.id, state="posted") != [])

    assert hub.webhooks.replay(webhook.id, first.headers["webhook-id"]).posts == 1

    second = receiver.next()
    assert (second.headers["webhook-id"], second.body) == (first.headers["webhook-id"], first.body)
    eventually(lambda: len(hub.webhooks.posts(webhook.id, state="posted")) == 1)
    (post,) = hub.webhooks.posts(webhook.id)
    assert [one.number for one in post.tries] == [1, 2]


def test_what_happened_before_an_endpoint_was_made_can_be_replayed_to_it(hub: Hub, receiver: Receiver) -> None:
    with receiving() as other:
        hub.webhooks.create(other.url, ["delivery.*"])
        for number in range(3):
            sent(hub, f"number {number}")
        assert [other.next().json["type"] for _ in range(3)] == ["delivery.sent"] * 3
    late = hub.webhooks.create(receiver.url, ["delivery.sent"])

    assert hub.webhooks.replay(late.id, since="2020-01-01T00:00Z", until="2020-01-02T00:00Z").posts == 0
    assert hub.webhooks.replay(late.id, since="2020-01-01T00:00Z").posts == 3

    assert len({receiver.next().headers["webhook-id"] for _ in range(3)}) == 3


@contextmanager
def hanging() -> Iterator[tuple[str, threading.Semaphore, threading.Event]]:
    """An endpoint that answers only when it is told to; and what tells of each call."""
    called, released = threading.Semaphore(0), threading.Event()

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return
        called.release()
        await asyncio.to_thread(released.wait, 60)
        await Response()(scope, receive, send)

    with running(app) as port:
        try:
            yield f"http://127.0.0.1:{port}", called, released
        finally:
            released.set()


def test_an_endpoint_that_hangs_holds_up_no_other(make_hub: HubMaker, receiver: Receiver) -> None:
    hub = make_hub(webhook={**HERE, "concurrency": 2})
    with hanging() as (url, called, released):
        slow = hub.webhooks.create(url, ["delivery.sent"])
        hub.webhooks.create(receiver.url, ["delivery.sent"])
        for number in range(5):
            sent(hub, f"number {number}")

        assert len({receiver.next().headers["webhook-id"] for _ in range(5)}) == 5
        assert all(called.acquire(timeout=20) for _ in range(2))
        # No more of them at once than are allowed.
        eventually(lambda: len(hub.webhooks.posts(slow.id, state="posting")) == 2)
        assert not called.acquire(blocking=False)
        released.set()
        eventually(lambda: len(hub.webhooks.posts(slow.id, state="posted")) == 5)


def test_an_endpoint_that_does_not_answer_in_time_has_failed(make_hub: HubMaker) -> None:
    hub = make_hub(webhook={**HERE, "timeout_s": 0.2})
    with hanging() as (url, _, _):
        webhook = hub.webhooks.create(url)
        hub.webhooks.test(webhook.id)

        eventually(lambda: hub.webhooks.posts(webhook.id)[0].tries != [])

        (post,) = hub.webhooks.posts(webhook.id)
        assert [(one.status, one.error) for one in post.tries] == [(None, "no answer within 0.2 s")]


def test_calls_in_progress_are_finished_when_a_hub_stops(make_hub: HubMaker) -> None:
    hub = make_hub(webhook=HERE, drain_s=20)
    with hanging() as (url, called, released):
        webhook = hub.webhooks.create(url)
        hub.webhooks.test(webhook.id)
        assert called.acquire(timeout=20)
        threading.Timer(0.1, released.set).start()

        hub.close()

        (post,) = make_hub(worker=False, webhook=HERE).webhooks.posts(webhook.id)
        assert post.state == "posted"


def test_a_call_that_a_stop_cannot_wait_for_is_repeated(make_hub: HubMaker) -> None:
    hub = make_hub(webhook=HERE, drain_s=0)
    with hanging() as (url, called, _):
        webhook = hub.webhooks.create(url)
        hub.webhooks.test(webhook.id)
        assert called.acquire(timeout=20)

        hub.close()

        (post,) = make_hub(worker=False, webhook=HERE).webhooks.posts(webhook.id)
        assert (post.state, post.tries[0].error) == ("waiting", "the process was stopped before the answer came")


def test_what_a_dead_process_was_posting_is_posted_by_the_next(hub: Hub, receiver: Receiver) -> None:
    webhook = hub.webhooks.create(receiver.url)
    hub.webhooks.test(webhook.id)
    first = receiver.next()
    eventually(lambda: hub.webhooks.posts(webhook.id, state="posted") != [])

    # As a process leaves it that is killed during the call; its lease is over.
    write(hub, "UPDATE webhook_posts SET state = 'posting', due_at = 0")

    assert receiver.next().headers["webhook-id"] == first.headers["webhook-id"]


def test_deleting_an_endpoint_ends_its_posts(hub: Hub, receiver: Receiver) -> None:
    receiver.answers = [Response(status_code=500)]
    webhook = hub.webhooks.create(receiver.url)
    hub.webhooks.test(webhook.id)
    receiver.next()
    eventually(lambda: hub.webhooks.posts(webhook.id)[0].tries != [])

    assert hub.webhooks.delete(webhook.id).dropped == 1

    assert rows(hub, "SELECT id FROM webhook_posts UNION ALL SELECT post_id FROM webhook_tries") == []
    assert rows(hub, "SELECT type FROM event_wants WHERE wanter <> 0") == []
