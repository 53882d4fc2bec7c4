"""`why` tells a chain as one story."""

from __future__ import annotations

import pytest

from notifyhub import Hub, Message
from notifyhub.answers import Story
from notifyhub.hub import core_of
from notifyhub_api.app import make_app
from tests.api.conftest import Api
from tests.chains.conftest import AN_HOUR, AN_HOUR_MS, CHAIN, EVERYWHERE, VIBER, Sent, steps, time_passes, viber_says
from tests.conftest import HubMaker
from tests.emulated import RunningEmulator
from tests.serving import running


def story(hub: Hub, message: Message) -> Story:
    (told,) = hub.why(message.id)
    return told


def words(told: Story) -> str:
    return "\n".join(event.words for event in told.events)


def test_all_steps_are_one_story_whichever_is_asked_for(hub: Hub, sent: Sent, emulator: RunningEmulator) -> None:
    emulator.script("viber", VIBER, "blocked")
    message = sent(channels=AN_HOUR)
    first, second = (step.id or 0 for step in steps(hub, message))

    told = story(hub, message)

    assert [told] == hub.why(first) == hub.why(second)
    assert (told.delivery_id, told.channel, told.status, told.chain) == (second, "whatsapp", "sent", [first, second])
    assert [event.event for event in told.events] == ["accepted", "attempt", "superseded", "step", "attempt"]
    assert "Gave way to the next step: the person must first write to the sender or subscribe." in words(told)
    assert "Step 2 of the chain: to be sent to 79161234567 by WhatsApp." in words(told)
    assert told.next.startswith("It was sent. If it is not delivered by ")
    assert told.next.endswith("it goes on by the gateway.")


@pytest.mark.parametrize("limit", [1, 2, 3])
def test_a_chain_is_told_on_one_page_only(hub: Hub, emulator: RunningEmulator, limit: int) -> None:
    emulator.script("viber", VIBER, "blocked")
    people = [EVERYWHERE, {**EVERYWHERE, "viber": "QWJjZGVmZ2hpamtsbW5vcA==", "whatsapp": "79161234568"}]
    message = hub.wait(hub.send("Hello", to=people, channels=AN_HOUR), timeout_s=20)

    told: list[list[int]] = []
    with running(make_app(hub)) as port:
        api, path = Api(hub, port), f"/api/v1/messages/{message.id}/why?limit={limit}"
        while path:
            page = api.get(path)
            told += [story["chain"] for story in page.json["items"]]
            path = (page.headers["Link"] or "").partition(">")[0].removeprefix("<")

    assert told == [story.chain for story in hub.why(message.id)]
    assert sorted(map(len, told)) == [1, 2]


def test_the_first_step_tells_what_comes_next(make_hub: HubMaker, database_url: str) -> None:
    hub = make_hub(worker=False, database_url=database_url)

    told = story(hub, hub.send("Hello", to=EVERYWHERE, channels=CHAIN))

    assert told.next.startswith("Due since")
    assert told.next.endswith("If it fails, it goes on by WhatsApp.")


def test_the_story_tells_what_was_not_confirmed(hub: Hub, sent: Sent) -> None:
    message = sent(channels=AN_HOUR)
    time_passes(hub, AN_HOUR_MS + 60_000)
    hub.wait(message, timeout_s=20)

    assert "Gave way to the next step: no receipt said in time that it was delivered." in words(story(hub, message))


def test_the_story_tells_of_a_receipt_that_came_late(hub: Hub, sent: Sent) -> None:
    message = sent(channels=AN_HOUR)
    core_of(hub).stop_delivering()
    time_passes(hub, AN_HOUR_MS + 60_000)
    viber_says(hub, steps(hub, message)[0], "delivered")

    told = story(hub, message)

    assert (told.channel, told.status) == ("viber", "delivered")
    assert "Taken back before it was sent: a receipt said after all that a former step was delivered." in words(told)
    assert "Viber says that it was delivered." in words(told)


def test_a_message_to_several_people_has_one_story_each(hub: Hub, emulator: RunningEmulator) -> None:
    emulator.script("viber", VIBER, "blocked")
    people = [EVERYWHERE, {"gateway": "79160000002"}]

    message = hub.wait(hub.send("Hello", to=people, channels=CHAIN), timeout_s=20)

    assert [(told.channel, told.status) for told in hub.why(message.id)] == [("whatsapp", "sent"), ("gateway", "sent")]
