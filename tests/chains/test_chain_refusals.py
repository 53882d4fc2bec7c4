"""Steps of chains that are refused by the book of addresses."""

from __future__ import annotations

from notifyhub import Hub
from tests.conftest import HubMaker
from tests.emulated import RunningEmulator

VIBER = "01234567890A="
PHONE = "79161234567"
LATER = "2126-12-01T10:00:00Z"
CHAIN = {"first_of": ["viber", "gateway"], "confirm_within": "PT10M"}


def sent_to_both(hub: Hub, **members: str) -> list[tuple[str, str, str]]:
    """The channel, status and due time of each step, of a person who is suppressed on the first channel."""
    hub.reachability.suppress("viber", VIBER)
    message = hub.send("Hello", {"viber": VIBER, "gateway": PHONE}, channels=CHAIN, **members)
    steps = hub.message(message.id).deliveries or []
    return [(step.channel, step.status, f"{step.due_at:%Y-%m-%dT%H:%M:%SZ}") for step in steps]


def test_a_refused_step_gives_way_when_the_message_is_accepted(make_hub: HubMaker, database_url: str) -> None:
    steps = sent_to_both(make_hub(worker=False, database_url=database_url))

    assert [(channel, status) for channel, status, _ in steps] == [("viber", "superseded"), ("gateway", "scheduled")]


def test_the_next_step_keeps_the_time_of_the_message(make_hub: HubMaker, database_url: str) -> None:
    steps = sent_to_both(make_hub(worker=False, database_url=database_url), at=LATER)

    assert steps[1] == ("gateway", "scheduled", LATER)


def test_the_answer_says_that_the_first_step_gave_way(make_hub: HubMaker) -> None:
    hub = make_hub(worker=False)
    hub.reachability.suppress("viber", VIBER)

    message = hub.send("Hello", {"viber": VIBER, "gateway": PHONE}, channels=CHAIN)

    assert message.status == "scheduled"
    assert [(step.status, step.reason) for step in message.deliveries or []] == [("superseded", "opted_out")]


def test_the_next_step_goes_out(make_hub: HubMaker, emulator: RunningEmulator) -> None:
    hub = make_hub()
    hub.reachability.suppress("viber", VIBER)

    hub.wait(hub.send("Hello", {"viber": VIBER, "gateway": PHONE}, channels=CHAIN), 20)

    assert [entry["channel"] for entry in emulator.wait_for(1, timeout_s=30)] == ["gateway"]
