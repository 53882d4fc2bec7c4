"""Statistics as CSV: the same numbers as in JSON, one a row."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable

import pytest

from tests.api.conftest import Api, Reply
from tests.conftest import HubMaker
from tests.emulated import RunningEmulator
from tests.mailings.conftest import ended, fill

STATS = "/api/v1/stats"


@pytest.fixture
def counted(
    make_hub: HubMaker, serve: Callable[..., Api], database_url: str, emulator: RunningEmulator
) -> tuple[Api, str]:
    """A service with a mailing that failed in part, and the path of its statistics."""
    hub = make_hub(database_url=database_url)
    emulator.script("telegram", "1000001", "blocked")
    fill(hub, 4)
    hub.clients.create("79990000001")
    mailing = ended(hub, hub.mailings.create("Sale; now, or never", "Hello", ["telegram"]))
    return serve(hub), f"/api/v1/mailings/{mailing.id}/stats"


def table(reply: Reply) -> dict[tuple[str, str, str], int]:
    assert reply.headers["Content-Type"] == "text/csv; charset=utf-8"
    head, *rows = csv.reader(io.StringIO(reply.body.decode(), newline=""))
    assert head == ["group", "key", "status", "count"]
    found = {(group, key, status): int(count) for group, key, status, count in rows}
    assert len(found) == len(rows)
    return found


def grouped(group: str, counts: dict[str, dict[str, int]]) -> dict[tuple[str, str, str], int]:
    return {(group, key, status): number for key, some in counts.items() for status, number in some.items()}


def test_the_table_of_a_mailing_has_the_numbers_of_its_json(counted: tuple[Api, str]) -> None:
    api, path = counted
    told = api.get(path).json

    assert table(api.get(f"{path}?format=csv")) == {
        **grouped("deliveries", {"": told["by_status"]}),
        **grouped("channel", told["by_channel"]),
        **grouped("operator_code", told["by_operator_code"]),
        **{("reason", reason, ""): number for reason, number in told["by_reason"].items()},
        **{("clients", name, ""): told[name] for name in ("matched", "unreachable", "opted_out")},
        ("duplicates", "", ""): told["duplicates"],
    }
    assert (told["by_status"]["failed"], told["unreachable"]) == (1, 1)


def test_the_table_is_also_asked_for_by_its_media_type(counted: tuple[Api, str]) -> None:
    api, path = counted

    assert table(api.get(path, Accept="text/csv")) == table(api.get(f"{path}?format=csv"))


def test_the_table_of_everything_has_the_numbers_of_its_json(counted: tuple[Api, str]) -> None:
    api, _ = counted
    told = api.get(f"{STATS}?by=hour").json

    assert table(api.get(f"{STATS}?by=hour&format=csv")) == {
        **grouped("mailings", {"": told["mailings"]}),
        **grouped("deliveries", {"": told["by_status"]}),
        **grouped("channel", told["by_channel"]),
        **grouped("period", {period["start"]: period["by_status"] for period in told["periods"]}),
    }
    assert told["by_status"]["sent"] == 3


@pytest.mark.parametrize("path", [STATS, "/api/v1/mailings/1/stats"])
def test_a_format_that_there_is_not_is_named(api: Api, path: str) -> None:
    reply = api.get(f"{path}?format=xml")

    assert (reply.status, reply.faults) == (422, [("$.format", "unknown_value")])


def test_json_can_be_asked_for_by_name(api: Api) -> None:
    assert api.get(f"{STATS}?format=json").json == api.get(STATS).json


def test_who_may_read_may_check_but_only_an_admin_may_repair(api: Api) -> None:
    reader = str(api.hub.keys.create("reader", ["read"]).key)

    assert api.get(f"{STATS}/check", Authorization=f"Bearer {reader}").json["agree"] is True
    assert api.post(f"{STATS}/repair", None, Authorization=f"Bearer {reader}").status == 403
    assert api.post(f"{STATS}/repair", None).json["agree"] is True
