"""Importing clients who are there: what a row gives is changed, the rest stays."""

from __future__ import annotations

import csv
import io
from typing import Any

import psycopg
import pytest

from notifyhub import Hub, InvalidRequest
from tests.conftest import HubMaker

ADDRESSES = {"telegram": "5", "viber": "01234567890A="}
ATTRIBUTES = {"city": "Tver", "orders": 3, "nested": {"a": 1, "b": 2}}


@pytest.fixture
def hub(make_hub: HubMaker, database_url: str) -> Hub:
    return make_hub(worker=False, database_url=database_url)


@pytest.fixture
def small_hub(make_hub: HubMaker) -> Hub:
    return make_hub(worker=False)


def changed(hub: Hub, table: str) -> Any:
    """The client with addresses and attributes, after an import of this table."""
    id_ = hub.clients.create("79030000001", addresses=ADDRESSES, attributes=ATTRIBUTES).id
    done = hub.clients.import_(table.encode())
    assert (done.updated, done.errors) == (1, [])
    return hub.clients.get(id_)


@pytest.mark.parametrize(
    "table",
    [
        "phone,attributes.city,attributes.new\n79030000001,Omsk,true\n",
        'phone,attributes\n79030000001,"{""city"": ""Omsk"", ""new"": true}"\n',
        '{"phone": "79030000001", "attributes": {"city": "Omsk", "new": true}}\n',
    ],
    ids=["columns", "objects", "lines"],
)
def test_attributes_that_a_row_gives_are_set_and_the_others_stay(hub: Hub, table: str) -> None:
    assert changed(hub, table).attributes == {**ATTRIBUTES, "city": "Omsk", "new": True}


@pytest.mark.parametrize(
    "table",
    [
        "phone,attributes.city,attributes.nothing\n79030000001,,\n",
        'phone,attributes\n79030000001,"{""city"": null, ""nothing"": null}"\n',
        '{"phone": "79030000001", "attributes": {"city": null, "nothing": null}}\n',
    ],
    ids=["columns", "objects", "lines"],
)
def test_an_empty_cell_or_null_removes_an_attribute(hub: Hub, table: str) -> None:
    assert changed(hub, table).attributes == {"orders": 3, "nested": {"a": 1, "b": 2}}


@pytest.mark.parametrize(
    "table",
    [
        "phone,viber,addresses.telegram,gateway\n79030000001,,6,8 903 000-00-09\n",
        '{"phone": "79030000001", "addresses": {"viber": null, "telegram": 6, "gateway": "89030000009"}}\n',
    ],
    ids=["columns", "lines"],
)
def test_addresses_are_set_and_removed_channel_by_channel(hub: Hub, table: str) -> None:
    assert changed(hub, table).addresses == {"telegram": "6", "gateway": "79030000009"}


def test_an_object_within_an_attribute_is_replaced(hub: Hub) -> None:
    table = '{"phone": "79030000001", "attributes": {"nested": {"a": 2}}}\n'

    assert changed(hub, table).attributes == {**ATTRIBUTES, "nested": {"a": 2}}


def test_rows_that_give_different_members_stand_in_one_table(hub: Hub) -> None:
    hub.clients.create("79030000001", tags=["a", "b"], timezone="Asia/Omsk", operator_code="999")
    hub.clients.create("79030000002", tags=["a"], opted_out=["viber"])

    done = hub.clients.import_(
        b'{"phone": "79030000001", "tags": ["b", "c"], "operator_code": null}\n'
        b'{"phone": "79030000002", "opted_out": true, "timezone": "Asia/Omsk"}\n'
        b'{"phone": "79030000003", "tag": "c"}\n'
    )

    assert (done.created, done.updated) == (1, 2)
    third, second, first = hub.clients.list()
    assert (first.tags, first.timezone, first.operator_code) == (["b", "c"], "Asia/Omsk", "903")
    assert (second.tags, second.timezone, second.opted_out) == (["a"], "Asia/Omsk", ["all"])
    assert (third.tags, third.timezone, third.attributes) == (["c"], "Europe/Moscow", {})


@pytest.mark.parametrize("dry_run", [True, False])
def test_attributes_that_become_too_many_are_named_and_the_row_is_left_out(hub: Hub, dry_run: bool) -> None:
    kept = hub.clients.create("79030000001", tags=["a"], attributes={"long": "x" * 16_000})
    table = f"phone,tags,attributes.more\n79030000002,b,y\n79030000001,b,{'y' * 1_000}\n"

    done = hub.clients.import_(table.encode(), dry_run=dry_run)

    assert (done.created, done.updated, done.failed) == (1, 0, 1)
    assert [(error.line, error.field) for error in done.errors] == [(3, "attributes")]
    assert hub.clients.get(kept.id) == kept


def test_a_client_whom_a_row_does_not_change_is_left_alone(hub: Hub) -> None:
    kept = hub.clients.create("79030000001", tags=["a"], addresses=ADDRESSES, attributes=ATTRIBUTES)

    done = hub.clients.import_(b"phone,tags,telegram,attributes.orders\n79030000001,a,5,3\n")

    assert done.updated == 1
    assert hub.clients.get(kept.id) == kept


def test_a_phone_is_named_however_far_behind_it_is_repeated(small_hub: Hub) -> None:
    phones = [f"7903{n:07}" for n in range(5_000)]

    done = small_hub.clients.import_("\n".join(["phone", *phones, phones[1], phones[4_500]]).encode())

    assert (done.rows, done.created, done.failed) == (5_002, 5_000, 2)
    assert [(error.line, error.message) for error in done.errors] == [
        (5_002, "is in line 3 already, which was kept"),
        (5_003, "is in line 4502 already, which was kept"),
    ]


def test_repeated_cells_are_checked_for_each_phone(small_hub: Hub) -> None:
    table = (
        "phone,tags,timezone,telegram,attributes.x\n"
        "79030000001,a,Asia/Omsk,1,1\n"
        "12,a,Asia/Omsk,2,2\n"
        "79030000003,a,Asia/Omsk,?,3\n"
        f"79030000004,a,Asia/Omsk,4,{'y' * 20_000}\n"
        "8 (903) 000-00-05,a,Asia/Omsk,5,[5]\n"
        '79030000006,a,Asia/Omsk,6,"""\\u0000"""\n'
    )

    done = small_hub.clients.import_(table.encode())

    assert [(error.line, error.field) for error in done.errors] == [
        (3, "phone"),
        (4, "addresses"),
        (5, "attributes"),
        (7, "attributes"),
    ]
    second, first = small_hub.clients.list()
    assert (second.phone, second.tags, second.timezone) == ("79030000005", ["a"], "Asia/Omsk")
    assert (second.addresses, second.attributes, first.attributes) == ({"telegram": "5"}, {"x": [5]}, {"x": 1})


@pytest.mark.parametrize(
    ("cell", "value"),
    [
        ("5", 5),
        ("5.50", 5.5),
        ("007", "007"),
        ("40817810099910004312999", "40817810099910004312999"),
        ("true", True),
        ("truely", "truely"),
        ('"5"', "5"),
        ("[1, 2]", [1, 2]),
        ("{x", "{x"),
    ],
)
def test_a_cell_that_is_json_is_taken_as_such(small_hub: Hub, cell: str, value: Any) -> None:
    table = io.StringIO()
    csv.writer(table).writerows([["phone", "attributes.x"], ["79030000001", cell], ["79030000002", cell]])

    small_hub.clients.import_(table.getvalue().encode())

    assert [client.attributes for client in small_hub.clients.list()] == [{"x": value}] * 2


def test_tags_may_be_a_json_array(small_hub: Hub) -> None:
    small_hub.clients.import_(b'phone;tags\n79030000001;"[""a;b"", ""c""]"\n79030000002;[x]\n')

    assert [client.tags for client in small_hub.clients.list()] == [["[x]"], ["a;b", "c"]]


@pytest.mark.parametrize(
    ("table", "words"),
    [
        ("<!doctype html>\n<html><body><p>Sign in, please</p></body></html>\n", "no column phone"),
        ("телефон,phone\n79030000001,79030000001\n", "has the column phone more than once"),
        ("phone,tag,tags\n79030000001,a,b\n", "has the column tags more than once"),
    ],
)
def test_a_head_that_makes_no_sense_is_refused(small_hub: Hub, table: str, words: str) -> None:
    with pytest.raises(InvalidRequest, match=words):
        small_hub.clients.import_(table.encode())


def test_a_head_in_another_encoding_is_refused(small_hub: Hub) -> None:
    with pytest.raises(InvalidRequest) as caught:
        small_hub.clients.import_("phone,attributes.город\n79030000001,Тверь\n".encode("cp1251"), encoding="utf-8")

    assert [fault.path for fault in caught.value.faults] == ["encoding"]


def test_a_head_alone_is_an_empty_table(small_hub: Hub) -> None:
    done = small_hub.clients.import_(b"phone,tags\n")

    assert (done.rows, done.created, done.errors) == (0, 0, [])


def test_a_row_with_too_many_cells_is_named(small_hub: Hub) -> None:
    done = small_hub.clients.import_(b"phone,tags\n79030000001,a,b\n79030000002,a\n")

    assert (done.created, [(error.line, error.message) for error in done.errors]) == (
        1,
        [(2, "has 3 cells, and the head has 2")],
    )


def test_a_list_of_clients_from_the_api_is_taken(small_hub: Hub) -> None:
    client = small_hub.clients.create("79030000001", tags=["a"])
    small_hub.clients.delete(client.id)

    assert small_hub.clients.import_(client.model_dump_json().encode()).created == 1
    assert small_hub.clients.import_(b"id,phone,created_at\n7,79030000002,yesterday\n").created == 1


def test_a_file_that_was_given_stays_open(small_hub: Hub) -> None:
    table = io.BytesIO(b"phone\n79030000001\n")
    nonsense = io.BytesIO(b"name\nAnn\n")

    small_hub.clients.import_(table)
    with pytest.raises(InvalidRequest):
        small_hub.clients.import_(nonsense)

    assert not table.closed
    assert not nonsense.closed


def test_postgresql_counts_anew_after_a_large_import(make_hub: HubMaker, postgres: str) -> None:
    with psycopg.connect(postgres, autocommit=True) as connection:
        connection.execute("CREATE DATABASE counted_anew")
    url = postgres.rpartition("/")[0] + "/counted_anew"
    hub = make_hub(worker=False, database_url=url)
    rows = "".join(f"7903{n:07},a\n" for n in range(12_000))

    hub.clients.import_(f"phone,tags\n{rows}".encode())

    with psycopg.connect(url) as connection:
        sql = "SELECT relname, reltuples FROM pg_class WHERE relname IN ('clients', 'client_tags')"
        assert dict(connection.execute(sql).fetchall()) == {"clients": 12_000, "client_tags": 12_000}
