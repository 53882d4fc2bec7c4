"""Mailings with a template: each client gets a text of their own."""

from __future__ import annotations

from typing import Any

import pytest

from notifyhub import Hub, InvalidRequest, answers
from notifyhub.flow.mailing_check import SAMPLE
from notifyhub.hub import core_of
from tests.emulated import RunningEmulator
from tests.mailings.conftest import counted, ended
from tests.templates.conftest import greeting

LATER = "2126-12-01T10:00:00Z"


def people(hub: Hub) -> None:
    """Two who speak Russian and one who does not; the last one is only on the gateway."""
    hub.clients.create("79030000001", addresses={"telegram": "1"}, attributes={"name": "<Аня>", "language": "ru"})
    hub.clients.create("79030000002", addresses={"telegram": "2"}, attributes={"name": "Bob"})
    hub.clients.create("79030000003", attributes={"name": "Вера", "language": "ru"})


def faults_of(hub: Hub, **members: Any) -> list[tuple[str, str]]:
    with pytest.raises(InvalidRequest) as caught:
        hub.mailings.create("Sale", channels=["telegram", "gateway"], **members)
    return [(fault.path, fault.code) for fault in caught.value.faults]


def failures(hub: Hub, mailing: answers.Mailing) -> dict[str, int]:
    return hub.mailings.stats(mailing.id).by_reason


def test_each_client_gets_the_variant_of_their_language_and_channel(hub: Hub, emulator: RunningEmulator) -> None:
    greeting(hub)
    people(hub)

    mailing = hub.mailings.create("Sale", template="greeting", channels=["telegram", "gateway"])
    done = ended(hub, mailing)

    assert {(entry["address"], entry["text"]) for entry in emulator.entries()} == {
        ("1", "<b>&lt;Аня&gt;</b>, привет"),
        ("2", "Hello Bob"),
        ("79030000003", "Привет, Вера"),
    }
    assert (done.template, done.template_version, counted(done)) == ("greeting", 3, {"sent": 3})


def test_the_preview_shows_what_the_journal_has_afterwards(hub: Hub, emulator: RunningEmulator) -> None:
    greeting(hub)
    people(hub)
    draft = hub.mailings.create("Sale", template="greeting", channels=["telegram", "gateway"], draft=True, reach="all")

    seen = hub.mailings.preview(draft.id)
    hub.mailings.start(draft.id)
    ended(hub, draft)

    shown = {(one.channel, one.address, one.text, one.length) for one in seen.examples}
    assert shown == {(e["channel"], e["address"], e["text"], len(e["text"])) for e in emulator.entries()}
    assert {one.limit for one in seen.examples} == {4096, None}
    assert len(shown) == 5


def test_a_preview_shows_three_clients_of_different_languages(hub: Hub) -> None:
    hub.templates.set("greeting", "Hello {{ attributes.name }}")
    for number, language in enumerate(["ru", "ru", "ru", "de", "fr"]):
        hub.clients.create(f"7903000000{number}", attributes={"name": number, "language": language})

    seen = hub.mailings.preview_as({"template": "greeting", "channels": ["gateway"]})

    assert [one.client_id for one in seen.examples] == [1, 4, 5]
    assert (seen.deliveries, seen.unworded) == (5, 0)


def test_a_mailing_keeps_the_version_that_it_was_created_with(hub: Hub, emulator: RunningEmulator) -> None:
    greeting(hub)
    people(hub)
    mailing = hub.mailings.create("Sale", template="greeting", channels=["gateway"], starts_at=LATER)
    hub.templates.set("greeting", "New {{ attributes.name }}")

    hub.mailings.start(mailing.id)
    ended(hub, mailing)

    assert "Hello Bob" in {entry["text"] for entry in emulator.entries()}


def test_a_change_takes_the_newest_version(hub: Hub) -> None:
    greeting(hub)
    people(hub)
    mailing = hub.mailings.create("Sale", template="greeting", channels=["gateway"], starts_at=LATER)
    hub.templates.set("greeting", "New {{ attributes.name }}")

    assert hub.mailings.update(mailing.id, reference="x").template_version == 3
    assert hub.mailings.update(mailing.id, template="greeting").template_version == 4
    plain = hub.mailings.update(mailing.id, text="Plain")
    assert (plain.template, plain.template_version, plain.text) == (None, None, "Plain")


def test_variables_come_from_the_mailing_too(hub: Hub, emulator: RunningEmulator) -> None:
    hub.templates.set("sale", "{{ mailing.name }}: {{ percent }} % for {{ phone }} until {{ until|date('d.MM') }}")
    hub.clients.create("79030000001", timezone="Asia/Omsk")

    variables = {"percent": 50, "until": "2026-12-01T20:00:00Z"}
    ended(hub, hub.mailings.create("Sale", template="sale", variables=variables, channels=["gateway"]))

    assert [entry["text"] for entry in emulator.entries()] == ["Sale: 50 % for 79030000001 until 2.12"]


def test_nobody_gets_the_same_content_twice(hub: Hub, emulator: RunningEmulator) -> None:
    greeting(hub)
    people(hub)
    ended(hub, hub.mailings.create("Sale", template="greeting", channels=["gateway"]))
    hub.clients.update(2, attributes={"name": "Bobby"})

    again = ended(hub, hub.mailings.create("Again", template="greeting", channels=["gateway"]))

    assert (again.duplicates, counted(again)) == (2, {"sent": 1})
    emulator.assert_no_duplicates()


def test_a_retry_says_the_same(hub: Hub, emulator: RunningEmulator) -> None:
    greeting(hub)
    people(hub)
    emulator.script("gateway", "79030000002", "400")
    mailing = hub.mailings.create("Sale", template="greeting", channels=["gateway"])
    assert counted(ended(hub, mailing)) == {"sent": 2, "failed": 1}
    emulator.faults()

    hub.mailings.retry_failed(mailing.id)

    assert counted(ended(hub, mailing)) == {"sent": 3}
    assert {entry["text"] for entry in emulator.entries(address="79030000002")} == {"Hello Bob"}


def test_the_steps_of_a_chain_say_what_their_channels_say(hub: Hub, emulator: RunningEmulator) -> None:
    hub.templates.set("sale", "{{ attributes.name }} for all")
    hub.templates.set("sale", "{{ attributes.name }} by gateway", channel="gateway")
    hub.clients.create("79030000001", addresses={"telegram": "1"}, attributes={"name": "Ann"})
    emulator.script("telegram", "1", "blocked")

    ended(hub, hub.mailings.create("Sale", template="sale", channels={"first_of": ["telegram", "gateway"]}))

    assert [(e["channel"], e["text"]) for e in emulator.entries() if e["accepted"]] == [("gateway", "Ann by gateway")]


def test_a_text_in_no_language_is_that_of_its_author_not_of_its_reader(hub: Hub, emulator: RunningEmulator) -> None:
    hub.templates.set("days", "{{ 2|plural('day', 'days') }}, {{ 1234.5|number }}")
    hub.clients.create("79030000001", attributes={"language": "ru"})

    ended(hub, hub.mailings.create("Sale", template="days", channels=["gateway"]))

    assert [entry["text"] for entry in emulator.entries()] == ["days, 1,234.5"]


def test_a_client_of_another_language_is_looked_at_even_if_they_are_far_behind(hub: Hub) -> None:
    hub.templates.set("days", "Nothing to count")
    hub.templates.set("days", "{{ 5|plural('day', 'days') }}", language="ru")
    for number in range(SAMPLE + 1):
        spoken = "ru" if number == SAMPLE else "en"
        hub.clients.create(f"7903000{number:04}", attributes={"language": spoken})

    with pytest.raises(InvalidRequest, match=f"client {SAMPLE + 1}: .* needs 3 forms in ru"):
        hub.mailings.create("Sale", template="days", channels=["gateway"])


@pytest.mark.parametrize(
    ("members", "faults"),
    [
        ({"template": "nothing"}, [("template", "unknown_template")]),
        ({"template": "greeting", "template_version": 9}, [("template_version", "unknown_template")]),
        ({"template": "city"}, [("template", "missing_variable")]),
        ({"template": "own"}, [("variables.percent", "missing_variable")]),
        ({"template": "own", "variables": {"percnt": 1}}, [("variables.percnt", "unknown_variable")]),
        ({"template": "own", "variables": {"percent": 1, "phone": 2}}, [("variables.phone", "reserved")]),
        ({"template": "russian"}, [("template", "no_variant")]),
        ({"template": "long"}, [("template", "wording_too_long")]),
        ({"template": "own", "text": "Hello"}, [("template", "too_many")]),
        ({"variables": {"percent": 1}}, [("text", "missing"), ("variables", "no_template")]),
    ],
)
def test_a_mailing_that_makes_no_text_for_somebody_is_refused(
    hub: Hub, members: dict[str, Any], faults: list[tuple[str, str]]
) -> None:
    greeting(hub)
    people(hub)
    hub.templates.set("city", "{{ attributes.city }}")
    hub.templates.set("own", "{{ percent }}")
    hub.templates.set("russian", "Привет", language="ru")
    hub.templates.set("long", "{{ attributes.name }}" + "x" * 5000, channel="telegram")
    hub.templates.set("long", "{{ attributes.name }}")

    assert faults_of(hub, **members) == faults
    assert hub.mailings.list() == []


def test_who_lacks_an_attribute_is_named_wherever_they_are_in_the_directory(hub: Hub) -> None:
    hub.templates.set("city", "Hello\n{{ attributes.city }}")
    for number in range(150):
        hub.clients.create(f"7903{number:07}", attributes={} if number >= 140 else {"city": "Omsk"})

    with pytest.raises(InvalidRequest) as caught:
        hub.mailings.create("Sale", template="city", channels=["gateway"])

    (fault,) = caught.value.faults
    assert fault.message.startswith("client 141 and 9 more: ")
    assert "attributes.city" in fault.message
    assert "line 2, column 4" in fault.message


def test_a_default_serves_those_who_lack_an_attribute(hub: Hub, emulator: RunningEmulator) -> None:
    hub.templates.set("city", "Hello {{ attributes.city|default('you') }}")
    hub.clients.create("79030000001")

    ended(hub, hub.mailings.create("Sale", template="city", channels=["gateway"]))

    assert [entry["text"] for entry in emulator.entries()] == ["Hello you"]


def test_a_draft_is_checked_again_when_it_starts(hub: Hub) -> None:
    hub.templates.set("city", "Hello {{ attributes.city }}")
    hub.clients.create("79030000001")
    draft = hub.mailings.create("Sale", template="city", channels=["gateway"], draft=True)

    with pytest.raises(InvalidRequest):
        hub.mailings.start(draft.id)
    assert hub.mailings.get(draft.id).status == "draft"

    hub.clients.update(1, attributes={"city": "Omsk"})
    assert counted(ended(hub, hub.mailings.start(draft.id))) == {"sent": 1}


def test_who_joins_later_without_an_attribute_gets_nothing_and_is_counted(hub: Hub, emulator: RunningEmulator) -> None:
    hub.templates.set("city", "Hello {{ attributes.city }}")
    hub.clients.create("79030000001", attributes={"city": "Omsk"})
    mailing = hub.mailings.create("Sale", template="city", channels=["gateway"], starts_at=LATER)
    hub.clients.create("79030000002")
    core_of(hub).database.write(_due, mailing.id).result()

    done = ended(hub, mailing)

    assert counted(done) == {"sent": 1, "failed": 1}
    assert failures(hub, done) == {"missing_variable": 1}
    assert hub.mailings.retry_failed(mailing.id).retried == 0
    assert len(emulator.entries()) == 1
    (lost,) = hub.deliveries(status="failed")
    (story,) = hub.why(lost.id or 0)
    assert any("its template reads a variable that the client does not have" in event.words for event in story.events)


def _due(database: Any, ids: list[int]) -> list[None]:
    """Let mailings start now, as the clock would."""
    for id_ in ids:
        database.execute_sql(f"UPDATE mailings SET starts_at = 0 WHERE id = {id_:d}")
    return [None] * len(ids)


def test_what_was_said_to_a_client_is_forgotten_with_them(hub: Hub) -> None:
    greeting(hub)
    people(hub)
    ended(hub, hub.mailings.create("Sale", template="greeting", channels=["gateway"]))
    (delivery,) = hub.deliveries(client_id=2)
    assert hub.delivery(delivery.id or 0).text == "Hello Bob"

    hub.clients.delete(2)

    def texts(database: Any) -> set[str]:
        return {text for (text,) in database.execute_sql("SELECT text FROM wordings").fetchall()}

    assert core_of(hub).ask(texts).result() == {"Привет, <Аня>", "Привет, Вера"}


def test_a_test_shows_each_client_their_own_text(hub: Hub, emulator: RunningEmulator) -> None:
    greeting(hub)
    people(hub)
    draft = hub.mailings.create("Sale", template="greeting", channels=["telegram", "gateway"], draft=True)

    sent = hub.mailings.test(draft.id, clients=[2, 3], to={"telegram": "77"})
    hub.wait(sent, 10)

    assert {(entry["address"], entry["text"]) for entry in emulator.entries()} == {
        ("2", "Hello Bob"),
        ("79030000003", "Привет, Вера"),
        # Who is no client sees what the first client gets.
        ("77", "<b>&lt;Аня&gt;</b>, привет"),
    }


def test_what_a_test_said_to_a_client_is_forgotten_with_them(hub: Hub) -> None:
    greeting(hub)
    people(hub)
    draft = hub.mailings.create("Sale", template="greeting", channels=["telegram", "gateway"], draft=True)
    sent = hub.wait(hub.mailings.test(draft.id, clients=[1, 2]), 10)
    assert [delivery.client_id for delivery in sent.deliveries or ()] == [1, 2]

    hub.clients.delete(2)

    def kept(database: Any) -> list[tuple[str, str]]:
        sql = "SELECT d.address, w.text FROM deliveries AS d LEFT JOIN wordings AS w ON w.position = d.position"
        return sorted(database.execute_sql(f"{sql} ORDER BY d.id").fetchall(), key=str)

    assert "Bob" not in str(core_of(hub).ask(kept).result())


def test_a_test_without_any_client_is_told_what_is_missing(hub: Hub) -> None:
    greeting(hub)
    draft = hub.mailings.create("Sale", template="greeting", channels=["telegram"], draft=True)

    with pytest.raises(InvalidRequest) as caught:
        hub.mailings.test(draft.id, to={"telegram": "77"})

    assert [(fault.path, fault.code) for fault in caught.value.faults] == [("to", "no_client")]
