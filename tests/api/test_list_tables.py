"""Lists as CSV: all rows, with the members of the answers as columns."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable
from typing import Any

import pytest

from benchmarks import million
from notifyhub import Hub
from notifyhub.hub import core_of
from tests.api.conftest import LATER, Api, Reply
from tests.conftest import HubMaker
from tests.sessions.conftest import Door
from tests.webhooks.conftest import HERE

LISTS = (
    "messages",
    "deliveries",
    "mailings",
    "audit",
    "reachability",
    "keys",
    "templates",
    "sessions",
    "webhooks",
    "webhooks/1/posts",
    "mailings/1/deliveries",
)


@pytest.fixture
def filled(make_hub: HubMaker, serve: Callable[[Hub], Api], database_url: str) -> Api:
    """Something in every list."""
    hub = make_hub(worker=False, database_url=database_url, webhook=HERE)
    api = serve(hub)
    hub.webhooks.create("http://127.0.0.1:9/hook", ["message.completed"])
    hub.webhooks.test(1)
    Door(hub).begin()
    hub.templates.set("code", "Your code, {{ code }}")
    for i in range(3):
        api.create(text=f"Hello, {i}", recipients=[{"telegram": str(i + 1)}], reference=f"r{i}")
        hub.reachability.suppress("telegram", f"99{i}")
        hub.mailings.create(f"Sale {i}", "Hello", ["telegram"], starts_at=LATER)
    return api


def rows(reply: Reply) -> list[dict[str, str]]:
    assert reply.headers["Content-Type"] == "text/csv; charset=utf-8"
    return [*csv.DictReader(io.StringIO(reply.body.decode(), newline=""))]


def cell(value: Any) -> str:
    if value is None:
        return ""
    return value if isinstance(value, str) else json.dumps(value, separators=(",", ":"), ensure_ascii=False)


@pytest.mark.parametrize("path", LISTS)
def test_the_table_of_a_list_has_what_its_json_has(filled: Api, path: str) -> None:
    items = filled.get(f"/api/v1/{path}").json["items"]

    table = rows(filled.get(f"/api/v1/{path}?format=csv"))

    assert len(table) == len(items)
    for row, item in zip(table, items, strict=True):
        assert set(item) <= set(row)
        assert row == {name: cell(item.get(name)) for name in row}


@pytest.mark.parametrize("path", LISTS)
def test_a_table_is_also_asked_for_by_its_media_type(filled: Api, path: str) -> None:
    reply = filled.get(f"/api/v1/{path}", Accept="text/csv")

    assert reply.body == filled.get(f"/api/v1/{path}?format=csv").body


def test_a_table_has_all_rows_and_not_only_a_page_of_them(api: Api) -> None:
    million.fill(core_of(api.hub).database, 2_300)

    table = rows(api.get("/api/v1/deliveries?format=csv&order=oldest"))

    ids = [int(row["id"]) for row in table]
    assert len(ids) == 2_300
    assert ids == sorted(set(ids))


def test_a_table_goes_by_the_filters_of_its_list(filled: Api) -> None:
    assert [row["text"] for row in rows(filled.get("/api/v1/messages?format=csv&text=HELLO,%201"))] == ["Hello, 1"]
    assert [row["address"] for row in rows(filled.get("/api/v1/deliveries?format=csv&reference=r2"))] == ["3"]
    assert rows(filled.get("/api/v1/deliveries?format=csv&status=failed")) == []


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1"])
def test_a_cell_never_begins_like_a_formula(api: Api, text: str) -> None:
    api.create(text=f"{text}x", reference=f"{text}y")

    (row,) = rows(api.get("/api/v1/messages?format=csv"))

    assert (row["text"], row["reference"]) == (f"'{text}x", f"'{text}y")


def test_a_text_of_several_lines_in_any_alphabet_comes_back_whole(api: Api) -> None:
    api.create(text='Привет,\r\n"Анна"\n')

    (row,) = rows(api.get("/api/v1/messages?format=csv"))

    assert row["text"] == 'Привет,\r\n"Анна"\n'


def test_an_empty_list_has_a_head(api: Api) -> None:
    body = api.get("/api/v1/deliveries?format=csv").body.decode()

    assert body.startswith("id,message_id,channel,address,status,")
    assert body.count("\n") == 1


@pytest.mark.parametrize("path", ["messages", "keys", "audit", "mailings", "reachability"])
def test_a_table_has_no_pages(small_api: Api, path: str) -> None:
    assert small_api.get(f"/api/v1/{path}?format=csv&limit=5").faults == [("$.limit", "form")]


@pytest.mark.parametrize("path", ["messages", "keys", "audit", "mailings", "reachability"])
def test_a_format_that_there_is_not_is_refused(small_api: Api, path: str) -> None:
    assert small_api.get(f"/api/v1/{path}?format=xml").faults == [("$.format", "unknown_value")]


def test_what_is_wrong_with_a_filter_is_answered_as_a_problem(small_api: Api) -> None:
    reply = small_api.get("/api/v1/messages?format=csv&status=gone")

    assert (reply.status, reply.faults) == (422, [("$.status", "unknown_value")])
