"""Wrong or unreachable databases and brokers: one clear line with the masked URL and what to check, exit code 4."""

from __future__ import annotations

import re
import socket
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from notifyhub.errors import BrokerUnavailable, NotifyhubError, SettingsError, StoreUnavailable
from notifyhub.settings import load
from notifyhub.store.database import Database
from notifyhub_cli.broker_check import broker_must_answer
from tests.cli.conftest import Run
from tests.engines import Engine
from tests.processes import READY, Process

NOBODY = "127.0.0.1:9"


@pytest.fixture
def http_server() -> Iterator[str]:
    """Something that is neither a database nor a broker."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        listener.settimeout(30)
        import threading

        def answer() -> None:
            while True:
                try:
                    connection, _ = listener.accept()
                except OSError:
                    return
                connection.recv(1000)
                connection.sendall(b"HTTP/1.1 400 Bad Request\r\n\r\n")
                connection.close()

        threading.Thread(target=answer, daemon=True).start()
        yield f"127.0.0.1:{listener.getsockname()[1]}"


@pytest.fixture
def postgres_with_passwords(postgres: str) -> str:
    """HOST:PORT of a server; its `locked` may not log in."""
    with psycopg.connect(postgres, autocommit=True) as connection:
        connection.execute("DROP ROLE IF EXISTS locked")
        connection.execute("CREATE ROLE locked NOLOGIN PASSWORD 'x'")
    return postgres.rpartition("@")[2].partition("/")[0]


def complaint_about_database(url: str) -> str:
    with pytest.raises(StoreUnavailable) as error:
        Database(url).upgrade()
    return str(error.value)


def complaint_about_broker(url: str) -> str:
    with pytest.raises(NotifyhubError) as error:
        broker_must_answer(load(broker_url=url))
    assert isinstance(error.value, BrokerUnavailable | SettingsError)
    return str(error.value)


def test_nobody_listens(tmp_path: Path) -> None:
    said = complaint_about_database(f"postgresql://shop:secret@{NOBODY}/shop")

    assert said == (
        f"cannot open the database postgresql://shop:***@{NOBODY}/shop: connection refused "
        "(is the server running, and are host and port right?)"
    )


def test_there_is_no_such_host() -> None:
    assert "there is no such host" in complaint_about_database("postgresql://shop@no-such-host.invalid/shop")


def test_there_is_no_such_database(postgres: str) -> None:
    said = complaint_about_database(postgres.rpartition("/")[0] + "/nothing")

    assert said.endswith('database "nothing" does not exist (create it, or check its name at the end of the URL)')


def test_there_is_no_such_user(postgres_with_passwords: str) -> None:
    said = complaint_about_database(f"postgresql://nobody@{postgres_with_passwords}/postgres")

    assert said.endswith('role "nobody" does not exist (check the user in the URL)')


def test_what_answers_is_no_postgresql(http_server: str) -> None:
    assert "does not speak PostgreSQL" in complaint_about_database(f"postgresql://shop@{http_server}/shop")


def test_the_file_is_no_database(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("to do " * 1000)

    assert "is not a SQLite database" in complaint_about_database(f"sqlite:///{tmp_path}/notes.txt")


def test_the_file_is_a_folder(tmp_path: Path) -> None:
    assert "the file cannot be opened (check the path" in complaint_about_database(f"sqlite:///{tmp_path}")


def test_a_newer_schema_is_used_with_a_warning(database_url: str, caplog: pytest.LogCaptureFixture) -> None:
    database = Database(database_url)
    database.upgrade()
    later = "INSERT INTO schema_migration (name, applied) VALUES ('9999_later', '2026-11-29 00:00:00')"
    database.write(lambda db, items: [db.execute_sql(later).rowcount], None).result()

    assert database.upgrade() == []
    assert "the schema is newer than this version of notifyhub, which lacks 9999_later" in caplog.text
    database.close()


@pytest.mark.parametrize("url", [f"redis://shop:secret@{NOBODY}/0", f"amqp://shop:secret@{NOBODY}/"])
def test_no_broker_listens(url: str) -> None:
    said = complaint_about_broker(url)

    assert said.startswith(f"cannot use the broker {url.replace('secret', '***')}: connection refused (is the server")


def test_the_broker_has_no_such_host() -> None:
    assert "there is no such host" in complaint_about_broker("redis://no-such-host.invalid/0")


def test_redis_wants_another_password(redis_url: str) -> None:
    said = complaint_about_broker(redis_url.replace("redis://", "redis://shop:wrong@"))

    assert "refuses the user or the password (check both in the URL" in said


def test_redis_has_no_such_database(redis_url: str) -> None:
    assert "there is no such database" in complaint_about_broker(redis_url.replace("/0", "/999"))


@pytest.mark.parametrize("scheme", ["redis", "amqp"])
def test_what_answers_is_no_broker(http_server: str, scheme: str) -> None:
    assert "cannot use the broker" in complaint_about_broker(f"{scheme}://{http_server}/")


@pytest.mark.parametrize(
    "command",
    [
        ("serve", "--port", "0"),
        ("worker",),
        ("list",),
        ("db", "upgrade"),
    ],
)
def test_every_command_says_it_in_one_line(run: Run, command: tuple[str, ...]) -> None:
    ended = run(
        *command, database_url=f"postgresql://shop:secret@{NOBODY}/shop", broker_url="memory://", start_wait_s=0
    )

    assert ended.code == 4
    assert ended.complaint.startswith(f"cannot open the database postgresql://shop:***@{NOBODY}/shop: connection")


def test_a_process_waits_for_a_database_that_starts_after_it(tmp_path: Path, postgresql: Engine) -> None:
    postgresql.stop()
    with Process(tmp_path, "serve", "--port", "0", database_url=postgresql.url) as process:
        process.wait_for_line(re.compile("waiting up to 10 s: cannot open the database"))
        postgresql.start()

        assert process.wait_for_line(READY)


def test_it_ends_when_its_patience_does(run: Run) -> None:
    ended = run("serve", "--port", "0", database_url=f"postgresql://{NOBODY}/shop", start_wait_s=1)

    assert ended.code == 4
    assert [line.partition(": cannot")[0] for line in ended.err.splitlines()] == [
        "notifyhub: waiting up to 1 s",
        "notifyhub",
    ]


def test_a_process_starts_without_its_broker_and_says_so(tmp_path: Path) -> None:
    with Process(tmp_path, "serve", "--port", "0", broker_url=f"redis://{NOBODY}/0", start_wait_s=1) as process:
        process.wait_for_line(re.compile("starting without the broker.*: cannot use the broker redis://.*refused"))

        assert process.wait_for_line(READY)


def test_it_does_not_start_with_a_broker_that_refuses_it(run: Run, redis_url: str) -> None:
    ended = run("serve", "--port", "0", broker_url=redis_url.replace("redis://", "redis://shop:wrong@"))

    assert ended.code == 4
    assert "it refuses the user or the password" in ended.complaint


def test_every_command_says_that_a_variable_is_misspelt(run: Run) -> None:
    ended = run("list", broker_ulr="memory://", colour="red")

    assert ended.code == 0
    assert ended.err.splitlines() == [
        "notifyhub: NOTIFYHUB_BROKER_ULR is not a setting: did you mean NOTIFYHUB_BROKER_URL?",
        "notifyhub: NOTIFYHUB_COLOUR is not a setting: unset it",
    ]


def test_no_setting_is_taken_for_a_misspelt_one(run: Run) -> None:
    ended = run("list", log_level="info", telegram_token="1:a", report_to="", url="")

    assert (ended.code, ended.err) == (0, "")
