"""The command line speaks to a running service: `--url` and `--key`, or NOTIFYHUB_URL and NOTIFYHUB_KEY."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from notifyhub_api.app import make_app
from tests.cli.conftest import Run
from tests.client.conftest import Served
from tests.conftest import HubMaker
from tests.serving import running

LATER = "2126-12-01T10:00:00+03:00"


@pytest.fixture
def served(make_hub: HubMaker) -> Iterator[Served]:
    hub = make_hub()
    with running(make_app(hub)) as port:
        yield Served(hub, port, str(hub.keys.create("tests").key))


@pytest.fixture
def there(served: Served, run: Run) -> Run:
    """`notifyhub ARGUMENTS` with the service named by variables."""
    return lambda *arguments: run(*arguments, url=served.url, key=served.key)


def test_a_message_is_sent_by_the_service(served: Served, run: Run, tmp_path: Path) -> None:
    before = set(tmp_path.iterdir())

    ended = run("--url", served.url, "--key", served.key, "send", "Hello", "--to", "telegram=1", "--wait", "20")

    assert ended.code == 0, ended.err
    assert "sent  accepted 1" in ended.out
    assert [message.text for message in served.hub.messages()] == ["Hello"]
    assert set(tmp_path.iterdir()) == before, "no store of one's own is made"


def test_every_command_about_messages_asks_the_service(served: Served, there: Run) -> None:
    id_ = there("send", "Hello", "--to", "telegram=1", "--at", LATER, "--json").json["id"]

    assert there("list", "--json").json[0]["id"] == id_
    assert there("list", "--deliveries", "--status", "scheduled", "--json").json[0]["message_id"] == id_
    assert there("status", id_, "--json").json["text"] == "Hello"
    assert "Accepted, to be sent to 1 by Telegram." in there("why", id_).out
    assert there("change", id_, "--text", "Other", "--json").json["text"] == "Other"
    assert there("cancel", id_).out == "cancelled 1, too late for 0\n"
    assert there("retry", id_).out == "retried 0, duplicates 0, left alone 1\n"
    assert "telegram" in there("channels").out


def test_keys_are_those_of_the_service(served: Served, there: Run) -> None:
    made = there("key", "create", "--name", "shop", "--scope", "send").out.strip()

    assert made.startswith("nh_")
    assert "shop" in there("key", "list").out
    assert there("key", "revoke", "2").code == 0
    assert served.hub.keys.get(2).revoked_at


def test_a_file_of_messages_is_sent_by_the_service(served: Served, there: Run, tmp_path: Path) -> None:
    (tmp_path / "messages.jsonl").write_text('{"text": "One", "recipients": [{"telegram": "1"}]}\n{"text": ""}\n')

    ended = there("send", "--batch", "messages.jsonl")

    assert (ended.code, ended.out) == (2, "1 messages: accepted 1, duplicates 0\n")
    assert "line 2: $.text: must not be empty" in ended.err


@pytest.mark.parametrize(
    ("arguments", "code", "complaint"),
    [
        (("send", "", "--to", "telegram=1"), 2, "TEXT: must not be empty"),
        (("send", "Hi", "--to", "telegram=x!"), 2, "--to telegram: "),
        (("send", "Hi", "--to", "telegram=1", "--at", "tomorrow"), 2, "--at: "),
        (("status", "01a1fdc9-524d-76a2-a653-642f75c95fee"), 3, "there is no message 01a1fdc9"),
    ],
    ids=["text", "address", "moment", "status"],
)
def test_what_is_wrong_is_told_as_it_is_here(there: Run, arguments: tuple[str, ...], code: int, complaint: str) -> None:
    ended = there(*arguments)

    assert (ended.code, ended.out) == (code, "")
    assert ended.complaint.startswith(complaint)


def test_a_key_that_is_not_known_is_told(served: Served, run: Run) -> None:
    ended = run("--url", served.url, "--key", "nh_wrong", "list")

    assert ended.code == 4
    assert ended.complaint == "there is no such API key, or it was revoked"


def test_what_is_no_url_is_told(run: Run) -> None:
    assert run("--url", "example.org", "list").complaint.startswith("'example.org' is not the URL of a service")


@pytest.mark.parametrize("command", ["serve", "worker", "doctor", "config"])
def test_what_is_about_this_machine_takes_no_service(run: Run, command: str) -> None:
    ended = run("--url", "http://127.0.0.1:9", command)

    assert (ended.code, ended.complaint) == (2, f"--url: `{command}` works on this machine only; leave out --url")


def test_variables_for_a_service_do_not_keep_from_looking_at_this_machine(run: Run) -> None:
    assert run("config", url="http://127.0.0.1:9").code == 0


def test_doctor_knows_the_variables_of_the_command_line(run: Run) -> None:
    assert "NOTIFYHUB_URL" not in run("doctor", url="http://127.0.0.1:9", key="nh_x").out
