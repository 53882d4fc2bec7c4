"""login-link; sessions list, revoke."""

from __future__ import annotations

import os
import pwd
import re
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from notifyhub import Hub
from notifyhub.hub import core_of
from notifyhub.verbs import two_ways
from tests.cli.conftest import Run

LINK = re.compile(r"http://127\.0\.0\.1:8000/signin\?token=[\w-]{43}")


def signed_in(folder: Path, name: str = "Anna") -> int:
    """The id of a session in the store of the commands."""
    with Hub(data_dir=folder / "notifyhub-data", worker=False) as hub:
        link = hub.sessions.link(name=name, role="viewer")
        return two_ways.run(core_of(hub).sessions.redeem(link.token, "Firefox/140.0")).session.id


def test_login_link_prints_the_link_and_says_elsewhere_what_it_is(run: Run) -> None:
    ended = run("login-link", "--name", "Anna", "--role", "viewer")

    assert ended.code == 0
    assert LINK.fullmatch(ended.out.strip())
    assert ended.complaint.startswith("signs in Anna as viewer, once, until 20")


def test_login_link_signs_in_the_account_on_the_machine_as_admin(run: Run) -> None:
    made = run("login-link", "--json").json

    assert (made["name"], made["role"]) == (pwd.getpwuid(os.getuid()).pw_name, "admin")
    assert made["url"].endswith(f"/signin?token={made['token']}")


def test_login_link_leads_to_the_address_that_is_set(run: Run) -> None:
    assert run("login-link", dashboard_url="https://hub.example.org").out.startswith("https://hub.example.org/signin?")


@pytest.mark.parametrize(("given", "seconds"), [("10m", 600), ("2h", 7200), ("PT30S", 30)])
def test_login_link_works_for_the_given_time(run: Run, given: str, seconds: int) -> None:
    before = datetime.now(UTC)
    expires_at = datetime.fromisoformat(run("login-link", "--valid", given, "--json").json["expires_at"])

    assert before + timedelta(seconds=seconds - 1) < expires_at
    assert expires_at < datetime.now(UTC) + timedelta(seconds=seconds)


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        (["--role", "boss"], "--role: there is no 'boss'; there are viewer, operator, admin"),
        (["--name", ""], "--name: must not be empty"),
        (["--valid", "soon"], "--valid: must be a time such as 10m, 2h or PT10M (given: 'soon')"),
        (["--valid", "8d"], "--valid: must be at most 604800"),
    ],
)
def test_a_wrong_link_is_not_made(run: Run, arguments: list[str], reason: str) -> None:
    ended = run("login-link", *arguments)

    assert (ended.code, ended.out, ended.complaint) == (2, "", reason)


def test_the_audit_says_who_made_a_link(run: Run) -> None:
    run("login-link", "--name", "Anna")

    (line,) = run("audit", "--json").json
    assert (line["action"], line["face"], line["who"]) == (
        "session.linked",
        "cli",
        pwd.getpwuid(os.getuid()).pw_name,
    )


def test_sessions_list_shows_who_is_signed_in(run: Run, tmp_path: Path) -> None:
    id_ = signed_in(tmp_path)

    (listed,) = run("sessions", "list", "--json").json
    assert (listed["id"], listed["name"], listed["role"], listed["via"]) == (id_, "Anna", "viewer", "link")
    assert "Firefox/140.0" in run("sessions", "list").out


def test_a_revoked_session_is_gone(run: Run, tmp_path: Path) -> None:
    id_ = signed_in(tmp_path)

    assert run("sessions", "revoke", str(id_)).out == f"revoked session {id_}\n"
    assert run("sessions", "list", "--json").json == []


@pytest.mark.parametrize("id_", ["9", "0", "99999999999999999999999"])
def test_a_session_that_is_not_there_ends_with_3(run: Run, id_: str) -> None:
    ended = run("sessions", "revoke", id_)

    assert (ended.code, ended.complaint) == (3, f"there is no live session {id_}")


def test_sessions_are_those_of_this_machine_only(run: Run) -> None:
    ended = run("--url", "http://127.0.0.1:9", "login-link")

    assert (ended.code, ended.complaint) == (
        2,
        "--url: `login-link` works on this machine only; leave out --url",
    )
