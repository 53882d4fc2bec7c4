"""`Hub.fake()`: the same checks and answers, and nobody gets anything."""

from __future__ import annotations

import inspect
import json
import re
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from notifyhub import Hub, InvalidRequest, NotFound, WaitTimedOut
from notifyhub.emulator.testing import LocalEmulator
from notifyhub.fake import FakeHub
from tests.conftest import HubMaker

TO = {"telegram": "1067000", "whatsapp": "+7 916 123-45-67"}
LATER = datetime.now(UTC) + timedelta(days=1)


@pytest.fixture
def fake() -> FakeHub:
    return Hub.fake()


def test_what_was_sent_is_told_by_channel_and_canonical_address(fake: FakeHub) -> None:
    message = fake.send("Hello", to=TO)

    assert [(one.channel, one.address, one.text) for one in fake.sent] == [
        ("telegram", "1067000", "Hello"),
        ("whatsapp", "79161234567", "Hello"),
    ]
    assert fake.sent[0].message.id == message.id


def test_it_answers_as_the_real_hub_does(fake: FakeHub, make_hub: HubMaker) -> None:
    real = make_hub(worker=False)
    told = []
    for hub in (real, fake):
        hub.send("Hello", to=TO)
        answer = hub.send("Hello", to=[TO, {"telegram": "7"}], reference="r", metadata={"a": 1}, priority="urgent")
        told.append(json.loads(answer.model_dump_json(exclude={"id": True, "created_at": True})))
        for delivery in told[-1]["deliveries"]:
            del delivery["id"], delivery["message_id"], delivery["due_at"]

    assert told[0] == told[1]


def test_it_checks_as_the_real_hub_does(fake: FakeHub) -> None:
    with pytest.raises(InvalidRequest, match="telegram wants a whole number") as caught:
        fake.send("", to={"telegram": "not a chat"})

    assert len(caught.value.faults) == 2
    fake.assert_nothing_sent()


def test_an_option_that_there_is_not_is_a_type_error(fake: FakeHub) -> None:
    with pytest.raises(TypeError):
        fake.send("Hello", to=TO, colour="red")


def test_it_takes_the_members_of_a_request(fake: FakeHub) -> None:
    assert fake.submit(b'{"text": "Hello", "recipients": [{"viber": "01234567890A="}]}').result().accepted == 1


@pytest.mark.parametrize(
    ("deduplicate", "sent"), [("forever", 1), ("off", 2), (3600, 1)], ids=["forever", "off", "an hour"]
)
def test_the_same_content_goes_once_unless_asked_otherwise(fake: FakeHub, deduplicate: str | int, sent: int) -> None:
    for _ in range(2):
        last = fake.send("Hello", to={"telegram": "42"}, deduplicate=deduplicate)

    assert (len(fake.sent), last.duplicates) == (sent, 2 - sent)


def test_a_window_lets_pass_what_is_due_far_enough_apart(fake: FakeHub) -> None:
    fake.send("Hello", to={"telegram": "42"}, deduplicate=60)
    fake.send("Hello", to={"telegram": "42"}, deduplicate=60, at=LATER)

    fake.assert_sent("Hello", times=2)


def test_the_same_recipient_twice_in_one_message_gets_it_once(fake: FakeHub) -> None:
    assert fake.send("Hello", to=[{"telegram": "42"}, {"telegram": 42}]).accepted == 1


def test_what_was_sent_can_be_looked_up(fake: FakeHub) -> None:
    message = fake.send("Hello", to=TO)

    assert fake.message(message.id).status == fake.wait(message, timeout_s=0).status == "sent"
    assert fake.delivery(message.deliveries[0].id).status == "sent"


def test_what_is_for_later_waits_and_can_be_cancelled(fake: FakeHub) -> None:
    message = fake.send("Hello", to=TO, at=LATER)
    with pytest.raises(WaitTimedOut):
        fake.wait(message, timeout_s=0)

    assert fake.cancel(message.id).cancelled == 2
    assert fake.message(message.id).status == "cancelled"
    fake.assert_nothing_sent()
    assert fake.send("Hello", to=TO).accepted == 2


def test_what_was_sent_is_too_late_to_cancel(fake: FakeHub) -> None:
    cancelled = fake.cancel(fake.send("Hello", to=TO).id)

    assert (cancelled.cancelled, cancelled.too_late) == (0, 2)


def test_messages_are_listed_newest_first(fake: FakeHub) -> None:
    first, second, third = (fake.send(text, to=TO) for text in ("1", "2", "3"))

    assert [message.id for message in fake.messages(limit=2)] == [third.id, second.id]
    assert [message.id for message in fake.messages(before=second)] == [first.id]


def test_what_is_not_there_is_not_found(fake: FakeHub) -> None:
    with pytest.raises(NotFound):
        fake.message("01a1fdc9-524d-76a2-a653-642f75c95fee")
    with pytest.raises(NotFound):
        fake.delivery(1)


def test_assert_sent_finds_by_text_part_and_recipient(fake: FakeHub) -> None:
    fake.send("Your code is 1234", to=TO)

    assert len(fake.assert_sent(containing="1234")) == 2
    [one] = fake.assert_sent("Your code is 1234", to={"whatsapp": "7 916 123 45 67"}, times=1)
    assert one.channel == "whatsapp"


def test_assert_sent_tells_what_was_sent_instead(fake: FakeHub) -> None:
    fake.send("Hello", to={"telegram": "42"})

    with pytest.raises(AssertionError, match="not sent; sent was 'Hello' to telegram 42"):
        fake.assert_sent("Goodbye")
    with pytest.raises(AssertionError, match="sent 1 times, not 2"):
        fake.assert_sent("Hello", times=2)
    with pytest.raises(AssertionError, match="'Hello' to telegram 42"):
        fake.assert_nothing_sent()


def test_more_recipients_than_are_listed_are_sent_to(fake: FakeHub) -> None:
    message = fake.send("Hello", to=[{"telegram": number} for number in range(1, 1502)])

    assert message.deliveries is None
    assert len(fake.sent) == 1501
    assert fake.message(message.id).counts == {"sent": 1501}


def test_it_takes_as_many_recipients_as_it_is_told() -> None:
    with pytest.raises(InvalidRequest, match="at most 2"):
        Hub.fake(max_recipients=2).send("Hello", to=[{"telegram": number} for number in range(1, 4)])


@pytest.mark.parametrize(
    ("filters", "texts"),
    [
        ({}, ["two", "one"]),
        ({"channel": "viber"}, ["two"]),
        ({"address": "1067000"}, ["one"]),
        ({"reference": "order-17"}, ["one"]),
        ({"status": "scheduled"}, []),
        ({"created_to": "2020-01-01T00:00Z"}, []),
    ],
    ids=str,
)
def test_its_messages_are_listed_by_filters(filters: dict[str, str], texts: list[str]) -> None:
    fake = Hub.fake()
    fake.send("one", to={"telegram": "1067000"}, reference="order-17")
    fake.send("two", to={"viber": "EGAZ3SZRi6zW1D0uNYhQHg=="})

    assert [message.text for message in fake.messages(**filters)] == texts


def test_it_leaves_nothing_behind(tmp_path: Path) -> None:
    with Hub.fake() as fake:
        fake.send("Hello", to=TO)

    assert list(tmp_path.iterdir()) == []


NAMES = [name for name in vars(FakeHub) if not name.startswith("_") and hasattr(Hub, name)]


@pytest.mark.parametrize("name", NAMES)
def test_its_methods_take_what_the_hubs_take(name: str) -> None:
    real, fake = (inspect.signature(getattr(kind, name)).parameters for kind in (Hub, FakeHub))

    assert list(real) == list(fake)


@pytest.mark.parametrize("name", ["clients", "mailings", "stats", "keys", "deliveries", "retry", "awhy"])
def test_what_it_lacks_is_told_with_what_to_use_instead(fake: FakeHub, name: str) -> None:
    with pytest.raises(AttributeError, match=rf"Hub\.fake\(\) has no '{name}'.* emulator_url=notifyhub_emulator\.url"):
        getattr(fake, name)


def test_what_no_hub_has_is_the_usual_error(fake: FakeHub) -> None:
    with pytest.raises(AttributeError, match=r"^'FakeHub' object has no attribute 'letters'$"):
        fake.letters  # type: ignore[attr-defined]  # noqa: B018


def test_what_to_use_instead_works_as_the_manual_shows_it(notifyhub_emulator: LocalEmulator, tmp_path: Path) -> None:
    manual = (Path(__file__).parents[1] / "docs" / "emulator.md").read_text()
    [shown] = re.findall(r"```python\n(def test_the_sale_reaches_everybody.*?)```", manual, re.DOTALL)
    names: dict[str, Any] = {"Hub": Hub}

    exec(shown, names)
    names["test_the_sale_reaches_everybody"](notifyhub_emulator, tmp_path)

    [arrived] = notifyhub_emulator.journal()
    assert (arrived["address"], arrived["text"]) == ("1067000", "Half price until Sunday")


def test_messages_are_found_by_a_part_of_their_text(fake: FakeHub) -> None:
    fake.send("Привет, Анна", to=TO)
    fake.send("Hello Bob", to=TO)

    assert [message.text for message in fake.messages(text="АННА")] == ["Привет, Анна"]
