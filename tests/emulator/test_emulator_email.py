"""E-mail to the emulator, by Python's own SMTP client."""

from __future__ import annotations

import http.client
import logging
import smtplib
import socket
import ssl
from collections.abc import Iterator
from email.message import EmailMessage
from typing import Any

import pytest
import trustme

from notifyhub.emulator.email.answers import OUTCOMES, Place
from notifyhub.emulator.email.conversation import MAIL_LIMIT
from notifyhub.emulator.email.door import Door
from notifyhub.emulator.email.mailroom import MOST_RECIPIENTS
from notifyhub.emulator.faults import magic
from notifyhub.emulator.testing import LocalEmulator

ANNA = "anna@example.org"
SHOP = "shop@example.org"


@pytest.fixture(scope="module")
def shared_emulator() -> Iterator[LocalEmulator]:
    authority = trustme.CA()
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("127.0.0.1").configure_cert(context)
    with LocalEmulator(hang_s=5.0, smtp_tls=context) as emulator:
        emulator.authority = authority  # type: ignore[attr-defined]
        yield emulator


@pytest.fixture
def emulator(shared_emulator: LocalEmulator) -> LocalEmulator:
    shared_emulator.reset()
    return shared_emulator


@pytest.fixture
def smtp(emulator: LocalEmulator) -> Iterator[smtplib.SMTP]:
    client = smtplib.SMTP("127.0.0.1", emulator.smtp_port, timeout=20)
    yield client
    client.close()


def mail(text: str = "Hello", html: str | None = None, **headers: str) -> EmailMessage:
    made = EmailMessage()
    for name, value in {"From": f"Shop <{SHOP}>", "To": ANNA, "Subject": "News", **headers}.items():
        made[name] = value
    made.set_content(text)
    if html is not None:
        made.add_alternative(html, subtype="html")
    return made


def whole(emulator: LocalEmulator, entry: dict[str, Any]) -> dict[str, Any]:
    found = emulator.emulator.journal.entry(entry["id"])
    assert found is not None
    return found


def test_a_mail_is_in_the_journal_with_what_people_see_of_it(emulator, smtp):
    assert smtp.send_message(mail("Hello Anna", "<p>Hello <b>Anna</b></p>", Subject="Привет")) == {}

    [entry] = emulator.journal(channel="email")
    told = {name: entry[name] for name in ("address", "subject", "text", "status", "accepted", "fault", "account")}
    assert told == {
        "address": ANNA,
        "subject": "Привет",
        "text": "Hello Anna",
        "status": 250,
        "accepted": True,
        "fault": None,
        "account": SHOP,
    }
    assert whole(emulator, entry)["html"] == "<p>Hello <b>Anna</b></p>"


def test_an_entry_has_the_raw_mail_and_the_line_of_the_answer(emulator, smtp):
    smtp.send_message(mail())

    entry = whole(emulator, emulator.journal()[0])
    assert entry["request"] == f"MAIL FROM:<{SHOP}> RCPT TO:<{ANNA}>"
    assert "Subject: News" in entry["request_body"]
    assert entry["answer_body"] == f"250 2.0.0 OK: queued as {entry['messenger_id']}"


def test_each_recipient_has_an_entry_under_the_address_in_lower_case(emulator, smtp):
    smtp.send_message(mail(), to_addrs=["Anna@Example.org", "boris@example.org"])

    assert [entry["address"] for entry in emulator.journal()] == [ANNA, "boris@example.org"]
    assert len(emulator.journal(address="ANNA@example.ORG")) == 1


def test_a_search_finds_the_subject_and_the_address(emulator, smtp):
    smtp.send_message(mail(Subject="Half price"))

    assert len(emulator.journal(search="HALF PR")) == len(emulator.journal(search="anna@")) == 1
    assert emulator.journal(search="nobody") == []


def test_the_same_text_under_another_subject_is_no_duplicate(emulator, smtp):
    smtp.send_message(mail(Subject="Monday"))
    smtp.send_message(mail(Subject="Tuesday"))
    emulator.assert_no_duplicates()

    smtp.send_message(mail(Subject="Tuesday"))
    with pytest.raises(AssertionError, match="1 duplicates"):
        emulator.assert_no_duplicates()


@pytest.mark.parametrize("name", ["koi8-r", "utf-8", "no-such-charset"])
def test_a_text_is_read_in_its_charset(emulator, smtp, name):
    encoded = "Привет".encode("utf-8" if name == "no-such-charset" else name)
    head = f"Subject: x\r\nContent-Type: text/plain; charset={name}\r\nContent-Transfer-Encoding: 8bit\r\n\r\n"
    smtp.sendmail(SHOP, [ANNA], head.encode() + encoded)

    assert emulator.journal()[0]["text"] == "Привет"


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"no head at all",
        b"Subject: =?utf-8?b?!!!?=\r\n\r\nx",
        b"Content-Type: multipart/mixed\r\n\r\n--x",
        b"Content-Type: ; ; ;\r\nSubject: \xff\xfe\r\n\r\n\x00",
        b"Content-Type: text/html\r\nContent-Transfer-Encoding: base64\r\n\r\n!",
        b"Content-Type: text/plain" + b"\r\n ".join([b";" * 900] * 2000) + b"\r\n\r\nx",
        b"Subject: " + b"\r\n ".join([b"a " * 400] * 2000) + b"\r\n\r\nx",
        b"Content-Type: multipart/mixed; boundary=x\r\n\r\n" + b"--x\r\n\r\n\r\n" * 20_000,
        b"".join(b"Content-Type: multipart/mixed; boundary=x%d\r\n\r\n--x%d\r\n" % (n, n) for n in range(20_000)),
    ],
    ids=["empty", "no head", "bad word", "no boundary", "no type", "bad base64", "type", "subject", "parts", "nested"],
)
def test_a_malformed_mail_is_taken_like_any_other(emulator, smtp, content):
    assert smtp.sendmail(SHOP, [ANNA], content) == {}

    assert emulator.journal()[0]["accepted"]


def test_an_address_that_is_no_utf_8_harms_nobody(emulator, smtp):
    smtp.ehlo()
    smtp.command_encoding = "latin-1"
    smtp.docmd(f"MAIL FROM:<\xff{SHOP}>")
    assert smtp.docmd("RCPT TO:<\xff\xfe@example.org>")[0] == 250
    assert smtp.data(b"Subject: \xff\r\n\r\n\xff")[0] == 250

    assert [entry["address"] for entry in emulator.journal()] == ["??@example.org"]


def test_a_handshake_that_fails_ends_only_that_connection(emulator, smtp):
    with pytest.raises(ssl.SSLCertVerificationError):
        smtp.starttls(context=ssl.create_default_context())
    with smtplib.SMTP("127.0.0.1", emulator.smtp_port, timeout=20) as other:
        other.send_message(mail())

    assert len(emulator.journal()) == 1


def test_a_mail_of_html_only_has_no_text(emulator, smtp):
    made = mail()
    made.set_content("<p>Hello</p>", subtype="html")
    smtp.send_message(made)

    [entry] = emulator.journal()
    assert (entry["text"], whole(emulator, entry)["html"]) == ("", "<p>Hello</p>")


EVIL = "<script>parent.document.title = 1</script><img src=x onerror=alert(1)><p style='color: red'>Hello</p>"


def get(emulator: LocalEmulator, path: str) -> http.client.HTTPResponse:
    connection = http.client.HTTPConnection(emulator.url.removeprefix("http://"), timeout=20)
    connection.request("GET", path)
    return connection.getresponse()


def test_the_html_of_a_mail_is_a_page_in_which_nothing_runs(emulator, smtp):
    smtp.send_message(mail(html=EVIL))
    answer = get(emulator, f"/journal/{emulator.journal()[0]['id']}/html")

    policy = answer.headers["Content-Security-Policy"].split("; ")
    assert (answer.status, answer.headers["Content-Type"]) == (200, "text/html; charset=utf-8")
    assert {"sandbox", "default-src 'none'", "frame-ancestors 'self'"} <= set(policy)
    assert answer.read().decode() == EVIL


def test_a_picture_that_comes_with_the_html_is_shown_in_it(emulator, smtp):
    made = mail(html='<img src="cid:chart@shop">')
    parts = made.get_payload()
    parts[1].add_related(b"PNG", "image", "png", cid="<chart@shop>")
    smtp.send_message(made)

    html = whole(emulator, emulator.journal()[0])["html"]
    assert html == '<img src="data:image/png;base64,UE5H">'


def test_what_has_no_html_has_no_such_page(emulator, smtp):
    smtp.send_message(mail())

    assert get(emulator, f"/journal/{emulator.journal()[0]['id']}/html").status == 404


@pytest.mark.parametrize("mechanism", ["auth_plain", "auth_login"])
def test_any_login_is_accepted_and_its_password_names_an_inbox(emulator, smtp, mechanism):
    smtp.ehlo()
    smtp.user, smtp.password = "shop", emulator.token
    code, _ = smtp.auth(mechanism.removeprefix("auth_").upper(), getattr(smtp, mechanism))
    smtp.send_message(mail())

    assert code == 235
    assert [entry["address"] for entry in emulator.inbox().journal()] == [ANNA]


def test_a_password_that_a_rule_takes_back_is_refused(emulator, smtp):
    emulator.rule(channel="email", token="wrong", answer="token_revoked")
    with pytest.raises(smtplib.SMTPAuthenticationError) as refused:
        smtp.login("shop", "wrong")

    assert (refused.value.smtp_code, refused.value.smtp_error[:5]) == (535, b"5.7.8")
    # smtplib tries PLAIN, then LOGIN.
    entries = emulator.wait_for(2, accepted=False)
    assert {(entry["status"], entry["fault"], entry["address"]) for entry in entries} == {(535, "token_revoked", "")}
    smtp.login("shop", "right")


def test_the_login_of_a_magic_name_is_refused(emulator, smtp):
    with pytest.raises(smtplib.SMTPAuthenticationError):
        smtp.login("magic-token-revoked@example.com", "any")


def test_a_mail_may_come_through_starttls(emulator, smtp):
    context = ssl.create_default_context()
    emulator.authority.configure_trust(context)
    smtp._host = "127.0.0.1"
    assert smtp.starttls(context=context)[0] == 220
    smtp.login("shop", "secret")
    smtp.send_message(mail())

    assert len(emulator.journal()) == 1


def test_without_a_certificate_there_is_no_starttls():
    with LocalEmulator() as plain, smtplib.SMTP("127.0.0.1", plain.smtp_port, timeout=20) as client:
        client.ehlo()
        assert not client.has_extn("starttls")


@pytest.mark.parametrize("name", [name for name in OUTCOMES if name != "hung_up"])
def test_a_magic_recipient_is_refused_as_documented(emulator, smtp, name):
    wanted = OUTCOMES[name]
    to = next(address for on, address, story in magic.recipients() if (on, story.name) == ("email", name))
    with pytest.raises((smtplib.SMTPRecipientsRefused, smtplib.SMTPDataError)) as refused:
        smtp.sendmail(SHOP, [to], mail().as_bytes())

    error = refused.value
    code, told = error.recipients[to] if isinstance(error, smtplib.SMTPRecipientsRefused) else error.args
    assert (code, told.decode()) == (wanted.code, f"{wanted.enhanced} {wanted.text}")
    assert isinstance(error, smtplib.SMTPDataError) == (wanted.place is Place.CONTENT)
    [entry] = emulator.journal()
    assert (entry["address"], entry["status"], entry["fault"], entry["accepted"]) == (to, wanted.code, name, False)


@pytest.mark.parametrize("answer", ["450", "550", {"code": 450}, "404", "429"])
def test_a_recipient_is_refused_by_a_code(emulator, smtp, answer):
    emulator.rule(channel="email", address=ANNA.upper(), answer=answer)
    with pytest.raises(smtplib.SMTPRecipientsRefused) as refused:
        smtp.send_message(mail())

    assert refused.value.recipients[ANNA][0] == (450 if answer in ("450", "429", {"code": 450}) else 550)


@pytest.mark.parametrize(("answer", "code"), [("554", 554), ("451", 451), ("500", 451), ({"code": 471}, 471)])
def test_a_mail_is_refused_by_a_code(emulator, smtp, answer, code):
    emulator.rule(channel="email", answer=answer)
    with pytest.raises(smtplib.SMTPDataError) as refused:
        smtp.send_message(mail("Hello"))

    assert refused.value.smtp_code == code
    assert [(entry["text"], entry["accepted"]) for entry in emulator.journal()] == [("Hello", False)]


def test_one_refused_recipient_does_not_keep_the_mail_from_the_others(emulator, smtp):
    emulator.script("email", ANNA, "550")
    refused = smtp.send_message(mail(), to_addrs=[ANNA, "boris@example.org"])

    assert list(refused) == [ANNA]
    assert [entry["accepted"] for entry in emulator.journal()] == [False, True]


def test_a_service_that_is_not_available_closes_the_connection(emulator, smtp):
    emulator.rule(channel="email", answer="421", count=1)
    with pytest.raises(smtplib.SMTPRecipientsRefused) as refused:
        smtp.send_message(mail())

    assert refused.value.recipients[ANNA][0] == 421
    with pytest.raises(smtplib.SMTPServerDisconnected):
        smtp.noop()


def test_a_connection_can_end_before_the_mail(emulator, smtp):
    emulator.rule(channel="email", answer="hung_up")
    with pytest.raises(smtplib.SMTPServerDisconnected):
        smtp.send_message(mail())

    assert [(entry["status"], entry["accepted"]) for entry in emulator.journal()] == [(None, False)]


@pytest.mark.parametrize(("word", "accepted"), [("reset", False), ("lost", True), ("half", True), ("hang", False)])
def test_a_connection_can_end_after_the_mail_without_an_answer(word, accepted):
    with LocalEmulator(hang_s=0.1) as emulator, smtplib.SMTP("127.0.0.1", emulator.smtp_port, timeout=20) as client:
        emulator.rule(channel="email", answer=word)
        with pytest.raises((smtplib.SMTPServerDisconnected, smtplib.SMTPDataError, ConnectionError)):
            client.send_message(mail())
        client.close()

        [entry] = emulator.journal()
        assert (entry["text"], entry["fault"], entry["accepted"]) == ("Hello", word, accepted)


def test_an_answer_can_come_in_pieces(emulator, smtp):
    emulator.rule(channel="email", answer={"drip_ms": 50})
    assert smtp.send_message(mail()) == {}

    assert emulator.journal()[0]["fault"] == "drip"


@pytest.mark.parametrize("word", ["garbage", "wrong_json"])
def test_an_answer_can_be_nonsense(emulator, smtp, word):
    emulator.rule(channel="email", answer=word)
    with pytest.raises(smtplib.SMTPException):
        smtp.send_message(mail())

    assert not emulator.journal()[0]["accepted"]


def test_a_mail_over_the_limit_is_refused_and_not_kept(emulator, smtp):
    line = b"x" * 900 + b"\r\n"
    # After a HELO no size is announced.
    smtp.helo()
    smtp.mail(SHOP)
    smtp.rcpt(ANNA)

    assert smtp.data(line * (MAIL_LIMIT // len(line) + 2))[0] == 552
    assert emulator.journal() == []


def test_a_mail_announced_as_too_large_is_refused_at_once(emulator, smtp):
    smtp.ehlo()

    assert smtp.mail(SHOP, [f"size={MAIL_LIMIT + 1}"])[0] == 552


def test_a_mail_has_at_most_so_many_recipients(emulator, smtp):
    to = [f"{number}@example.org" for number in range(MOST_RECIPIENTS + 1)]
    refused = smtp.sendmail(SHOP, to, mail().as_bytes())

    assert {address: code for address, (code, _) in refused.items()} == {to[-1]: 452}
    assert len(emulator.journal()) == MOST_RECIPIENTS


def test_a_transaction_that_is_given_up_leaves_nothing(emulator, smtp):
    smtp.ehlo()
    smtp.mail(SHOP)
    smtp.rcpt(ANNA)
    smtp.rset()
    smtp.send_message(mail(), to_addrs=["boris@example.org"])

    assert [entry["address"] for entry in emulator.journal()] == ["boris@example.org"]


def test_what_a_web_page_posts_is_no_mail(emulator):
    connection = http.client.HTTPConnection("127.0.0.1", emulator.smtp_port, timeout=20)
    lines = f"EHLO x\r\nMAIL FROM:<{SHOP}>\r\nRCPT TO:<{ANNA}>\r\nDATA\r\nHello\r\n.\r\n"
    connection.request("POST", "/", lines)
    with pytest.raises((http.client.HTTPException, ConnectionError)):
        connection.getresponse()
    connection.close()

    assert emulator.journal() == []


def test_too_many_connections_are_turned_away():
    emulator = LocalEmulator()
    emulator.emulator.door = Door(emulator.emulator.mailroom, most_connections=1)
    with emulator, smtplib.SMTP("127.0.0.1", emulator.smtp_port, timeout=20) as first:
        with pytest.raises(smtplib.SMTPConnectError) as refused:
            smtplib.SMTP("127.0.0.1", emulator.smtp_port, timeout=20)
        assert refused.value.smtp_code == 421
        first.send_message(mail())


def test_the_end_of_the_emulator_hangs_up():
    with LocalEmulator() as emulator:
        client = smtplib.SMTP("127.0.0.1", emulator.smtp_port, timeout=20)
    with pytest.raises(smtplib.SMTPServerDisconnected):
        client.noop()


def test_an_emulator_that_was_stopped_takes_mail_again():
    emulator = LocalEmulator()
    for _ in range(2):
        with emulator, smtplib.SMTP("127.0.0.1", emulator.smtp_port, timeout=20) as client:
            assert client.send_message(mail()) == {}


def test_nobody_writes_back_by_mail(emulator):
    with pytest.raises(ValueError, match="on email people cannot answer"):
        emulator.person("email", ANNA, text="Thanks")


def test_a_port_that_is_taken_costs_only_the_mail(caplog):
    with socket.create_server(("127.0.0.1", 0)) as taken, caplog.at_level(logging.WARNING):
        emulator = LocalEmulator().emulator
        port = taken.getsockname()[1]

        assert not emulator.door.listen("127.0.0.1", port)
    assert emulator.door.address is None
    assert f"cannot listen on 127.0.0.1:{port}: Address already in use" in caplog.text
