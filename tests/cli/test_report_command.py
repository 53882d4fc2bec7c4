"""report: by mail or on the terminal, and what doctor says of the daily one."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tests.cli.conftest import Run
from tests.mailbox import Mailbox, mailbox
from tests.reports.conftest import SENDER, noon_zone


@pytest.fixture
def box() -> Iterator[Mailbox]:
    with mailbox() as box:
        yield box


def server(box: Mailbox) -> dict[str, Any]:
    return {"email_host": "127.0.0.1", "email_port": box.port, "email_tls": "none", "email_from_address": SENDER}


def local(days: int = 0) -> str:
    return (datetime.now(UTC) + timedelta(days=days)).date().isoformat()


def test_it_goes_to_every_address_once(run: Run, box: Mailbox) -> None:
    run("send", "Hello", "--to", "gateway=79031112233", "--at", "2030-01-01T00:00:00Z")

    to = ("--to", "ann@shop.example", "--to", "bob@shop.example", "--to", "ann@shop.example")
    ended = run("report", *to, "--date", local(), **server(box), report_timezone="UTC")

    assert (ended.code, ended.out) == (0, "sent to ann@shop.example\nsent to bob@shop.example\n")
    assert box.read_by == ["ann@shop.example", "bob@shop.example"]
    assert "0 mailings, 1 accepted" in box.mails[0].read["Subject"]


def test_without_to_it_goes_to_those_of_the_settings(run: Run, box: Mailbox) -> None:
    assert run("report", **server(box), report_to="eve@shop.example").code == 0

    assert box.read_by == ["eve@shop.example"]


def test_asked_for_again_it_is_another_mail(run: Run, box: Mailbox) -> None:
    for _ in range(2):
        run("report", "--to", "ann@shop.example", **server(box))

    first, again = (mail.read for mail in box.mails)
    assert first["Message-ID"] != again["Message-ID"]


def test_print_shows_the_text_and_sends_nothing(run: Run, box: Mailbox) -> None:
    ended = run("report", "--print", "--date", "2026-11-27", "--to", "ann@shop.example", **server(box))

    assert (ended.code, ended.err) == (0, "")
    assert ended.out.splitlines()[0] == "Friday, 27 November 2026 (Europe/Moscow)"
    assert box.mails == []


def test_without_an_address_it_is_said_what_to_do(run: Run) -> None:
    ended = run("report", "--date", "2026-11-27")

    assert (ended.code, ended.complaint) == (2, "--to: say who gets it, or show it with --print")


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        (("--date", "tomorrow"), "--date: must be a day such as 2026-11-27 (not 'tomorrow')"),
        (("--date", "2026-02-30"), "--date: must be a day such as 2026-11-27 (not '2026-02-30')"),
        (("--date", "0001-01-01"), "--date: must be a day such as 2026-11-27 (not '0001-01-01')"),
        (("--date", "2999-01-01"), "--date: 2999-01-01 has not come yet: today is "),
        (("--to", "ann"), "--to: must be an e-mail address such as ann@example.com (not 'ann')"),
        (("--to", "a@x.org\nBcc: b@x.org"), "--to: must be an e-mail address"),
        ((), "--to: say who gets it, or show it with --print"),
    ],
)
def test_bad_input_is_told_in_one_line(run: Run, box: Mailbox, arguments: tuple[str, ...], complaint: str) -> None:
    ended = run("report", *arguments, **server(box))

    assert ended.code == 2
    assert ended.complaint.startswith(complaint)
    assert box.mails == []


def test_what_the_server_refuses_is_told_and_the_others_get_theirs(run: Run, box: Mailbox) -> None:
    box.refused = {"ann@shop.example": "550 5.1.1 nobody here"}

    ended = run("report", "--to", "ann@shop.example", "--to", "bob@shop.example", **server(box))

    assert (ended.code, ended.out) == (1, "sent to bob@shop.example\n")
    assert ended.complaint == "ann@shop.example: the mail server said 550 5.1.1 nobody here"


def test_it_works_on_this_machine_only(run: Run) -> None:
    ended = run("--url", "http://127.0.0.1:9", "report")

    assert ended.code == 2
    assert ended.complaint == "--url: `report` works on this machine only; leave out --url"


def finding(run: Run, **settings: Any) -> dict[str, Any] | None:
    found = [one for one in run("doctor", "--json", **settings).json if one["what"] == "report"]
    return found[0] if found else None


def daily(box: Mailbox, at: str = "00:00") -> dict[str, Any]:
    return {**server(box), "report_to": "ann@shop.example", "report_at": at, "report_timezone": noon_zone()}


def test_doctor_says_nothing_of_a_report_that_nobody_wants(run: Run) -> None:
    assert finding(run) is None


def test_doctor_misses_a_mail_server(run: Run) -> None:
    run("db", "upgrade")

    found = finding(run, report_to="ann@shop.example")

    assert found is not None
    assert (found["good"], found["seen"]) == (False, "the daily report goes to the emulator")
    assert "NOTIFYHUB_EMAIL_HOST" in found["advice"]


def test_doctor_misses_a_report_that_nobody_sent(run: Run, box: Mailbox) -> None:
    run("db", "upgrade")

    found = finding(run, **daily(box))

    assert found is not None
    assert not found["good"]
    assert found["seen"].endswith("has not been sent")


def test_doctor_tells_when_the_next_report_goes(run: Run, box: Mailbox) -> None:
    run("db", "upgrade")

    found = finding(run, **daily(box, at="23:30"))

    assert found is not None
    assert found["good"]
    assert found["seen"] == f"daily at 23:30 ({noon_zone()}); none was sent yet"
