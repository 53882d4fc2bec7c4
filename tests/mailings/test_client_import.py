"""Importing clients: the tables that people have, and what is wrong with them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from notifyhub import Hub, InvalidRequest
from tests.conftest import HubMaker


@pytest.fixture
def hub(make_hub: HubMaker, database_url: str) -> Hub:
    return make_hub(worker=False, database_url=database_url)


@pytest.fixture
def small_hub(make_hub: HubMaker) -> Hub:
    return make_hub(worker=False)


TABLE = "phone,tags,timezone,addresses.telegram,attributes.city,attributes.orders\n"


def test_a_table_becomes_clients(hub: Hub) -> None:
    done = hub.clients.import_(
        (TABLE + '79030000001,"vip;new",Asia/Omsk,1067000,Омск,5\n8 (903) 000-00-02,,,,"Tver, west",\n').encode()
    )

    assert (done.rows, done.created, done.updated, done.failed, done.errors) == (2, 2, 0, 0, [])
    second, first = hub.clients.list()
    assert (first.phone, first.tags, first.timezone) == ("79030000001", ["new", "vip"], "Asia/Omsk")
    assert (first.addresses, first.attributes) == ({"telegram": "1067000"}, {"city": "Омск", "orders": 5})
    assert (second.phone, second.tags, second.timezone) == ("79030000002", [], "Europe/Moscow")
    assert (second.operator_code, second.attributes) == ("903", {"city": "Tver, west"})


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "windows-1251", "koi8-r", "cp866"])
@pytest.mark.parametrize("separator", [",", ";", "\t", "|"])
def test_the_encodings_and_separators_of_other_programs_are_recognised(
    small_hub: Hub, encoding: str, separator: str
) -> None:
    rows = [
        ["телефон", "тег", "attributes.город"],
        ["79030000001", "постоянный", "Санкт-Петербург"],
        ["79030000002", "новый", "Тверь"],
    ]
    text = "\r\n".join(separator.join(row) for row in rows)

    done = small_hub.clients.import_(text.encode(encoding))

    assert (done.created, done.separator) == (2, separator)
    assert small_hub.clients.list()[1].attributes == {"город": "Санкт-Петербург"}
    assert small_hub.clients.list()[1].tags == ["постоянный"]


def test_json_lines_become_clients(hub: Hub) -> None:
    done = hub.clients.import_(
        b'{"phone": "79030000001", "tags": ["a"], "attributes": {"x": [1]}}\n\n{"phone": 79030000002, "tag": "b"}\n'
    )

    assert (done.format, done.created) == ("jsonl", 2)
    assert [(client.phone, client.tags) for client in hub.clients.list()] == [
        ("79030000002", ["b"]),
        ("79030000001", ["a"]),
    ]


def test_those_who_are_there_are_changed_as_far_as_the_table_goes(hub: Hub) -> None:
    kept = hub.clients.create("79030000001", tags=["old"], attributes={"x": 1}, timezone="Asia/Omsk")

    done = hub.clients.import_(b"phone,tags\n79030000001,new\n79030000002,new\n")

    assert (done.created, done.updated) == (1, 1)
    changed = hub.clients.get(kept.id)
    assert (changed.tags, changed.attributes, changed.timezone) == (["new"], {"x": 1}, "Asia/Omsk")


def test_a_broken_row_in_the_middle_is_named_and_the_others_are_kept(hub: Hub) -> None:
    table = (
        "phone,timezone,tags\n"
        "79030000001,Europe/Moscow,a\n"
        "12,Mars,a\n"
        "79030000002\n"
        '79030000003,,"two\nlines"\n'
        "79030000004,,a\n"
        "8-903-000-00-01,,b\n"
    )

    done = hub.clients.import_(table.encode())

    assert (done.rows, done.created, done.failed) == (6, 3, 3)
    assert [(error.line, error.field) for error in done.errors] == [
        (3, "timezone"),
        (3, "phone"),
        (4, None),
        (8, "phone"),
    ]
    assert done.errors[-1].message == "is in line 2 already, which was kept"


def test_a_dry_run_stores_nothing(hub: Hub) -> None:
    hub.clients.create("79030000001", tags=["old"])

    done = hub.clients.import_(b"phone,tags\n79030000001,new\n79030000002,new\n1,x\n", dry_run=True)

    assert (done.dry_run, done.created, done.updated, done.failed) == (True, 1, 1, 1)
    assert [client.tags for client in hub.clients.list()] == [["old"]]


@pytest.mark.parametrize(
    ("table", "path", "words"),
    [
        (b"", "", "nothing in it"),
        (b"\n\n", "", "nothing in it"),
        (b"name,city\nAnn,Tver\n", "", "no column phone"),
        (b"phone,colour\n79030000001,red\n", "", "attributes.colour"),
        (b"phone,phone\n1,2\n", "", "more than once"),
        (b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR" + bytes(range(256)) * 9, "encoding", "cannot be told"),
        (bytes(range(128, 256)) * 20, "encoding", "cannot be told"),
    ],
)
def test_what_is_no_table_of_clients_is_refused(small_hub: Hub, table: bytes, path: str, words: str) -> None:
    with pytest.raises(InvalidRequest, match=words) as caught:
        small_hub.clients.import_(table)

    assert caught.value.faults[0].path == path
    assert small_hub.clients.list() == []


@pytest.mark.parametrize(
    ("given", "path"),
    [
        *(
            ({"encoding": name}, "encoding")
            for name in ("klingon", "rot13", "zip", "idna", "undefined", "utf-16", "utf-32")
        ),
        ({"separator": ";;"}, "separator"),
    ],
)
def test_a_wrong_option_is_named(small_hub: Hub, given: dict[str, Any], path: str) -> None:
    with pytest.raises(InvalidRequest) as caught:
        small_hub.clients.import_(b"phone\n79030000001\n", **given)

    assert [fault.path for fault in caught.value.faults] == [path]


def test_an_unclosed_quotation_mark_ends_the_table(small_hub: Hub) -> None:
    done = small_hub.clients.import_(b'phone,tags\n79030000001,a\n79030000002,"b\n79030000003,c\n')

    assert done.created == 1
    assert [error.line for error in done.errors] == [3]


def test_a_row_in_another_encoding_is_named(small_hub: Hub) -> None:
    table = b"phone,tags\n79030000001,a\n79030000002," + "тег".encode("cp1251") + b"\n79030000003,c\n"

    done = small_hub.clients.import_(table, encoding="utf-8")

    assert (done.created, [error.line for error in done.errors]) == (2, [3])


def test_a_file_is_read_by_its_path_with_progress(hub: Hub, tmp_path: Path) -> None:
    path = tmp_path / "clients.csv"
    path.write_text("phone\n" + "".join(f"7903{n:07}\n" for n in range(5_000)))
    seen: list[int] = []

    done = hub.clients.import_(path, progress=seen.append)

    assert done.created == 5_000
    assert seen == sorted(seen)
    assert 0 < seen[0] <= seen[-1] <= path.stat().st_size
    with pytest.raises(InvalidRequest, match="cannot be opened"):
        hub.clients.import_(tmp_path / "nothing.csv")


def test_a_service_imports_too(make_hub: HubMaker) -> None:
    from notifyhub.client import Client
    from notifyhub_api.app import make_app
    from tests.serving import running

    hub = make_hub(worker=False)
    with running(make_app(hub)) as port, Client(f"http://127.0.0.1:{port}", hub.keys.create("k").key) as client:
        done = client.clients.import_("телефон;тег\n79030000001;новый\n1;x\n".encode("cp1251"))
        with pytest.raises(InvalidRequest, match="no column phone"):
            client.clients.import_(b"name\nAnn\n")
        assert client.clients.import_(b"phone\n79030000009\n", dry_run=True).created == 1

    assert (done.encoding, done.created, done.failed) == ("windows-1251", 1, 1)
    assert [c.tags for c in hub.clients.list()] == [["новый"]]
