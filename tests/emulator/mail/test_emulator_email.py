"""What the emulator's journal and inbox have of a mail."""

from __future__ import annotations

import http.client
from typing import Any

import pytest

from notifyhub.emulator.testing import LocalEmulator
from tests.emulator.mail.mails import ANNA, SHOP, mail


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


def test_nobody_writes_back_by_mail(emulator):
    with pytest.raises(ValueError, match="on email people cannot answer"):
        emulator.person("email", ANNA, text="Thanks")
