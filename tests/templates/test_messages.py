"""Messages with a template."""

from __future__ import annotations

import pytest

from notifyhub import Hub, InvalidRequest
from notifyhub.hub import core_of
from tests.emulated import RunningEmulator

TELEGRAM, VIBER, PHONE = "1067000", "01234567890A=", "79161234567"


def faults_of(hub: Hub, **given: object) -> list[tuple[str, str]]:
    with pytest.raises(InvalidRequest) as caught:
        hub.send(to={"telegram": TELEGRAM}, **given)  # type: ignore[arg-type]
    return [(fault.path, fault.code) for fault in caught.value.faults]


def test_each_channel_gets_its_variant(hub: Hub, emulator: RunningEmulator) -> None:
    hub.templates.set("code", "Your code is {{ code }}")
    hub.templates.set("code", "<b>{{ code }}</b>", channel="telegram", parse_mode="HTML")

    sent = hub.send(template="code", variables={"code": "<7>"}, to={"telegram": TELEGRAM, "viber": VIBER})
    hub.wait(sent, 10)

    assert {entry["channel"]: entry["text"] for entry in emulator.entries()} == {
        "telegram": "<b>&lt;7&gt;</b>",
        "viber": "Your code is <7>",
    }
    assert emulator.request(channel="telegram")["parse_mode"] == "HTML"


def test_a_mail_has_the_subject_and_the_html_of_its_variant(hub: Hub, emulator: RunningEmulator) -> None:
    hub.templates.set("code", "Code {{ code }}", subject="Your code\nis {{ code }}", html="<b>{{ code }}</b>")

    sent = hub.send(template="code", variables={"code": "<7>"}, to={"telegram": TELEGRAM, "email": "ann@example.org"})
    hub.wait(sent, 10)

    mail = emulator.whole(channel="email")
    assert (mail["subject"], mail["text"], mail["html"]) == ("Your code is <7>", "Code <7>", "<b>&lt;7&gt;</b>")
    assert [entry["text"] for entry in emulator.entries(channel="telegram")] == ["Code <7>"]


def test_a_message_keeps_the_version_that_it_was_sent_with(hub: Hub, emulator: RunningEmulator) -> None:
    hub.templates.set("code", "Old {{ code }}")
    sent = hub.send(template="code", variables={"code": 1}, to={"telegram": TELEGRAM}, at="2126-12-01T10:00:00Z")
    hub.templates.set("code", "New {{ code }}")

    hub.change(sent.id, at=None)
    done = hub.wait(sent, 10)

    assert (done.template, done.template_version, done.text) == ("code", 1, "Old 1")
    assert [entry["text"] for entry in emulator.entries()] == ["Old 1"]


def test_an_older_version_may_be_asked_for(hub: Hub) -> None:
    hub.templates.set("code", "Old")
    hub.templates.set("code", "New")

    sent = core_of(hub).submit({"template": "code", "template_version": 1, "recipients": [{"telegram": TELEGRAM}]})

    assert sent.result().text == "Old"


def test_the_same_text_from_a_template_is_a_duplicate_of_it(hub: Hub) -> None:
    hub.templates.set("code", "Code {{ code }}")
    first = hub.send("Code 7", to={"telegram": TELEGRAM})

    again = hub.send(template="code", variables={"code": 7}, to={"telegram": TELEGRAM})
    other = hub.send(template="code", variables={"code": 8}, to={"telegram": TELEGRAM})

    assert (again.accepted, again.duplicates, other.accepted) == (0, 1, 1)
    assert again.deliveries is not None
    assert first.deliveries is not None
    assert again.deliveries[0].duplicate_of == first.deliveries[0].id


def test_the_next_step_of_a_chain_says_what_its_channel_says(hub: Hub, emulator: RunningEmulator) -> None:
    hub.templates.set("code", "{{ code }} for all")
    hub.templates.set("code", "{{ code }} by gateway", channel="gateway")
    emulator.script("viber", VIBER, "blocked")

    sent = hub.send(
        template="code",
        variables={"code": 7},
        to={"viber": VIBER, "gateway": PHONE},
        channels={"first_of": ["viber", "gateway"]},
    )
    done = hub.wait(sent, 10)

    assert [(e["channel"], e["text"]) for e in emulator.entries() if e["accepted"]] == [("gateway", "7 by gateway")]
    assert done.deliveries is not None
    assert hub.delivery(done.deliveries[-1].id or 0).text == "7 by gateway"


def test_a_repeat_says_the_same(hub: Hub, emulator: RunningEmulator) -> None:
    hub.templates.set("code", "for all")
    hub.templates.set("code", "for viber {{ code }}", channel="viber")
    emulator.script("viber", VIBER, "500")

    hub.wait(hub.send(template="code", variables={"code": 7}, to={"telegram": TELEGRAM, "viber": VIBER}), 10)

    assert {entry["text"] for entry in emulator.entries(channel="viber")} == {"for viber 7"}


def test_a_new_text_takes_the_place_of_the_template(hub: Hub, emulator: RunningEmulator) -> None:
    hub.templates.set("code", "for all")
    hub.templates.set("code", "<b>for telegram</b>", channel="telegram", parse_mode="HTML")
    sent = hub.send(template="code", to={"telegram": TELEGRAM, "viber": VIBER}, at="2126-12-01T10:00:00Z")

    hub.change(sent.id, text="Plain", at=None)
    done = hub.wait(sent, 10)

    assert {entry["text"] for entry in emulator.entries()} == {"Plain"}
    assert "parse_mode" not in emulator.request(channel="telegram")
    assert (done.template, done.text) == (None, "Plain")


@pytest.mark.parametrize(
    ("given", "faults"),
    [
        ({"template": "nothing"}, [("template", "unknown_template")]),
        ({"template": "code"}, [("variables.name", "missing_variable")]),
        ({"template": "code", "variables": {"name": "x", "nmae": "y"}}, [("variables.nmae", "unknown_variable")]),
        ({"template": "code", "variables": {"name": "x" * 5000}}, [("template", "wording_too_long")]),
        ({"template": "russian", "language": "de"}, [("language", "no_variant")]),
        ({"text": "Hello", "template": "code"}, [("template", "too_many")]),
        ({"text": "Hello", "variables": {"name": "x"}}, [("variables", "no_template")]),
        ({}, [("text", "missing")]),
    ],
)
def test_what_makes_no_text_is_refused(quiet: Hub, given: dict[str, object], faults: list[tuple[str, str]]) -> None:
    quiet.templates.set("code", "Hello {{ name }}")
    quiet.templates.set("russian", "Привет", language="ru")

    assert faults_of(quiet, **given) == faults
    assert quiet.messages() == []


def test_one_of_a_batch_without_a_text_does_not_stop_the_others(hub: Hub) -> None:
    hub.templates.set("code", "Hello {{ name }}")
    people = [{"telegram": TELEGRAM}]

    good, bad = hub.send_many(
        [
            {"template": "code", "variables": {"name": "Ann"}, "recipients": people},
            {"template": "code", "recipients": people},
        ]
    )

    assert not isinstance(good, InvalidRequest)
    assert good.text == "Hello Ann"
    assert isinstance(bad, InvalidRequest)
    assert [(fault.path, fault.code) for fault in bad.faults] == [("$.variables.name", "missing_variable")]
