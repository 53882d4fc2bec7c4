"""Exporting clients: what is written is read back as the same."""

from __future__ import annotations

import asyncio
import csv
import io
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from notifyhub import Hub, InvalidRequest
from notifyhub.requests.client_cells import cell_of, cell_of_several, several_of, value_of
from tests.conftest import HubMaker

FORMATS = ("csv", "jsonl")

PEOPLE: list[dict[str, Any]] = [
    {"phone": "79030000001"},
    {"phone": "79030000002", "tags": ["a;b", "c,d", 'say "hi"', "[x]", "["], "timezone": "+05:30"},
    {"phone": "79030000003", "tags": ["=1+1", "Тверь", "two\nlines"], "opted_out": ["viber", "telegram"]},
    {"phone": "79030000004", "operator_code": "999", "opted_out": True},
    {
        "phone": "4915112345678",
        "addresses": {"telegram": "-100123", "viber": "01234567890A=", "whatsapp": "79161234567"},
    },
    {"phone": "16505551234", "operator_code": "650", "addresses": {"telegram": "@someone"}},
    {
        "phone": "79030000005",
        "attributes": {
            "five": "5",
            "true": "true",
            "null": "null",
            "object": "{}",
            "array": "[1]",
            "formula": "=1+1",
            "empty": "",
            "blank": " \t",
            "quoted": '"x"',
            "lines": "a\r\nb\rc\n",
            "garbled": "\ufffd",
            "digits": "12345678901234567890123",
            "zeros": "007",
            "unicode": "Ёж 🦔",
        },
    },
    {
        "phone": "79030000006",
        "attributes": {
            "five": 5,
            "true": True,
            "object": {"a": {"b": None}},
            "array": [1, "2", None],
            "formula": -1.5,
            "empty": 1e22,
            "zeros": 0,
            "with;separator,": 1,
            " spaces ": "x",
            "a.b": 18446744073709551615,
        },
    },
]

STORABLE = st.text(st.characters(exclude_characters="\x00", exclude_categories=["Cs"]), max_size=20)


def members(hub: Hub) -> list[dict[str, Any]]:
    return [client.model_dump(exclude={"id", "created_at", "updated_at"}) for client in reversed(hub.clients.list())]


def exported(hub: Hub, **given: Any) -> bytes:
    file = io.BytesIO()
    hub.clients.export(file, **given)
    return file.getvalue()


@pytest.fixture
def small_hub(make_hub: HubMaker) -> Hub:
    return make_hub(worker=False)


@pytest.mark.parametrize(
    "given", [{"format": "csv"}, {"format": "jsonl"}, {"excel": True}], ids=["csv", "jsonl", "excel"]
)
def test_what_is_exported_is_imported_as_the_same(
    make_hub: HubMaker, database_url: str, tmp_path: Path, given: dict[str, Any]
) -> None:
    hub = make_hub(worker=False, database_url=database_url, client_phones="any")
    for person in PEOPLE:
        hub.clients.create(**person)

    table = exported(hub, **given)
    other = make_hub(worker=False, data_dir=tmp_path / "other", client_phones="any", default_timezone="Asia/Omsk")
    done = other.clients.import_(table)

    assert (done.created, done.errors) == (len(PEOPLE), [])
    assert members(other) == members(hub)


@pytest.mark.parametrize("format", FORMATS)
def test_an_import_of_what_was_just_exported_changes_nothing(hub: Hub, format: Any) -> None:
    for person in PEOPLE:
        if person["phone"].startswith("7"):
            hub.clients.create(**person)
    before = hub.clients.list()

    done = hub.clients.import_(exported(hub, format=format))

    assert (done.updated, done.failed) == (6, 0)
    assert hub.clients.list() == before


@given(
    st.recursive(
        st.text() | st.integers(-(2**63), 2**64 - 1) | st.booleans() | st.floats(allow_nan=False, allow_infinity=False),
        lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    )
)
def test_every_attribute_has_a_cell_that_is_read_as_the_same(value: Any) -> None:
    if not isinstance(value, str) or value.isprintable():
        assert repr(value_of(cell_of(value))) == repr(value)


@given(st.lists(st.text(min_size=1).map(str.strip).filter(bool)))
def test_tags_have_a_cell_that_is_read_as_the_same(tags: list[str]) -> None:
    assert several_of(cell_of_several(tags)) == tags


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=30)
@given(st.dictionaries(st.text(min_size=1, max_size=9), STORABLE, min_size=1, max_size=5))
def test_any_text_survives_the_file(small_hub: Hub, attributes: dict[str, str]) -> None:
    good = {name: text for name, text in attributes.items() if name.isprintable() and not set(name) & set('"\\')}
    for client in small_hub.clients.list():
        small_hub.clients.delete(client.id)
    id_ = small_hub.clients.create("79030000001", attributes=good).id

    table = exported(small_hub)
    small_hub.clients.update(id_, attributes={})
    small_hub.clients.import_(table)

    assert small_hub.clients.get(id_).attributes == good


def test_columns_are_those_that_clients_have(small_hub: Hub) -> None:
    small_hub.clients.create("79030000001", tags=["b", "a"], attributes={"city": "Tver"})
    small_hub.clients.create("79030000002", addresses={"telegram": "5"}, attributes={"orders": 5})

    assert list(csv.reader(io.StringIO(exported(small_hub).decode()))) == [
        [
            "phone",
            "operator_code",
            "tags",
            "timezone",
            "opted_out",
            "addresses.telegram",
            "attributes.city",
            "attributes.orders",
        ],
        ["79030000001", "903", "a;b", "Europe/Moscow", "", "", "Tver", ""],
        ["79030000002", "903", "", "Europe/Moscow", "", "5", "", "5"],
    ]


def test_more_attributes_than_a_table_has_room_for_share_a_column(small_hub: Hub) -> None:
    many = {f"a{n:03}": n for n in range(150)}
    more = {f"b{n:03}": n for n in range(150)}
    small_hub.clients.create("79030000001", attributes=many)
    id_ = small_hub.clients.create("79030000002", attributes=more).id

    table = exported(small_hub)
    small_hub.clients.update(id_, attributes={})
    small_hub.clients.import_(table)

    assert table.split(b"\r\n")[0].endswith(b",attributes.b049,attributes")
    assert small_hub.clients.get(id_).attributes == more


def test_an_export_for_a_spreadsheet_has_a_byte_order_mark_and_semicolons(small_hub: Hub) -> None:
    small_hub.clients.create("79030000001")

    assert exported(small_hub, excel=True).startswith(b"\xef\xbb\xbfphone;operator_code;")


def test_no_cell_of_a_text_begins_a_formula(small_hub: Hub) -> None:
    small_hub.clients.create("79030000001", tags=["=cmd"], attributes={"a": "=1", "b": "+1", "c": "-x", "d": "@x"})

    cells = list(csv.reader(io.StringIO(exported(small_hub).decode())))[1]

    assert not [cell for cell in cells if cell.startswith(("=", "+", "-", "@"))]


def test_only_those_that_are_filtered_are_exported(hub: Hub) -> None:
    hub.clients.create("79030000001", tags=["vip"], attributes={"x": 1})
    hub.clients.create("79050000002", tags=["vip"], attributes={"y": 1})

    assert exported(hub, format="jsonl", tag="vip", operator_code=["903"]).count(b"\n") == 1
    assert b"attributes.y" not in exported(hub, search="7903")


def test_a_file_is_written_in_the_format_of_its_name(hub: Hub, tmp_path: Path) -> None:
    phones = [f"7903{n:07}" for n in range(2_500)]
    hub.clients.import_("\n".join(["phone", *phones]).encode())
    seen: list[int] = []

    assert hub.clients.export(tmp_path / "c.jsonl", progress=seen.append) == 2_500
    assert hub.clients.export(str(tmp_path / "c.csv")) == 2_500

    assert seen == [1_000, 2_000, 2_500]
    assert (tmp_path / "c.jsonl").read_text().startswith('{"phone":"79030000000"')
    assert [row["phone"] for row in csv.DictReader((tmp_path / "c.csv").open(newline=""))] == phones


@pytest.mark.parametrize(
    ("given_", "path"),
    [
        ({"format": "xml"}, "format"),
        ({"format": "jsonl", "excel": True}, "excel"),
        ({"timezone": "Mars"}, "timezone"),
        ({"colour": "red"}, "colour"),
    ],
)
def test_what_is_wrong_with_an_export_is_named(small_hub: Hub, given_: dict[str, Any], path: str) -> None:
    with pytest.raises(InvalidRequest) as caught:
        small_hub.clients.export(io.BytesIO(), **given_)

    assert [fault.path for fault in caught.value.faults] == [path]


def test_a_file_that_cannot_be_written_is_named(small_hub: Hub, tmp_path: Path) -> None:
    with pytest.raises(InvalidRequest, match="cannot be written"):
        small_hub.clients.export(tmp_path / "nowhere" / "c.csv")


def test_an_export_is_awaited_too(small_hub: Hub) -> None:
    small_hub.clients.create("79030000001")

    assert asyncio.run(small_hub.clients.aexport(io.BytesIO())) == 1
