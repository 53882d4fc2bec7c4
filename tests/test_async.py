"""The hub in an event loop: every verb can be awaited, and none of them holds the loop up."""

from __future__ import annotations

import asyncio
import inspect
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from notifyhub import Hub, InvalidRequest, NotFound, StoreUnavailable, WaitTimedOut
from notifyhub.fake import FakeHub
from notifyhub.verbs import AsyncKeys, AsyncMessaging, Keys, Messaging
from tests.conftest import HubMaker
from tests.emulated import RunningEmulator

LATER = datetime.now(UTC) + timedelta(days=1)
TO = {"telegram": "1"}


def running(hub: Hub, use: Callable[[Hub], Awaitable[Any]]) -> Any:
    """What `use` of a hub gives, in an event loop of its own."""

    async def application() -> Any:
        async with hub:
            return await use(hub)

    return asyncio.run(application())


def test_a_message_is_sent_and_waited_for(hub: Hub, emulator: RunningEmulator) -> None:
    async def use(hub: Hub) -> Any:
        message = await hub.asend("Hello", to=TO, reference="order-17")
        return await hub.await_(message, timeout_s=20)

    ended = running(hub, use)

    assert (ended.status, ended.reference) == ("sent", "order-17")
    assert emulator.accepted() == {("telegram", "1", "Hello"): 1}


def test_every_verb_does_awaited_what_it_does_blocking(hub: Hub) -> None:
    async def use(hub: Hub) -> None:
        message = await hub.asend("Hello", to=TO, at=LATER)
        assert message.deliveries
        number = message.deliveries[0].id
        assert number
        assert await hub.amessage(message.id) == hub.message(message.id)
        assert await hub.adelivery(number) == hub.delivery(number)
        assert await hub.amessages(limit=1) == hub.messages(limit=1)
        assert await hub.adeliveries(channel="telegram") == hub.deliveries(channel="telegram")
        assert await hub.adeliveries_by_id([number, 99]) == hub.deliveries_by_id([number, 99])
        assert await hub.awhy(message.id) == hub.why(message.id)
        assert (await hub.achannel("telegram")).name == "telegram"
        assert [one.name for one in await hub.achannels()] == [one.name for one in hub.channels()]
        assert (await hub.achange(message.id, text="Other")).text == "Other"
        assert [one.result for one in await hub.acancel_deliveries([number])] == ["cancelled"]
        assert (await hub.acancel(message.id)).cancelled == 0
        assert (await hub.aretry(message.id)).left_alone == 1
        key = await hub.keys.acreate("shop", ["send"])
        assert (await hub.keys.arevoke(key.id)).revoked_at
        assert await hub.keys.alist() == hub.keys.list()
        [good, bad] = await hub.asend_many([{"text": "Many", "recipients": [TO]}, {"text": ""}])
        assert (type(good).__name__, type(bad).__name__) == ("Message", "InvalidRequest")

    running(hub, use)


@pytest.mark.parametrize(
    ("call", "error"),
    [
        (lambda hub: hub.asend("", to=TO), InvalidRequest),
        (lambda hub: hub.amessage("01a1fdc9-524d-76a2-a653-642f75c95fee"), NotFound),
        (lambda hub: hub.aresolve(17, "resend"), NotFound),
        (lambda hub: hub.keys.arevoke(17), NotFound),
    ],
    ids=["send", "message", "resolve", "revoke"],
)
def test_errors_are_those_of_the_blocking_call(
    make_hub: HubMaker, call: Callable[[Hub], Awaitable[Any]], error: type[Exception]
) -> None:
    with pytest.raises(error):
        running(make_hub(worker=False), call)


def test_a_database_that_is_away_is_told_to_who_awaits() -> None:
    hub = Hub(database_url="postgresql://me@127.0.0.1:9/x")

    async def application() -> None:
        await hub.asend("Hello", to=TO)

    with pytest.raises(StoreUnavailable):
        asyncio.run(application())


def test_the_loop_goes_on_while_a_message_is_waited_for(make_hub: HubMaker) -> None:
    async def use(hub: Hub) -> int:
        message = await hub.asend("Later", to=TO, at=LATER)
        waiting = asyncio.ensure_future(hub.await_(message, timeout_s=30))
        turns = 0
        while turns < 1000 and not waiting.done():
            await asyncio.sleep(0)
            turns += 1
        await hub.acancel(message.id)
        assert (await waiting).status == "cancelled"
        return turns

    assert running(make_hub(worker=False), use) == 1000


def test_what_does_not_end_in_time_is_told_to_who_awaits(make_hub: HubMaker) -> None:
    async def use(hub: Hub) -> None:
        await hub.await_(await hub.asend("Later", to=TO, at=LATER), timeout_s=0.01)

    with pytest.raises(WaitTimedOut):
        running(make_hub(worker=False), use)


def test_a_thousand_sends_at_once_are_each_answered(make_hub: HubMaker) -> None:
    async def use(hub: Hub) -> int:
        sent = await asyncio.gather(*(hub.asend(f"Hello {i}", to=TO, at=LATER) for i in range(1000)))
        return len({message.id for message in sent})

    assert running(make_hub(worker=False), use) == 1000


def test_a_send_that_is_given_up_harms_no_other(make_hub: HubMaker) -> None:
    async def use(hub: Hub) -> list[str]:
        sends = [asyncio.ensure_future(hub.asend(f"Hello {i}", to=TO, at=LATER)) for i in range(20)]
        await asyncio.sleep(0)
        for send in sends[::2]:
            send.cancel()
        kept = await asyncio.gather(*sends[1::2])
        assert (await hub.asend("After", to=TO, at=LATER)).status == "scheduled"
        return [message.status for message in kept]

    assert running(make_hub(worker=False), use) == ["scheduled"] * 10


def test_it_is_used_from_one_event_loop_after_another(make_hub: HubMaker) -> None:
    hub = make_hub(worker=False)

    async def use() -> str:
        return (await hub.asend("Hello", to=TO, deduplicate="off")).status

    assert [asyncio.run(use()) for _ in range(3)] == ["scheduled"] * 3


def test_leaving_the_block_closes_it(tmp_path: Path) -> None:
    async def application() -> None:
        async with Hub(data_dir=tmp_path, worker=False) as hub:
            await hub.asend("Hello", to=TO)
        # Used again it opens again; aclose is for those who write no block.
        assert len(await hub.amessages()) == 1
        await hub.aclose()

    asyncio.run(application())


@pytest.mark.parametrize(("both", "awaited"), [(Messaging, AsyncMessaging), (Keys, AsyncKeys)], ids=["verbs", "keys"])
def test_each_verb_is_there_blocking_and_awaited_with_the_same_arguments(both: type, awaited: type) -> None:
    names = [name for name in vars(awaited) if not name.startswith("_") and callable(getattr(awaited, name))]

    assert names
    for name in names:
        other = "await_" if name == "wait" else f"a{name}"
        blocking, awaiting = getattr(both, name), getattr(both, other)
        assert not inspect.iscoroutinefunction(blocking)
        assert inspect.iscoroutinefunction(awaiting)
        assert inspect.iscoroutinefunction(getattr(awaited, name))
        assert inspect.signature(blocking) == inspect.signature(awaiting) == inspect.signature(getattr(awaited, name))
        assert blocking.__doc__


def test_what_a_user_sees_is_what_a_user_calls() -> None:
    own = {name for name in dir(Hub) if not name.startswith("_")}
    verbs = {name for name in vars(Messaging) if not name.startswith("_")}

    others = {"settings", "submit", "receive", "areceive", "subscribe", "open", "close", "aclose", "fake", "acting_as"}
    assert own - verbs == others


def test_the_fake_hub_is_awaited_too() -> None:
    async def application() -> FakeHub:
        async with Hub.fake() as fake:
            message = await fake.asend("Hello", to=TO)
            assert (await fake.await_(message, timeout_s=0)).status == "sent"
            assert (await fake.acancel(message.id)).too_late == 1
        return fake

    asyncio.run(application()).assert_sent("Hello", to=TO, times=1)
