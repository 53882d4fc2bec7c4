"""/clients/import: files of people, without JavaScript."""

from __future__ import annotations

import base64
import csv
import io
import re
from collections.abc import Callable

import pytest

from notifyhub import Hub
from tests.conftest import HubMaker
from tests.dashboard.client_pages import Pages, cells_of, fields_of, pages, quick_pages, serve_pages, words_of

__all__ = ["pages", "quick_pages", "serve_pages"]
BAD_ROWS = b"""phone,timezone,addresses.telegram
79030000001,Europe/Moscow,1067000
12,Europe/Moscow,
79030000003,Mars,
79030000004,Europe/Moscow,not an address
79030000005,Europe/Moscow,
"""
PROBE = '"><img src=x onerror=alert(1)><script>alert(1)</script>'


def counts(page: str) -> dict[str, int]:
    """The tiles of the result."""
    found = re.findall(r'<span class="value">([^<]*)</span>\s*<span>([^<]*)</span>', page)
    return {label: int(value.replace(",", "")) for value, label in found}


def wrong_rows(page: str) -> list[dict[str, str]]:
    """The table that the result offers as a file."""
    text = base64.b64decode(page.partition("base64,")[2].partition('"')[0].replace("&#43;", "+")).decode()
    return list(csv.DictReader(io.StringIO(text)))


def phones(pages: Pages) -> list[str]:
    return sorted(client["phone"] for client in pages.api("GET", "/clients?limit=1000")["items"])


def test_good_rows_are_imported_and_each_bad_one_is_named(pages: Pages) -> None:
    page = pages.upload("people.csv", BAD_ROWS).text

    assert counts(page) == {"rows": 5, "added": 2, "changed": 0, "wrong": 3}
    assert [row[:2] for row in cells_of(page) if row] == [
        ["3", "phone"],
        ["4", "timezone"],
        ["5", "addresses"],
    ]
    assert phones(pages) == ["79030000001", "79030000005"]


def test_the_wrong_rows_are_a_file(quick_pages: Pages) -> None:
    page = quick_pages.upload("people.csv", BAD_ROWS).text

    rows = wrong_rows(page)
    assert [(row["line"], row["field"]) for row in rows] == [
        ("3", "phone"),
        ("4", "timezone"),
        ("5", "addresses"),
    ]
    assert rows[1]["message"] == [row for row in cells_of(page) if row][1][2]


def test_many_wrong_rows_are_all_in_the_file_and_the_first_on_the_page(quick_pages: Pages) -> None:
    page = quick_pages.upload("people.csv", b"phone\n" + b"12\n" * 150).text

    assert len([row for row in cells_of(page) if row]) == 100
    assert len(wrong_rows(page)) == 150


def test_a_check_stores_nothing(pages: Pages) -> None:
    page = pages.upload("people.csv", BAD_ROWS, dry_run="true").text

    assert counts(page) == {"rows": 5, "would be added": 2, "would be changed": 0, "wrong": 3}
    assert "Nothing was stored." in words_of(page)
    assert phones(pages) == []


def test_a_file_in_windows_1251_is_recognised(pages: Pages) -> None:
    text = "phone;tags;attributes.город\n" + "".join(f"7903000000{n};москва;Тверь\n" for n in range(5))

    page = pages.upload("люди.csv", text.encode("windows-1251")).text

    assert "люди.csv: csv, windows-1251" in words_of(page)
    client = pages.api("GET", "/clients?limit=1")["items"][0]
    assert (client["tags"], client["attributes"]) == (["москва"], {"город": "Тверь"})


def test_what_is_chosen_is_taken_instead_of_what_is_recognised(quick_pages: Pages) -> None:
    text = "phone\ttags\n79030000001\tмосква\n"

    quick_pages.upload("people.txt", text.encode("koi8-r"), encoding="koi8-r", separator="\\t", format="csv")

    assert quick_pages.api("GET", "/clients")["items"][0]["tags"] == ["москва"]


def test_the_name_of_the_file_says_the_format(quick_pages: Pages) -> None:
    text = b'{"phone": "79030000001"}\n'

    refused = quick_pages.upload("people.csv", text)
    quick_pages.upload("people.ndjson", text)

    assert refused.status_code == 422
    assert phones(quick_pages) == ["79030000001"]


def test_an_export_gives_back_what_was_imported(pages: Pages) -> None:
    table = (
        b"phone,operator_code,tags,timezone,opted_out,addresses.telegram,attributes.city,attributes.orders\r\n"
        b"79030000001,903,a;b,Europe/Moscow,viber,1067000,Tver,3\r\n"
        b"79030000002,999,,Asia/Omsk,,,,\r\n"
    )
    pages.upload("people.csv", table)

    assert list(csv.DictReader(io.StringIO(pages.get("/data/clients/export", format="csv").text))) == list(
        csv.DictReader(io.StringIO(table.decode()))
    )


def test_a_form_that_is_sent_again_imports_once(pages: Pages) -> None:
    fields = fields_of(pages.get("/clients/import").text)
    post = {"data": fields, "files": {"file": ("people.csv", b"phone\n79030000001\n")}}

    first, again = (pages.http.post("/clients/import", **post) for _ in range(2))  # type: ignore[arg-type]

    assert counts(again.text) == counts(first.text) == {"rows": 1, "added": 1, "changed": 0, "wrong": 0}


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("", b"", "Choose a file."),
        ("people.csv", b"", "there is nothing in it"),
        ("people.csv", b"name\nAnn\n", "has no column phone"),
    ],
)
def test_what_is_no_table_of_clients_is_refused_beside_the_file(
    quick_pages: Pages, name: str, content: bytes, words: str
) -> None:
    page = quick_pages.upload(name, content, encoding="utf-8") if name else quick_pages.send("/clients/import")

    assert page.status_code == 422
    assert words in page.text.partition('id="file-faults"')[2].partition("</ul>")[0]


def test_a_wrong_option_stands_beside_its_field_and_is_kept(quick_pages: Pages) -> None:
    page = quick_pages.upload("people.csv", b"phone\n", encoding="klingon")

    assert page.status_code == 422
    assert "there is no encoding" in page.text.partition('id="encoding-faults"')[2].partition("</ul>")[0]
    assert fields_of(page.text)["encoding"] == "klingon"


@pytest.mark.parametrize("rows", [9_000, 2_000_000])
def test_a_file_over_the_limit_is_refused(quick_pages: Pages, rows: int) -> None:
    page = quick_pages.upload("people.csv", b"phone\n" + b"79030000001\n" * rows)

    assert page.status_code == 413
    assert "the file has more than 100000 bytes" in page.text
    assert phones(quick_pages) == []


def test_a_file_may_be_larger_than_other_forms(make_hub: HubMaker, serve_pages: Callable[[Hub], Pages]) -> None:
    pages = serve_pages(make_hub(worker=False, auth="none", max_body_bytes=20_000))
    rows = b"".join(b"7903%07d\n" % number for number in range(200_000))

    page = pages.upload("people.csv", b"phone\n" + rows).text

    assert counts(page)["added"] == 200_000


def test_a_file_without_the_token_of_the_session_is_refused(quick_pages: Pages) -> None:
    page = quick_pages.upload("people.csv", b"phone\n79030000001\n", csrf="wrong")

    assert "was not sent by a page of this session" in words_of(page.text)
    assert phones(quick_pages) == []


def test_the_token_may_come_in_a_header(quick_pages: Pages) -> None:
    token = str(fields_of(quick_pages.get("/clients/import").text)["csrf"])

    quick_pages.http.post(
        "/clients/import", files={"file": ("people.csv", b"phone\n79030000001\n")}, headers={"X-CSRF-Token": token}
    )

    assert phones(quick_pages) == ["79030000001"]


def test_a_token_after_the_file_comes_too_late(quick_pages: Pages) -> None:
    token = str(fields_of(quick_pages.get("/clients/import").text)["csrf"])
    parts = {"file": ("people.csv", b"phone\n79030000001\n"), "csrf": (None, token)}

    quick_pages.http.post("/clients/import", files=parts)  # type: ignore[arg-type]

    assert phones(quick_pages) == []


def test_a_form_of_another_site_is_refused(quick_pages: Pages) -> None:
    token = str(fields_of(quick_pages.get("/clients/import").text)["csrf"])
    headers = {"X-CSRF-Token": token, "Sec-Fetch-Site": "cross-site"}

    quick_pages.http.post("/clients/import", files={"file": ("a.csv", b"phone\n79030000001\n")}, headers=headers)

    assert phones(quick_pages) == []


@pytest.mark.parametrize("body", [b"", b"--b\r\nnonsense", b'--b\r\nContent-Disposition: form-data; name="file"'])
def test_a_form_that_is_cut_off_imports_nothing(quick_pages: Pages, body: bytes) -> None:
    token = str(fields_of(quick_pages.get("/clients/import").text)["csrf"])
    headers = {"X-CSRF-Token": token, "Content-Type": "multipart/form-data; boundary=b"}

    page = quick_pages.http.post("/clients/import", content=body, headers=headers)

    assert page.status_code == 422
    assert "is no whole form" in page.text


def test_fields_beside_the_file_have_a_limit(quick_pages: Pages) -> None:
    page = quick_pages.upload("people.csv", b"phone\n79030000001\n", encoding="x" * 70_000)

    assert page.status_code == 413
    assert phones(quick_pages) == []


def test_one_file_goes_at_a_time(quick_pages: Pages) -> None:
    token = str(fields_of(quick_pages.get("/clients/import").text)["csrf"])
    files = [("file", (f"{n}.csv", b"phone\n7903000000%d\n" % n)) for n in range(2)]

    page = quick_pages.http.post("/clients/import", files=files, headers={"X-CSRF-Token": token})

    assert "they go one at a time" in page.text
    assert phones(quick_pages) == []


def test_whatever_a_file_has_is_shown_as_text(quick_pages: Pages) -> None:
    cell, name = '"' + PROBE.replace('"', '""') + '"', PROBE.replace('"', "") + ".csv"

    page = quick_pages.upload(name, f"phone,timezone\n79030000001,{cell}\n{cell},\n".encode())
    refused = quick_pages.upload("people.csv", f"phone,{cell}\n79030000001,a\n".encode())

    assert (page.status_code, refused.status_code) == (200, 422)
    assert "<img" not in page.text + refused.text
    assert "<script>alert" not in page.text + refused.text
