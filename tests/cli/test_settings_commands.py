"""config, doctor, db upgrade."""

from __future__ import annotations

from pathlib import Path

import pytest

from notifyhub.store.database import MIGRATIONS
from tests.cli.conftest import Run
from tests.emulated import RunningEmulator
from tests.mailbox import mailbox

ALL_MIGRATIONS = sorted(path.stem for path in MIGRATIONS.glob("0*.py"))
SECRETS = {
    "database_url": "postgresql://me:hidden-1@127.0.0.1:9/hub?sslpassword=hidden-2",
    "broker_url": "redis://:hidden-3@127.0.0.1:9/0?password=hidden-4",
    "telegram_token": "1:hidden-5",
    "gateway_base_url": "http://me:hidden-6@127.0.0.1:9",
}


def test_config_shows_every_setting_by_the_name_of_its_variable(run: Run) -> None:
    shown = run("config", "--json", port=9000, telegram_max_attempts=7).json

    assert shown["NOTIFYHUB_PORT"] == 9000
    assert shown["NOTIFYHUB_TELEGRAM_MAX_ATTEMPTS"] == 7
    assert shown["NOTIFYHUB_DATABASE_URL"] == "sqlite:///notifyhub-data/notifyhub.db"


@pytest.mark.parametrize("command", ["config", "doctor"])
@pytest.mark.parametrize("form", [[], ["--json"]])
def test_secrets_are_masked_in_urls_too(run: Run, command: str, form: list[str]) -> None:
    ended = run(command, *form, **SECRETS)

    assert "hidden" not in ended.out + ended.err
    assert "***" in ended.out


def test_config_is_in_lines_that_can_be_searched(run: Run) -> None:
    lines = run("config", database_url="sqlite:///" + "x" * 200).out.splitlines()

    assert any(line.split() == ["NOTIFYHUB_DATABASE_URL", "sqlite:///" + "x" * 200] for line in lines)


def test_doctor_ends_with_0_when_all_is_well(run: Run, emulator: RunningEmulator) -> None:
    with mailbox() as box:
        ended = run("doctor", "--json", emulator_url=emulator.url, emulator_smtp_port=box.port)

    assert (ended.code, {finding["good"] for finding in ended.json}) == (0, {True})
    assert {"database", "broker", "telegram", "email", "clock"} <= {finding["what"] for finding in ended.json}


def test_doctor_ends_with_1_and_says_what_to_do(run: Run) -> None:
    ended = run("doctor", "--json", emulator_url="http://127.0.0.1:9", broker_url="redis://127.0.0.1:9/0")

    advice = {finding["what"]: finding["advice"] for finding in ended.json if not finding["good"]}
    assert ended.code == 1
    assert advice["telegram"] == "start `notifyhub serve`"
    assert "NOTIFYHUB_BROKER_URL" in advice["broker"]


def test_doctor_names_a_variable_that_is_nearly_a_setting(run: Run, emulator: RunningEmulator) -> None:
    ended = run("doctor", emulator_url=emulator.url, databse_url="sqlite:///x")

    assert ended.code == 1
    assert "did you mean NOTIFYHUB_DATABASE_URL?" in ended.out


def test_doctor_tells_of_a_database_that_is_away(run: Run, emulator: RunningEmulator) -> None:
    away = "postgresql://me@127.0.0.1:9/hub"
    with mailbox() as box:
        ended = run("doctor", "--json", emulator_url=emulator.url, emulator_smtp_port=box.port, database_url=away)

    bad = [finding for finding in ended.json if not finding["good"]]
    assert [finding["what"] for finding in bad] == ["database"]
    assert "check NOTIFYHUB_DATABASE_URL" in bad[0]["advice"]


def test_db_upgrade_says_what_it_did_and_does_it_once(run: Run, empty_database_url: str) -> None:
    assert run("db", "upgrade", "--json", database_url=empty_database_url).json == {"applied": ALL_MIGRATIONS}
    assert run("db", "upgrade", database_url=empty_database_url).out == "the schema is up to date\n"


WRONG = {
    "number": ({"port": "x"}, 2, "NOTIFYHUB_PORT: must be a whole number (given: 'x')"),
    "range": ({"lease_s": "0"}, 2, "NOTIFYHUB_LEASE_S: must be at least 1.0 (given: '0')"),
    "scheme": ({"database_url": "mysql://me:hidden@db/x"}, 2, "NOTIFYHUB_DATABASE_URL: must begin with sqlite://"),
    "percent": ({"database_url": "postgresql://me:hid%zzden@db/x"}, 2, "NOTIFYHUB_DATABASE_URL: has an unescaped %"),
    "url": ({"broker_url": "redis://:hidden@db:x/0"}, 2, "NOTIFYHUB_BROKER_URL: is not a valid URL"),
    "member": (
        {"telegram_baseurl": "http://x"},
        2,
        "NOTIFYHUB_TELEGRAM_BASEURL: there is no such setting; did you mean",
    ),
    "channel": ({"telegram": "on"}, 2, "NOTIFYHUB_"),
    "pair": ({"whatsapp_token": "hidden"}, 2, "NOTIFYHUB_WHATSAPP_PHONE_NUMBER_ID must be set"),
    "away": ({"database_url": "postgresql://me:hidden@127.0.0.1:9/x"}, 4, "cannot open the database"),
    "folder": ({"database_url": "sqlite:////dev/null/x/y.db"}, 2, "NOTIFYHUB_DATABASE_URL: cannot make the folder"),
    "memory": ({"database_url": "sqlite:///:memory:"}, 2, "NOTIFYHUB_DATABASE_URL: SQLite needs a file"),
    "no database": ({"database_url": "sqlite:////etc/passwd"}, 4, "cannot open the database"),
}


@pytest.mark.parametrize(("settings", "code", "reason"), WRONG.values(), ids=WRONG)
def test_a_wrong_setting_stops_a_command_with_its_name_and_the_reason(
    run: Run, settings: dict[str, str], code: int, reason: str
) -> None:
    ended = run("list", **settings)

    assert ended.code == code
    assert ended.complaint.startswith(reason)
    assert "hidden" not in ended.err


def test_every_wrong_setting_is_told(run: Run) -> None:
    ended = run("list", port="x", lease_s="y")

    assert len(ended.err.splitlines()) == 2


def test_doctor_changes_nothing_that_it_looks_at(run: Run, tmp_path: Path, empty_database_url: str) -> None:
    before = sorted(tmp_path.rglob("*"))
    run("doctor", database_url=empty_database_url)

    assert sorted(tmp_path.rglob("*")) == before
    assert run("db", "upgrade", "--json", database_url=empty_database_url).json == {"applied": ALL_MIGRATIONS}


def test_proxies_and_further_accounts_are_shown_without_secrets(run: Run) -> None:
    shown = run(
        "config",
        "--json",
        telegram_token="hidden1",
        telegram_senders='{"alerts": {"token": "hidden2"}}',
        telegram_proxy="http://me:hidden3@proxy:3128",
        whatsapp_app_secret="hidden4",
        whatsapp_verify_token="hidden5",
    )

    assert "hidden" not in shown.out
    assert shown.json["NOTIFYHUB_TELEGRAM_PROXY"] == "http://me:***@proxy:3128"
    assert "alerts" in shown.json["NOTIFYHUB_TELEGRAM_SENDERS"]


def test_doctor_logs_in_at_the_mail_server(run: Run, emulator: RunningEmulator) -> None:
    with mailbox(login=True) as box:
        server = {"email_host": "127.0.0.1", "email_port": box.port, "email_tls": "none"}
        login = {"email_username": "me@shop.example", "email_password": "wrong-word"}
        ended = run("doctor", "--json", emulator_url=emulator.url, **server, **login)

    (bad,) = [finding for finding in ended.json if not finding["good"]]
    assert (bad["what"], ended.code) == ("email", 1)
    assert "AUTH: 535 5.7.8" in bad["seen"]
    assert "wrong-word" not in ended.out + ended.err
