"""The pages of clients: finding, adding, changing, and what is known of a person."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest

from notifyhub import Hub
from tests.conftest import HubMaker
from tests.dashboard.client_pages import Pages, cells_of, fields_of, pages, quick_pages, serve_pages, words_of
from tests.mailings.conftest import ended

__all__ = ["pages", "quick_pages", "serve_pages"]
PHONE = "79201234567"
PROBES = ("<script>alert(1)</script>", '"><img src=x onerror=alert(1)>')


def phones(page: str) -> list[str]:
    return [row[0] for row in cells_of(page) if row]


def test_the_list_shows_the_newest_client_first(pages: Pages) -> None:
    pages.client(PHONE, tags=["vip"])
    pages.client("79031234567", addresses={"telegram": "1067000"})

    page = pages.get("/clients")

    assert phones(page.text) == ["79031234567", PHONE]


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("phone", "+7 920 123-45-67"),
        ("operator_code", "920"),
        ("tag", "vip;gold"),
        ("timezone", "Asia/Omsk"),
        ("search", "1067000"),
        ("search", "Tver"),
    ],
)
def test_each_filter_finds_whoever_matches(pages: Pages, name: str, value: str) -> None:
    pages.client(
        PHONE, tags=["vip"], timezone="Asia/Omsk", addresses={"telegram": "1067000"}, attributes={"city": "Tver"}
    )
    pages.client("79031234567", timezone="Europe/Moscow")

    assert phones(pages.get("/clients", **{name: value}).text) == [PHONE]


def test_a_tag_of_a_client_leads_to_everybody_who_has_it_also_with_a_separator_in_it(pages: Pages) -> None:
    id_ = pages.client(PHONE, tags=["red; or blue"])
    pages.client("79031234567", tags=["blue"])
    link = fields_link(pages.get(f"/clients/{id_}").text)

    assert phones(pages.get(link).text) == [PHONE]


def fields_link(page: str) -> str:
    """The link of the first tag."""
    return page.partition('class="chip" href="')[2].partition('"')[0].replace("&amp;", "&")


def test_a_wrong_filter_is_named_beside_its_field_and_stays_as_it_was_typed(quick_pages: Pages) -> None:
    page = quick_pages.get("/clients", timezone="Europe/Nowhere")

    assert page.status_code == 422
    assert "is not a time zone" in page.text.partition('id="timezone-faults"')[2].partition("</ul>")[0]
    assert fields_of(page.text)["timezone"] == "Europe/Nowhere"


def test_the_next_page_has_the_clients_that_follow(pages: Pages) -> None:
    for number in range(51):
        pages.client(f"7903{number:07}")

    first = pages.get("/clients")
    link = first.text.partition('rel="next" href="')[2].partition('"')[0].replace("&amp;", "&")

    assert len(phones(first.text)) == 50
    assert phones(pages.get(link).text) == ["79030000000"]


def test_a_client_is_added_with_everything_that_was_typed(pages: Pages) -> None:
    page = pages.send(
        "/clients/new",
        phone="8 920 123-45-67",
        timezone="Asia/Omsk",
        tags="vip\nred; or blue",
        attributes='city = Tver\norders = 3\ncard = "0042"\nloyal = true\n"a=b" = [1, 2]',
        opted_out=["viber"],
        **{"address.telegram": "1067000"},
    )

    (client,) = pages.api("GET", "/clients")["items"]
    assert page.url.path == f"/clients/{client['id']}"
    assert (client["phone"], client["operator_code"], client["timezone"]) == (PHONE, "920", "Asia/Omsk")
    assert (client["tags"], client["opted_out"]) == (["red; or blue", "vip"], ["viber"])
    assert client["addresses"] == {"telegram": "1067000"}
    assert client["attributes"] == {"city": "Tver", "orders": 3, "card": "0042", "loyal": True, "a=b": [1, 2]}


def test_a_form_that_is_sent_twice_adds_one_client(pages: Pages) -> None:
    fields = {**fields_of(pages.get("/clients/new").text), "phone": PHONE}

    first, again = (pages.http.post("/clients/new", data=fields) for _ in range(2))

    assert first.url == again.url
    assert len(pages.api("GET", "/clients")["items"]) == 1


def test_what_is_wrong_stands_beside_its_field_and_what_was_typed_is_kept(quick_pages: Pages) -> None:
    typed = {"phone": "12", "timezone": "Mars", "tags": "vip", "attributes": "city = Tver", "address.email": "ann"}

    page = quick_pages.send("/clients/new", **typed)

    assert page.status_code == 422
    assert typed.items() <= fields_of(page.text).items()
    for field in ("phone", "timezone", "addresses"):
        assert f'id="{field}-faults"' in page.text
    assert quick_pages.api("GET", "/clients")["items"] == []


@pytest.mark.parametrize(
    ("line", "words"), [("just words", "write name = value"), ("a = 1\na = 2", "'a' more than once")]
)
def test_a_line_that_is_no_attribute_is_named(quick_pages: Pages, line: str, words: str) -> None:
    page = quick_pages.send("/clients/new", phone=PHONE, attributes=line)

    assert page.status_code == 422
    assert words in words_of(page.text.partition('id="attributes-faults"')[2].partition("</ul>")[0])


def test_a_phone_that_somebody_has_is_refused_beside_the_field(pages: Pages) -> None:
    id_ = pages.client(PHONE)

    page = pages.send("/clients/new", phone=PHONE, tags="vip")

    assert page.status_code == 409
    assert f"client {id_} has this phone already" in page.text.partition('id="phone-faults"')[2]
    assert fields_of(page.text)["tags"] == "vip"


def test_a_form_that_is_sent_back_untouched_changes_nothing(pages: Pages) -> None:
    members = {
        "tags": ['"quoted"', "a,b", "two\nlines", "vip"],
        "attributes": {"n": 3, "digits": "007", "text": " spaces ", "lines": "a\nb\rc", "formula": "=1+1", "none": None,
                       "empty": "", "a = b": {"x": [True]}, " name ": "q\"uote"},
        "addresses": {"telegram": "1067000", "email": "ann@example.com"},
        "opted_out": ["viber"],
        "timezone": "+03:00",
        "operator_code": "999",
    }  # fmt: skip
    id_ = pages.client(PHONE, **members)
    before = pages.api("GET", f"/clients/{id_}")

    page = pages.send(f"/clients/{id_}/edit")

    assert "There was nothing to change." in words_of(page.text)
    assert pages.api("GET", f"/clients/{id_}") == before


def test_another_phone_brings_its_operator_code(pages: Pages) -> None:
    id_ = pages.client(PHONE)

    pages.send(f"/clients/{id_}/edit", phone="79031234567")

    client = pages.api("GET", f"/clients/{id_}")
    assert (client["phone"], client["operator_code"]) == ("79031234567", "903")


def test_an_address_that_is_emptied_is_removed(pages: Pages) -> None:
    id_ = pages.client(PHONE, addresses={"telegram": "1067000", "email": "ann@example.com"})

    pages.send(f"/clients/{id_}/edit", **{"address.email": ""})

    assert pages.api("GET", f"/clients/{id_}")["addresses"] == {"telegram": "1067000"}


def test_the_page_of_a_client_has_the_history(make_hub: HubMaker, serve_pages: Callable[[Hub], Pages]) -> None:
    pages = serve_pages(make_hub(auth="none"))
    id_ = pages.client(PHONE, addresses={"telegram": "1067000"})
    mailing = pages.api("POST", "/mailings", {"name": "a", "text": "Hello", "channels": ["telegram"]})
    ended(pages.hub, pages.hub.mailings.get(mailing["id"]))

    rows = [row for row in cells_of(pages.get(f"/clients/{id_}").text) if "sent" in row]

    assert [row[1:4] for row in rows] == [["telegram", "1067000", "sent"]]


def test_an_opt_out_of_one_channel_and_back(pages: Pages) -> None:
    path = f"/clients/{pages.client(PHONE)}"

    pages.send(path, to=f"{path}/opt-out", channel="whatsapp")
    opted_out = pages.api("GET", path)["opted_out"]
    pages.send(path, to=f"{path}/opt-in", channel="whatsapp")

    assert (opted_out, pages.api("GET", path)["opted_out"]) == (["whatsapp"], [])


def test_an_opt_out_of_everything_takes_the_place_of_the_others(pages: Pages) -> None:
    path = f"/clients/{pages.client(PHONE, opted_out=['viber'])}"

    page = pages.send(path, to=f"{path}/opt-out", channel="all")

    assert pages.api("GET", path)["opted_out"] == ["all"]
    assert "has opted out of all channels" in words_of(page.text)


def test_an_address_is_suppressed_and_cleared_again(pages: Pages) -> None:
    path = f"/clients/{pages.client(PHONE, addresses={'telegram': '1067000'})}"
    address = {"channel": "telegram", "address": "1067000"}

    page = pages.send(path, to=f"{path}/suppress", **address)
    entries = pages.api("GET", "/reachability")["items"]
    pages.send(path, to=f"{path}/clear", **address)

    assert [(one["channel"], one["address"], one["suppressed"]) for one in entries] == [("telegram", "1067000", True)]
    (row,) = [row for row in cells_of(page.text) if row and row[0] == "telegram"]
    assert row[2].startswith("no the person opted out")
    assert pages.api("GET", "/reachability")["items"] == []


@pytest.mark.parametrize("probe", PROBES)
def test_whatever_a_client_has_is_shown_as_text(quick_pages: Pages, probe: str) -> None:
    attributes = {"text": probe, "deep": {probe.replace('"', ""): [probe]}, probe.replace('"', ""): 1}
    id_ = quick_pages.client(PHONE, tags=[probe], attributes=attributes)

    for path in ("/clients", f"/clients/{id_}", f"/clients/{id_}/edit", f"/clients/{id_}/erase"):
        page = quick_pages.get(path)
        assert page.status_code == 200
        assert "<script>alert" not in page.text
        assert "<img" not in page.text


@pytest.mark.parametrize("probe", PROBES)
def test_whatever_is_typed_comes_back_as_text(quick_pages: Pages, probe: str) -> None:
    typed = dict.fromkeys(("phone", "operator_code", "timezone", "tags", "attributes", "address.telegram"), probe)

    for page in (quick_pages.send("/clients/new", **typed), quick_pages.get("/clients", search=probe, phone=probe)):
        assert page.status_code == 422
        assert "<script>alert" not in page.text
        assert "<img" not in page.text


@pytest.mark.parametrize(("choice", "begins"), [("csv", "phone,"), ("excel", "\ufeffphone;"), ("jsonl", '{"phone"')])
def test_the_links_of_the_list_export_everybody_who_matches(pages: Pages, choice: str, begins: str) -> None:
    pages.client(PHONE, tags=["vip"])
    pages.client("79031234567", tags=["blue"])
    links = [part.partition('"')[0] for part in pages.get("/clients", tag="vip").text.split('href="')]
    exports = [link.replace("&amp;", "&") for link in links if link.startswith("/data/clients/export")]
    link = exports[["csv", "excel", "jsonl"].index(choice)]

    text = pages.http.get(link).content.decode()

    assert text.startswith(begins)
    assert PHONE in text
    assert "79031234567" not in text


def test_the_link_to_json_has_the_facts_of_the_api(pages: Pages) -> None:
    id_ = pages.client(PHONE, tags=["vip"])

    assert json.loads(pages.get(f"/data/clients/{id_}").text) == pages.api("GET", f"/clients/{id_}")
