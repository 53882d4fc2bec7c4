"""Who goes first where not all can go at once."""

from __future__ import annotations

import http.client
import json
from collections import Counter
from collections.abc import Callable
from typing import Any

from notifyhub import Hub
from notifyhub_api.app import make_app
from tests.conftest import HubMaker
from tests.emulated import RunningEmulator
from tests.limits.conftest import done, refused, texts
from tests.serving import running

Limited = Callable[..., Hub]


def asked(text: str, count: int, **members: Any) -> list[dict[str, Any]]:
    """Messages to people who get nothing else."""
    first = sum(text.encode()) * 1_000
    return [{"text": text, "recipients": [{"telegram": str(first + n)}], **members} for n in range(count)]


def add_clients(hub: Hub, tag: str, count: int, first: int) -> None:
    for number in range(first, first + count):
        hub.clients.create(f"7903{number:07}", tags=[tag], addresses={"telegram": str(1_000_000 + number)})


def test_an_urgent_message_passes_what_has_been_claimed(
    make_hub: HubMaker, emulator: RunningEmulator, database_url: str
) -> None:
    emulator.faults(latency_ms=20)
    hub = make_hub(database_url=database_url, telegram={"concurrency": 2})
    hub.send_many(asked("bulk", 500, priority="bulk"))
    emulator.wait_for(5, timeout_s=30)

    before = len(emulator.entries())
    done(hub, hub.send("urgent", {"telegram": "5"}, priority="urgent"))

    assert texts(emulator).index("urgent") - before < 25, "a hundred are claimed at once"


def test_an_urgent_message_passes_what_waits_for_a_place(limited: Limited, emulator: RunningEmulator) -> None:
    hub = limited()
    hub.send_many(asked("bulk", 500, priority="bulk"))
    emulator.wait_for(5, timeout_s=30)

    before = len(emulator.entries())
    done(hub, hub.send("urgent", {"telegram": "5"}, priority="urgent"))

    assert texts(emulator).index("urgent") - before < 25
    assert refused(emulator) == []


def test_an_urgent_message_passes_others_to_the_same_person(limited: Limited, emulator: RunningEmulator) -> None:
    hub = limited()
    hub.send_many([{"text": f"{n}", "recipients": [{"telegram": "5"}], "priority": "bulk"} for n in range(50)])
    emulator.wait_for(1, timeout_s=30)

    done(hub, hub.send("urgent", {"telegram": "5"}, priority="urgent"))

    assert texts(emulator).index("urgent") <= 3
    assert refused(emulator) == []


def test_bulk_goes_on_while_there_is_always_something_urgent(limited: Limited, emulator: RunningEmulator) -> None:
    hub = limited()
    hub.send_many([*asked("bulk", 100, priority="bulk"), *asked("urgent", 400, priority="urgent")])

    emulator.wait_for(90, timeout_s=30)

    went = Counter(texts(emulator)[:90])
    assert 4 <= went["bulk"] <= 20, "a tenth is kept for it"


def test_two_mailings_share_an_account_whatever_their_sizes(
    limited: Limited, emulator: RunningEmulator, database_url: str
) -> None:
    hub = limited(database_url=database_url)
    add_clients(hub, "many", 300, 0)
    add_clients(hub, "few", 20, 1_000)

    hub.mailings.create("Large", "large", ["telegram"], audience={"tag": "many"})
    emulator.wait_for(5, timeout_s=30)
    hub.mailings.create("Small", "small", ["telegram"], audience={"tag": "few"})
    emulator.wait_for(20, timeout_s=30, text="small")

    arrived = texts(emulator)
    between = arrived[arrived.index("small") :]
    assert Counter(between)["large"] <= 20 + 10, "of each two places one is for the small one"


def test_two_api_keys_share_an_account_whatever_they_send(limited: Limited, emulator: RunningEmulator) -> None:
    hub = limited()
    keys = [str(hub.keys.create(name).key) for name in ("greedy", "modest")]
    with running(make_app(hub)) as port:
        for key, text, count in zip(keys, ("greedy", "modest"), (300, 10), strict=True):
            post(port, "/api/v1/messages/batch", key, {"messages": asked(text, count)})
        emulator.wait_for(10, timeout_s=30, text="modest")

    last = max(number for number, text in enumerate(texts(emulator)) if text == "modest")
    assert last < 60


def test_each_message_of_an_api_key_counts_for_it(limited: Limited, emulator: RunningEmulator) -> None:
    hub = limited()
    keys = [str(hub.keys.create(name).key) for name in ("greedy", "modest")]
    with running(make_app(hub)) as port:
        post(port, "/api/v1/messages/batch", keys[0], {"messages": asked("greedy", 300)})
        for one in asked("modest", 5):
            post(port, "/api/v1/messages", keys[1], one)
        emulator.wait_for(5, timeout_s=30, text="modest")

    last = max(number for number, text in enumerate(texts(emulator)) if text == "modest")
    assert last < 60


def post(port: int, path: str, key: str, document: Any) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    connection.request("POST", path, json.dumps(document), {"Authorization": f"Bearer {key}"})
    assert connection.getresponse().status == 202
    connection.close()
