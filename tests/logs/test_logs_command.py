"""`notifyhub logs`: filters, rotated files, damaged lines, following."""

from __future__ import annotations

import gzip
import json
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from notifyhub.logs import story
from tests.cli.conftest import Run, in_this_tree, run
from tests.processes import Process

__all__ = ["in_this_tree", "run"]

MESSAGE = "01a1fd9d-2e91-70c5-aee9-108a46972697"


@pytest.fixture
def path(tmp_path: Path) -> Path:
    folder = tmp_path / "notifyhub-data"
    folder.mkdir()
    return folder / "notifyhub.log"


def line(number: int, **fields: Any) -> bytes:
    """A record of the second `number` of a day."""
    at = f"2026-11-28T10:{number // 60:02}:{number % 60:02}.000Z"
    head = {"at": at, "level": "info", "event": "delivery.attempt", "process": "serve", "pid": 1}
    return story.line({**head, "delivery_id": number, **fields})


def shown(run: Run, *arguments: str) -> list[int]:
    """The numbers of the deliveries that are found."""
    ended = run("logs", "--json", *arguments)
    assert ended.code == 0, ended.err
    return [json.loads(text)["delivery_id"] for text in ended.out.splitlines()]


@pytest.mark.parametrize(
    ("arguments", "found"),
    [
        (["--mailing", "7"], [1, 3, 5]),
        (["--client", "2"], [1]),
        (["--message", MESSAGE], [4]),
        (["--delivery", "3"], [3]),
        (["--request", "my-own"], [2]),
        (["--channel", "viber"], [3]),
        (["--mailing", "7", "--level", "warning"], [5]),
        (["--event", "delivery"], [1, 2, 3, 4, 5]),
        (["--event", "delivery.rec"], []),
        (["--event", "delivery.receipt"], []),
        (["--since", "2026-11-28T10:00:03Z", "--until", "2026-11-28T10:00:05Z"], [3, 4]),
        (["--since", "2026-11-28T13:00:04+03:00"], [4, 5]),
    ],
    ids=lambda given: " ".join(map(str, given)),
)
def test_a_record_is_shown_if_it_fits_every_option(
    run: Run, path: Path, arguments: Sequence[str], found: list[int]
) -> None:
    path.write_bytes(
        line(1, mailing_id=7, client_id=2)
        + line(2, mailing_id=77, client_id=22, request_id="my-own")
        + line(3, mailing_id=7, client_id=21, channel="viber")
        + line(4, message_id=MESSAGE, request_id="my-own2")
        + line(5, mailing_id=7, level="warning")
    )
    if found:
        assert shown(run, *arguments) == found
    else:
        assert run("logs", *arguments).code == 3


def test_a_story_goes_through_rotated_files_in_the_order_of_time(run: Run, path: Path) -> None:
    path.with_name("notifyhub.log.2.gz").write_bytes(gzip.compress(line(1, client_id=5)))
    path.with_name("notifyhub.log.1").write_bytes(line(2, client_id=5))
    path.with_name("notifyhub.log-20261128").write_bytes(line(3, client_id=5))
    path.with_name("notifyhub.log.swp").write_bytes(line(9, client_id=5))
    path.write_bytes(line(4, client_id=5))

    assert shown(run, "--client", "5") == [1, 2, 3, 4]


def test_torn_and_foreign_lines_are_left_out_and_counted(run: Run, path: Path) -> None:
    torn = line(2, client_id=5)[:-2]
    path.write_bytes(line(1, client_id=5) + torn + b'\n["client_id": 5]\nnonsense\n' + line(3, client_id=5)[:-1])

    ended = run("logs", "--client", "5")

    assert [text.split()[4] for text in ended.out.splitlines()] == ["delivery_id=1", "delivery_id=3"]
    assert "2 lines are torn or not of this log" in ended.err


@pytest.mark.parametrize(
    "odd", [{"level": ["info"]}, {"event": {}}, {"request_id": [1]}, {"message_ids": 5}, {"delivery_ids": "12"}]
)
def test_json_of_another_kind_is_left_out_and_counted(run: Run, path: Path, odd: dict[str, Any]) -> None:
    foreign = json.dumps({"at": "2026-11-28T10:00:00.000Z", "delivery_id": 2, "client_id": 5, **odd}).encode() + b"\n"
    path.write_bytes(line(1, client_id=5) + foreign)

    ended = run("logs")

    assert [text.split()[4] for text in ended.out.splitlines()] == ["delivery_id=1"]
    assert "1 lines are torn or not of this log" in ended.err


def test_control_characters_are_shown_and_not_obeyed(run: Run, path: Path) -> None:
    path.write_bytes(line(1, text="a\x1b]0;b\x07\x9b"))

    assert run("logs").out.endswith("  a\\x1b]0;b\\x07\\x9b\n")


def test_the_newest_records_are_shown_and_it_is_said_how_many_more_there_are(run: Run, path: Path) -> None:
    path.write_bytes(b"".join(line(number, mailing_id=7) for number in range(5)))

    ended = run("logs", "--mailing", "7", "--limit", "2", "--json")

    assert [json.loads(text)["delivery_id"] for text in ended.out.splitlines()] == [3, 4]
    assert "3 older records are left out" in ended.err
    assert shown(run, "--mailing", "7", "--limit", "0") == [0, 1, 2, 3, 4]


def test_a_request_leads_to_the_deliveries_of_its_message(run: Run, path: Path) -> None:
    path.write_bytes(
        line(1, event="message.accepted", request_id="r-1", message_id=MESSAGE)
        + line(2, message_id=MESSAGE)
        + line(3, event="request.answered", request_id="r-2")
        + line(4, event="request.answered", request_id="r-1")
    )

    assert shown(run, "--request", "r-1") == [1, 2, 4]


def test_a_client_leads_to_the_end_of_the_request_and_not_to_others_of_that_name(run: Run, path: Path) -> None:
    path.write_bytes(
        line(1, event="client.imported", client_id=5, request_id="always-the-same")
        + line(2, event="client.imported", client_id=6, request_id="always-the-same")
        + line(3, event="request.answered", request_id="always-the-same")
        + line(4, event="request.answered", request_id="always-the-same")
    )

    assert shown(run, "--client", "5") == [1, 3]


def test_other_files_are_searched_if_they_are_named(run: Run, path: Path, tmp_path: Path) -> None:
    one, other = tmp_path / "stderr.json", tmp_path / "another.json"
    one.write_bytes(line(1, client_id=5))
    other.write_bytes(b'{"event": "said so", "level": "info", "client_id": 5, "timestamp": "2026-11-28T10:00:07Z"}\n')

    ended = run("logs", "--client", "5", "--file", str(one), "--file", str(other))

    assert [text.split()[3] for text in ended.out.splitlines()] == ["delivery.attempt", "said"]


def test_the_line_of_a_record_says_when_and_what(run: Run, path: Path) -> None:
    path.write_bytes(line(1, client_id=5, channel="viber", answer="too many"))

    assert run("logs", "--client", "5").out == (
        "2026-11-28 10:00:01.000Z info    delivery.attempt   "
        'delivery_id=1 client_id=5 channel=viber answer="too many"\n'
    )


def test_following_shows_what_comes_also_after_a_rotation(run: Run, path: Path, tmp_path: Path) -> None:
    path.write_bytes(line(1, client_id=5))
    with Process(tmp_path, "logs", "--client", "5", "--follow") as process:
        process.wait_for_line(re.compile("delivery_id=1 "))
        with path.open("ab") as file:
            file.write(line(2, client_id=5)[:40])
            file.flush()
            file.write(line(2, client_id=5)[40:])
        process.wait_for_line(re.compile("delivery_id=2 "))
        path.rename(path.with_name("notifyhub.log.1"))
        path.write_bytes(line(3, client_id=5))
        process.wait_for_line(re.compile("delivery_id=3 "))
        path.write_bytes(b"")  # as copytruncate does
        with path.open("ab") as file:
            file.write(line(4, client_id=5))
        process.wait_for_line(re.compile("delivery_id=4 "))


def test_nothing_found_says_where_it_was_looked_for(run: Run, path: Path) -> None:
    path.write_bytes(line(1, client_id=5))

    ended = run("logs", "--client", "6")

    assert ended.code == 3
    assert "nothing found in notifyhub-data/notifyhub.log" in ended.complaint


def test_without_a_log_it_is_said_what_to_check(run: Run) -> None:
    ended = run("logs", "--client", "6")

    assert ended.code == 3
    assert "there is no notifyhub-data/notifyhub.log" in ended.complaint


def test_without_a_log_file_a_file_must_be_named(run: Run) -> None:
    ended = run("logs", "--client", "6", log_file="none")

    assert (ended.code, ended.complaint) == (
        2,
        "NOTIFYHUB_LOG_FILE is none: there is no log file; give one with --file",
    )


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        (["--since", "soon"], "--since: must be a date"),
        (["--level", "loud"], "--level: there is no 'loud'"),
        (["--message", "x"], "x"),
    ],
)
def test_a_wrong_option_is_named(run: Run, path: Path, arguments: Sequence[str], complaint: str) -> None:
    ended = run("logs", *arguments)

    assert ended.code in (2, 3)
    assert complaint in ended.complaint


def test_doctor_tells_of_a_log_that_cannot_be_written_or_lost_lines(run: Run, path: Path) -> None:
    def log(**settings: object) -> str:
        out = run("doctor", **settings).out
        return next(text for text in out.splitlines() if text[5:].startswith("log "))

    assert log().startswith("ok ")
    assert log(log_file="none").startswith("ok ")
    assert log(log_file="/proc/none/notifyhub.log").startswith("BAD")
    path.write_bytes(story.line({"at": story.moment(), "event": "log.dropped", "lines": 12}))
    assert "12 lines" in log()
