"""One request under one name, sent however often, to however many processes, over kill -9 and restarts: one message."""

from __future__ import annotations

import http.client
import json
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from urllib.parse import urlsplit

from notifyhub import Hub
from notifyhub.settings import load
from tests.processes import Service

LATER = "2126-12-01T10:00:00Z"


def post(url: str, key: str, name: str, text: str = "Hello") -> tuple[int, bytes]:
    """(status, body); status 0 when the process died meanwhile."""
    connection = http.client.HTTPConnection(urlsplit(url).netloc, timeout=60)
    body = {"text": text, "recipients": [{"telegram": "1"}], "send_at": LATER, "deduplicate": "off"}
    try:
        headers = {"Authorization": f"Bearer {key}", "Idempotency-Key": name}
        connection.request("POST", "/api/v1/messages", json.dumps(body), headers)
        reply = connection.getresponse()
        return reply.status, reply.read()
    except (OSError, http.client.HTTPException):
        return 0, b""
    finally:
        connection.close()


def stored(database_url: str) -> list[str]:
    with Hub(load(database_url=database_url), worker=False) as hub:
        return [str(message.id) for message in hub.messages(limit=1000)]


def test_two_hundred_at_once_to_two_processes_are_one_message(tmp_path: Path, database_url: str) -> None:
    with Service(tmp_path, database_url=database_url) as one, Service(tmp_path, database_url=database_url) as other:
        urls = [one.url, other.url]
        with ThreadPoolExecutor(32) as pool:
            replies = list(pool.map(lambda n: post(urls[n % 2], one.key, "order-17"), range(200)))

        again = [post(url, one.key, "order-17") for url in urls]

    assert {status for status, _ in replies} <= {202, 409}
    answers = {body for status, body in [*replies, *again] if status == 202}
    assert len(answers) == 1
    assert [status for status, _ in again] == [202, 202]
    assert stored(database_url) == [json.loads(answers.pop())["id"]]


def test_what_is_sent_again_after_a_kill_is_stored_once(tmp_path: Path, database_url: str) -> None:
    names = [f"order-{n}" for n in range(300)]
    with Service(tmp_path, database_url=database_url) as service, ThreadPoolExecutor(16) as pool:
        some = threading.Semaphore(0)

        def send(name: str) -> tuple[int, bytes]:
            reply = post(service.url, service.key, name, text=name)
            some.release()
            return reply

        first = [pool.submit(send, name) for name in names]
        for _ in range(60):
            assert some.acquire(timeout=60)
        service.kill()
        before = dict(zip(names, (future.result() for future in first), strict=True))

    with Service(tmp_path, database_url=database_url) as service, ThreadPoolExecutor(16) as pool:
        replies = pool.map(lambda name: post(service.url, service.key, name, text=name), names)
        after = dict(zip(names, replies, strict=True))

    assert {status for status, _ in after.values()} == {202}
    # Whoever had an answer before the kill has the same one now.
    assert {name: after[name] for name in names if before[name][0]} == {n: r for n, r in before.items() if r[0]}
    assert len(stored(database_url)) == len(names)
