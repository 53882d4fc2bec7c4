"""A mailing is made step by step, without a script: one form, which keeps what was typed."""

from __future__ import annotations

from notifyhub import Hub
from tests.dashboard.mailings.walking import STEPS, TEXT, Browser, at_step
from tests.emulated import RunningEmulator
from tests.mailings.conftest import counted, ended, fill, telegram

LATER = "2126-12-01T10:00"


def test_a_mailing_is_made_and_reaches_its_audience(browser: Browser, hub: Hub, emulator: RunningEmulator) -> None:
    fill(hub, 5)

    check = at_step(browser, "check", **{"a.0.kind": "tag", "a.0.value": "even"})
    page = check.send(STEPS, "start")

    assert "The mailing has started." in page.words
    mailing = ended(hub, hub.mailings.get(int(page.path.rpartition("/")[2])))
    assert (mailing.audience, counted(mailing)) == ({"tag": ["even"]}, {"sent": 3})
    assert {entry[2] for entry in emulator.accepted()} == {TEXT["text"]}


def test_everything_that_can_be_typed_is_in_the_mailing(browser: Browser, hub: Hub) -> None:
    typed = {
        "reach": "chain",
        "channel.1": "viber",
        "confirm_within": "PT10M",
        "join": "any",
        "a.0.kind": "operator_code",
        "a.0.value": "903, 905",
        "a.1.not": "1",
        "a.1.kind": "is",
        "a.1.name": "city",
        "a.1.value": "Tver",
        "audience_json": '{"all": [{"tag": "vip"}]}',
        "starts_at": LATER,
        "ends_at": "2126-12-02T10:00",
        "window_from": "09:00",
        "window_to": "21:00",
        "rate": "20/s",
        "priority": "urgent",
        "deduplicate": "off",
        "reference": "winter",
        "zone": "Europe/Moscow",
    }
    page = at_step(browser, "when", **typed)
    typed_here = {name: value for name, value in typed.items() if name in dict(page.form(STEPS).fields)}
    check = page.send(STEPS, "check", typed_here | {"days": ["mon", "fri"], "late_joiners": "1"})

    page = check.send(STEPS, "draft")

    mailing = hub.mailings.get(int(page.path.rpartition("/")[2]))
    assert mailing.model_dump(mode="json", include={"status", "channels", "audience", "starts_at", "rate"}) == {
        "status": "draft",
        "channels": {"first_of": ["telegram", "viber"], "confirm_within": "PT10M"},
        "audience": {
            "any": [
                {"operator_code": ["903", "905"]},
                {"not": {"attribute": {"name": "city", "is": ["Tver"]}}},
                {"all": [{"tag": ["vip"]}]},
            ]
        },
        "starts_at": "2126-12-01T07:00:00Z",
        "rate": "20/s",
    }
    assert mailing.send_window is not None
    assert (mailing.send_window.from_, mailing.send_window.days) == ("09:00", ["mon", "fri"])
    assert (mailing.priority, mailing.deduplicate, mailing.late_joiners) == ("urgent", "off", True)
    assert mailing.reference == "winter"


def test_a_start_in_the_future_makes_it_start_then(browser: Browser, hub: Hub) -> None:
    page = at_step(browser, "check", starts_at=LATER).send(STEPS, "start")

    assert "The mailing will start at its time." in page.words
    assert hub.mailings.get(int(page.path.rpartition("/")[2])).status == "scheduled"


def test_back_keeps_what_was_typed(browser: Browser) -> None:
    page = at_step(browser, "when", **{"a.0.value": "even"})

    text = page.send(STEPS, "audience", {"rate": "7/s"}).send(STEPS, "text")

    assert [text.value(STEPS, name) for name in TEXT] == list(TEXT.values())
    assert (text.value(STEPS, "a.0.value"), text.value(STEPS, "rate")) == ("even", "7/s")


def test_a_fault_keeps_the_step_and_stands_beside_its_field(browser: Browser) -> None:
    page = browser.open(STEPS).send(STEPS, "audience", TEXT | {"text": "x" * 5_000})

    assert (page.status, page.value(STEPS, "step")) == (422, "text")
    assert page.faults["text"] == ["telegram takes at most 4096 characters, this text has 5000"]
    assert page.value(STEPS, "name") == TEXT["name"]


def test_the_first_step_says_everything_that_is_missing(browser: Browser) -> None:
    page = browser.open(STEPS).send(STEPS, "audience")

    assert page.status == 422
    assert {"name", "text", "channel.0"} <= set(page.faults)


def test_a_faulty_condition_is_named_beside_its_row(browser: Browser) -> None:
    rows = {"a.0.value": "even", "a.1.kind": "timezone", "a.1.value": "Europe/Atlantis"}
    page = at_step(browser, "audience").send(STEPS, "when", rows)

    assert (page.status, page.value(STEPS, "step")) == (422, "audience")
    assert [*page.faults] == ["a.1.value"]
    assert "is not a time zone" in page.faults["a.1.value"][0]
    assert page.value(STEPS, "a.1.value") == "Europe/Atlantis"


def test_json_that_is_none_is_refused_beside_its_field(browser: Browser) -> None:
    page = at_step(browser, "audience").send(STEPS, "when", {"audience_json": "{tag"})

    assert page.status == 422
    assert [*page.faults] == ["audience_json"]
    assert page.value(STEPS, "audience_json") == "{tag"


def test_an_end_before_the_start_is_said_in_the_third_step(browser: Browser) -> None:
    page = at_step(browser, "when").send(STEPS, "check", {"starts_at": LATER, "ends_at": "2126-11-01T10:00"})

    assert (page.status, page.value(STEPS, "step")) == (422, "when")
    assert page.faults == {"ends_at": ["must be after starts_at"]}


def test_what_is_wrong_in_another_step_leads_there(browser: Browser) -> None:
    page = at_step(browser, "check").send(STEPS, "start", {"rate": "many"})

    assert (page.status, page.value(STEPS, "step")) == (422, "when")
    assert "rate" in page.faults


def test_the_clients_are_counted_by_a_button(browser: Browser, hub: Hub) -> None:
    fill(hub, 5)

    page = at_step(browser, "audience").send(STEPS, "count", {"a.0.value": "even"})

    assert "3 clients : tag even." in page.words


def test_the_clients_are_counted_while_somebody_types(browser: Browser, hub: Hub) -> None:
    fill(hub, 5)
    fields = dict(at_step(browser, "audience").form(STEPS).fields) | {"a.0.value": "even"}

    answer = browser.http.post("/mailings/count", data=fields, headers={"HX-Request": "true"})

    assert answer.status_code == 200
    assert "<strong>3 clients</strong>" in answer.text
    assert "<html" not in answer.text


def test_another_row_is_added_for_a_condition(browser: Browser) -> None:
    page = at_step(browser, "audience").send(STEPS, "more", {"a.2.value": "even"})

    assert (page.value(STEPS, "a.2.value"), page.value(STEPS, "a.3.value")) == ("even", "")


def test_the_last_step_shows_what_clients_would_get(browser: Browser, hub: Hub) -> None:
    hub.clients.create("79031234567", addresses={"telegram": "1"}, attributes={"name": "Anna"})
    hub.clients.create("79031234568")
    hub.templates.set("hello", "Hello {{ attributes.name }} of {{ town }}")

    page = at_step(browser, "check", text="", template="hello", variables="town: Tver")

    assert "Hello Anna of Tver" in page.words
    assert "Without an address 1" in page.words


def test_a_variable_that_the_template_lacks_is_said_in_the_first_step(browser: Browser, hub: Hub) -> None:
    hub.templates.set("hello", "Hello {{ town }}")

    page = browser.open(STEPS).send(STEPS, "audience", TEXT | {"text": "", "template": "hello"})

    assert (page.status, page.value(STEPS, "step")) == (422, "text")
    assert any("town" in fault for fault in page.faults["variables"])


def test_a_test_saves_the_draft_once_and_reaches_whom_it_names(
    browser: Browser, hub: Hub, emulator: RunningEmulator
) -> None:
    fill(hub, 3)

    page = at_step(browser, "check").send(STEPS, "test", {"test_clients": "2", "to.telegram": "777"})
    emulator.wait_for(2)
    page = page.send(STEPS, "test", {"test_clients": "2", "to.telegram": ""})
    emulator.wait_for(3)

    assert "The test is on its way." in page.words
    assert emulator.accepted() == {
        ("telegram", telegram(1), TEXT["text"]): 2,
        ("telegram", "777", TEXT["text"]): 1,
    }
    assert [mailing.status for mailing in hub.mailings.list()] == ["draft"]


def test_a_test_to_nobody_is_refused_beside_its_field(browser: Browser) -> None:
    page = at_step(browser, "check").send(STEPS, "test")

    assert page.status == 422
    assert page.faults["test_clients"] == ["there is nobody to send it to: give clients or recipients"]


def test_a_draft_that_was_tested_is_what_starts(browser: Browser, hub: Hub) -> None:
    fill(hub, 1)
    page = at_step(browser, "check").send(STEPS, "test", {"test_clients": "1"})

    page.send(STEPS, "start")

    (mailing,) = hub.mailings.list()
    assert counted(ended(hub, mailing)) == {"sent": 1}


def test_the_same_form_sent_twice_makes_one_mailing(browser: Browser, hub: Hub) -> None:
    page = at_step(browser, "check", starts_at=LATER)

    assert page.send(STEPS, "start").path == page.send(STEPS, "start").path
    assert len(list(hub.mailings.list())) == 1


def test_what_is_typed_is_shown_and_never_run(browser: Browser) -> None:
    probe = '"><img src=x onerror=alert(1)><script>alert(1)</script>'

    page = at_step(
        browser, "check", name=probe, text=probe, **{"audience_json": '{"tag": "<script>alert(1)</script>"}'}
    )

    assert "<img src=x" not in page.html
    assert "<script>alert(1)" not in page.html
    assert page.value(STEPS, "name") == probe
