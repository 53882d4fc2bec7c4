"""E-mail on the whole road: requests, mailings, clients; a real mail server beside the emulator."""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Callable, Iterator
from time import sleep
from typing import Any

import pytest

from notifyhub import Delivery, Hub, InvalidRequest, Message
from tests.conftest import HubMaker
from tests.emulated import RunningEmulator
from tests.mailbox import PASSWORD, Mailbox, mailbox
from tests.mailings.conftest import counted, ended, phone

ANN, BOB, EVE = "ann@example.com", "bob@example.com", "eve@example.com"
SERVER = {"host": "127.0.0.1", "tls": "none", "from_address": "Shop <news@shop.example>"}
QUICK = {"retry_base_s": 0.02, "retry_cap_s": 0.05, "rest_s": 0.2}


@pytest.fixture
def box() -> Iterator[Mailbox]:
    with mailbox() as box:
        yield box


@pytest.fixture
def mailing_hub(make_hub: HubMaker, database_url: str) -> Callable[..., Hub]:
    """A hub on each store whose mails go to a server on this port."""
    return lambda port, **given: make_hub(database_url=database_url, email={**SERVER, **QUICK, "port": port, **given})


@pytest.fixture
def hub(mailing_hub: Callable[..., Hub], box: Mailbox) -> Hub:
    return mailing_hub(box.port)


def deliveries(hub: Hub, message: Message) -> list[Delivery]:
    return [hub.delivery(one.id or 0) for one in hub.wait(message, 30).deliveries or ()]


def sent(hub: Hub, text: str = "Hello", to: Any = ANN, **options: Any) -> Delivery:
    (delivery,) = deliveries(hub, hub.send(text, to={"email": to}, options={"email": options} if options else {}))
    return delivery


def _alarms(caplog: pytest.LogCaptureFixture) -> list[str]:
    return [r.getMessage() for r in caplog.records if r.levelno >= logging.ERROR and "rests" in r.getMessage()]


def test_one_request_reaches_a_person_by_mail_and_two_messengers(
    hub: Hub, box: Mailbox, emulator: RunningEmulator
) -> None:
    person = {"email": "Ann@Example.com", "telegram": "1", "whatsapp": "79161234567"}

    message = hub.wait(hub.send("Hello", to=person), 30)

    assert message.counts == {"sent": 3}
    assert (box.read_by, box.mails[0].text()) == ([ANN], "Hello\n")
    assert set(emulator.accepted()) == {("telegram", "1", "Hello"), ("whatsapp", "79161234567", "Hello")}


def test_the_message_id_is_the_messengers_id(hub: Hub, box: Mailbox) -> None:
    delivery = sent(hub)

    assert delivery.messenger_id == box.mails[0].read["Message-ID"]
    assert [(a.code, a.detail) for a in delivery.attempts or ()] == [("250 2.0.0", "250 2.0.0 OK: queued as 42")]


def test_a_mailing_reaches_clients_by_mail(hub: Hub, box: Mailbox) -> None:
    table = "phone,E-Mail\n" + "".join(f"{phone(n)},Client{n}@example.com\n" for n in range(20))
    assert hub.clients.import_(table.encode()).created == 20

    mailing = ended(hub, hub.mailings.create("Sale", "Half price", ["email"], options={"email": {"subject": "Sale"}}))

    assert counted(mailing) == {"sent": 20}
    assert Counter(box.read_by) == Counter(f"client{n}@example.com" for n in range(20))
    assert {mail.read["Subject"] for mail in box.mails} == {"Sale"}
    # Many mails went over few connections.
    assert box.connections <= 16


def test_a_mail_refused_for_one_address_fails_only_that_delivery(hub: Hub, box: Mailbox) -> None:
    box.refused[BOB] = "550 5.1.1 no such user here"

    ends = deliveries(hub, hub.send("Hello", to=[{"email": ANN}, {"email": BOB}, {"email": EVE}]))

    assert [(one.status, one.reason) for one in ends] == [
        ("sent", None),
        ("failed", "recipient_unknown"),
        ("sent", None),
    ]
    assert [(a.code, a.detail) for a in ends[1].attempts or ()] == [
        ("550 5.1.1", "RCPT TO: 550 5.1.1 no such user here")
    ]
    assert sorted(box.read_by) == [ANN, EVE]


def test_an_unknown_address_is_not_asked_for_again(hub: Hub, box: Mailbox) -> None:
    box.refused[BOB] = "550 5.1.1 no such user"
    sent(hub, to=BOB)
    box.refused.clear()

    assert (sent(hub, "Once more", to=BOB).status, box.read_by) == ("failed", [])


def test_why_says_what_the_mail_server_said(hub: Hub, box: Mailbox) -> None:
    box.refused[BOB] = "550 5.1.1 no such user"

    told = str(hub.why(sent(hub, to=BOB).id or 0))

    assert "550 5.1.1" in told
    assert "nobody has this address" in told


def test_a_server_that_was_away_gets_every_mail_once(mailing_hub: Callable[..., Hub], box: Mailbox) -> None:
    with mailbox() as away:
        port = away.port
    hub = mailing_hub(port)
    message = hub.send("Hello", to=[{"email": f"client{n}@example.com"} for n in range(30)])
    while not any(d.attempts for d in map(hub.delivery, [d.id or 0 for d in message.deliveries or ()])):
        sleep(0.01)

    with mailbox(port, box):
        assert hub.wait(message, 60).counts == {"sent": 30}

    assert Counter(box.read_by) == Counter(f"client{n}@example.com" for n in range(30))


def test_a_greylisting_server_gets_it_later(hub: Hub, box: Mailbox) -> None:
    box.refused[ANN] = "450 4.7.1 greylisted, try later"
    message = hub.send("Hello", to={"email": ANN})
    while not (attempts := hub.delivery((message.deliveries or [])[0].id or 0).attempts):
        sleep(0.01)
    box.refused.clear()

    (delivery,) = deliveries(hub, message)

    assert (attempts[0].code, delivery.status) == ("450 4.7.1", "sent")


def test_a_lost_answer_is_repeated_with_the_same_message_id(hub: Hub, box: Mailbox) -> None:
    box.answers_lost = 1

    delivery = sent(hub)

    assert [a.outcome for a in delivery.attempts or ()] == ["unconfirmed", "sent"]
    assert len({mail.read["Message-ID"] for mail in box.mails}) == 1
    assert len(box.mails) == 2


def test_a_lost_answer_is_held_where_nobody_may_get_it_twice(hub: Hub, box: Mailbox) -> None:
    box.answers_lost = 1

    message = hub.wait(hub.send("Hello", to={"email": ANN}, on_unconfirmed="at_most_once"), 30)

    assert (message.status, len(box.mails)) == ("unconfirmed", 1)


def test_a_wrong_password_is_one_alarm_and_costs_no_attempts(
    mailing_hub: Callable[..., Hub], caplog: pytest.LogCaptureFixture
) -> None:
    with mailbox(login=True) as box:
        hub = mailing_hub(box.port, username="hub", password="not-the-word", max_attempts=1)
        message = hub.send("Hello", to=[{"email": ANN}, {"email": BOB}])
        while not _alarms(caplog):
            sleep(0.01)
        tried = len(box.logins)
        while len(box.logins) < tried + 4:
            sleep(0.01)
        accounts = hub.channel("email").accounts

    (alarm,) = _alarms(caplog)
    assert "NOTIFYHUB_EMAIL_USERNAME and NOTIFYHUB_EMAIL_PASSWORD" in alarm
    assert "not-the-word" not in caplog.text
    assert accounts[0].state != "closed"
    # One may be at its trial just now.
    counts = hub.message(message.id).counts or {}
    assert counts.keys() <= {"scheduled", "sending"}
    assert sum(counts.values()) == 2


def test_another_account_sends_as_another_author(mailing_hub: Callable[..., Hub]) -> None:
    with mailbox(login=True) as box:
        senders = {"alerts": {"from_address": "alerts@shop.example"}}
        hub = mailing_hub(box.port, username="hub", password=PASSWORD, senders=senders)
        sent(hub, sender="alerts")

    assert [(mail.sender, mail.read["From"]) for mail in box.mails] == [("alerts@shop.example", "alerts@shop.example")]


def test_a_refused_author_of_another_account_names_that_account(mailing_hub: Callable[..., Hub], box: Mailbox) -> None:
    box.senders_refused["alerts@shop.example"] = "553 5.7.1 not yours"
    hub = mailing_hub(box.port, senders={"alerts": {"from_address": "alerts@shop.example"}})
    hub.send("Hello", to={"email": ANN}, options={"email": {"sender": "alerts"}})

    while not (resting := [account for account in hub.channel("email").accounts if account.state != "closed"]):
        sleep(0.01)

    assert "alerts in NOTIFYHUB_EMAIL_SENDERS: its FROM_ADDRESS" in str(resting)
    assert sent(hub, "Of the first account").status == "sent"


def test_another_subject_or_html_is_no_duplicate(hub: Hub) -> None:
    sent(hub)

    assert hub.send("Hello", to={"email": "ANN@example.com"}).duplicates == 1
    for other in ({"subject": "a"}, {"subject": "b"}, {"html": "<b>a</b>"}):
        assert hub.send("Hello", to={"email": ANN}, options={"email": other}).accepted == 1
    assert hub.send("Hello", to={"email": ANN}, options={"email": {"reply_to": BOB}}).duplicates == 1


@pytest.mark.parametrize(
    ("options", "path"),
    [
        ({"subject": "a\r\nBcc: eve@example.com"}, "subject"),
        ({"subject": "a\u2028b"}, "subject"),
        ({"subject": " "}, "subject"),
        ({"subject": "x" * 251}, "subject"),
        ({"html": ""}, "html"),
        ({"html": "x" * 262_145}, "html"),
        ({"reply_to": "Ann <ann@example.com>"}, "reply_to"),
        ({"reply_to": "a@b.example\r\nBcc: c@d.example"}, "reply_to"),
        ({"attachments": []}, "attachments"),
    ],
)
def test_options_that_cannot_be_sent_are_refused(make_hub: HubMaker, options: dict[str, str], path: str) -> None:
    with pytest.raises(InvalidRequest) as refused:
        make_hub(worker=False).send("Hello", to={"email": ANN}, options={"email": options})

    assert [fault.path for fault in refused.value.faults] == [f"options.email.{path}"]


def test_a_chain_goes_on_by_mail_when_a_messenger_refuses(hub: Hub, box: Mailbox, emulator: RunningEmulator) -> None:
    emulator.script("telegram", "1", "blocked")

    message = hub.send("Hello", to={"telegram": "1", "email": ANN}, channels={"first_of": ["telegram", "email"]})
    hub.wait(message, 30)
    assert box.arrived.acquire(timeout=30)

    assert box.read_by == [ANN]


def test_a_client_who_opted_out_of_mail_gets_none(hub: Hub, box: Mailbox) -> None:
    hub.clients.create(phone(1), addresses={"email": ANN}, opted_out=["email"])
    hub.clients.create(phone(2), addresses={"email": BOB})

    ended(hub, hub.mailings.create("Sale", "Hello", ["email"]))

    assert box.read_by == [BOB]


def test_without_a_mail_server_mails_go_to_the_emulators_port(make_hub: HubMaker, box: Mailbox) -> None:
    hub = make_hub(emulator_smtp_port=box.port)

    assert sent(hub).status == "sent"
    assert (hub.channel("email").emulated, hub.channel("email").base_url) == (True, f"smtp://127.0.0.1:{box.port}")
    assert (box.read_by, box.mails[0].encrypted) == ([ANN], False)


def test_answers_go_where_the_settings_say(mailing_hub: Callable[..., Hub], box: Mailbox) -> None:
    sent(mailing_hub(box.port, reply_to="Help <help@shop.example>"))

    assert box.mails[0].read["Reply-To"] == "Help <help@shop.example>"
