"""Who hears the story: an application with logging of its own, a console, collected standard error; or nobody."""

from __future__ import annotations

import json
import logging
from pathlib import Path

import pytest

from notifyhub.logs import story
from notifyhub.logs.events import FIELDS
from tests.conftest import HubMaker
from tests.logs.test_lines import logged

TELL = "from notifyhub.logs import story; story.tell('key.created', key_id=7); story.flush()"


def test_an_application_gets_the_records_through_its_own_logging(
    make_hub: HubMaker, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, story.NAME)

    make_hub(worker=False).clients.create("79201234567")

    told = [record for record in caplog.records if record.name == story.NAME]
    assert [(record.getMessage(), vars(record)["client_id"]) for record in told] == [("client.created", 1)]


def test_nothing_is_made_if_nobody_listens(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.CRITICAL, story.NAME)
    made: list[int] = []

    story.tell_all("client.created", ({"client_id": made.append(id_)} for id_ in range(3)))

    assert made == []


def test_no_field_hides_an_attribute_of_a_log_record() -> None:
    usual = {*vars(logging.makeLogRecord({})), "message", "asctime"}

    assert not usual & FIELDS.keys() - {"process"}


def test_a_library_writes_no_file(make_hub: HubMaker, tmp_path: Path) -> None:
    make_hub(worker=False).clients.create("79201234567")

    assert not list(tmp_path.rglob("*.log"))


def test_a_console_does_not_show_single_deliveries(tmp_path: Path) -> None:
    assert logged(TELL, tmp_path, "console") == []


def test_a_console_shows_everything_at_level_debug(tmp_path: Path) -> None:
    (line,) = logged(TELL, tmp_path, "console", level="debug")

    assert "key.created" in line
    assert "key_id=7" in line


def test_collected_standard_error_has_the_same_records_as_the_file(tmp_path: Path) -> None:
    (line,) = logged(TELL, tmp_path, "json")

    record = json.loads(line)
    assert (record["event"], record["key_id"], record["level"]) == ("key.created", 7, "info")


def test_at_level_warning_only_what_went_wrong_is_told(tmp_path: Path) -> None:
    failed = "story.tell_all('delivery.attempt', [{'delivery_id': 1}, {'delivery_id': 2, 'level': 'warning'}])"

    lines = logged(f"{TELL}; {failed}", tmp_path, "json", level="warning")

    assert [json.loads(line)["delivery_id"] for line in lines] == [2]


OTHERS = """
from pathlib import Path
logs.configure("info", "console", Path("notifyhub.log"), "worker")
logs.REQUEST_ID.set("r-1")
log = logs.logger("notifyhub.test")
log.warning("viber rests: %s", "79201234567", extra={"channel": "viber", "story": "sender.rests"})
try:
    raise ValueError("bob@example.org")
except ValueError:
    log.exception("it crashed")
"""


def test_other_lines_are_in_the_file_too_without_people(tmp_path: Path) -> None:
    logged(OTHERS, tmp_path, "console")

    rests, crashed = map(json.loads, (tmp_path / "notifyhub.log").read_text().splitlines())
    assert (rests["event"], rests["channel"], rests["text"]) == ("sender.rests", "viber", "viber rests: ***")
    assert (rests["level"], rests["process"], rests["request_id"]) == ("warning", "worker", "r-1")
    assert (crashed["event"], crashed["logger"]) == ("log", "notifyhub.test")
    assert crashed["exception"].endswith("ValueError: ***")
