"""Lists: filtered, in either order, page by page, as CSV and as JSON; and what every page has in common."""

from __future__ import annotations

import gzip
import re

import pytest

from notifyhub_api.dashboard.pages.messages import FILTERS
from notifyhub_api.dashboard.rendering import HERE
from tests.dashboard.conftest import Person

LATER = "2126-12-01T10:00:00+03:00"
MOST_BYTES = 300_000
PATHS = (
    "/",
    "/messages",
    "/messages/new",
    "/mailings",
    "/mailings/new",
    "/clients",
    "/clients/new",
    "/clients/import",
    "/erasures",
    "/templates",
    "/templates/new",
    "/channels",
    "/channels/viber",
    "/webhooks",
    "/webhooks/new",
    "/keys",
    "/keys/new",
    "/audit",
    "/people",
    "/nothing/there",
)


def send(person: Person, *texts: str) -> None:
    for text in texts:
        person.hub.send(text, to={"telegram": "1067000"}, at=LATER)


def places(page: str, *texts: str) -> list[int]:
    return [page.find(text) for text in texts]


def test_a_list_begins_with_the_newest_or_with_the_oldest(admin: Person) -> None:
    send(admin, "the first", "the second")

    first, second = places(admin.get("/messages").text, "the first", "the second")
    oldest = admin.get("/messages", order="oldest").text

    assert 0 < second < first
    assert 0 < oldest.find("the first") < oldest.find("the second")
    assert '<option value="oldest" selected>' in oldest


def test_messages_are_found_by_a_part_of_their_text(admin: Person) -> None:
    send(admin, "Заказ 17 готов", "Something else")

    page = admin.get("/messages", text="заказ 17").text

    assert "Заказ 17 готов" in page
    assert "Something else" not in page


def test_an_id_leads_to_its_page(admin: Person) -> None:
    message = admin.hub.send("Hello", to={"telegram": "1067000"}, at=LATER)

    assert admin.get("/messages", id=str(message.id)).headers["location"] == f"/messages/{message.id}"
    assert admin.get("/messages", id="17").headers["location"] == "/deliveries/17"


def test_a_list_goes_on_with_the_same_filters(admin: Person) -> None:
    for number in range(60):
        admin.hub.send(f"text {number}", to={"telegram": str(number + 1)}, at=LATER)

    page = admin.get("/messages", channel="telegram").text
    next_ = re.search(r'rel="next" href="([^"]+)"', page)
    assert next_ is not None
    second = admin.get(next_[1].replace("&amp;", "&")).text

    assert "channel=telegram" in next_[1]
    assert page.count('class="clip"') == 50
    assert second.count('class="clip"') == 10
    assert "First page" in second


def test_the_recipients_of_a_message_are_listed_page_by_page(admin: Person) -> None:
    people = [{"telegram": str(number % 58 + 1)} for number in range(60)]
    message = admin.hub.send("to many", to=people, at=LATER)

    page = admin.get(f"/messages/{message.id}").text
    next_ = re.search(r'rel="next" href="([^"]+)"', page)
    assert next_ is not None
    second = admin.get(next_[1].replace("&amp;", "&")).text

    assert page.count('href="/deliveries/') == 50
    assert second.count('href="/deliveries/') == 8
    assert second.count('<span class="chip duplicate">') == 2
    assert f'href="/messages/{message.id}">First page' in second


@pytest.mark.parametrize("asked", ["status=sent,delivered", "status=sent&status=delivered"])
def test_several_states_are_shown_as_chosen_and_stay_so(admin: Person, asked: str) -> None:
    page = admin.get(f"/messages?show=deliveries&{asked}").text

    assert '<option value="sent,delivered" selected>sent, delivered</option>' in page


def test_every_filter_of_the_list_has_its_field(admin: Person) -> None:
    for name in FILTERS:
        page = admin.get("/messages", **{name: "oldest" if name == "order" else "17"}).text

        assert re.search(rf'<(input|select) id="{name}" name="{name}"', page), name
        assert 'value="17"' in page or name == "order"


def test_a_wrong_filter_is_told_of_beside_it(admin: Person) -> None:
    answer = admin.get("/messages", client_id="Anna")

    assert answer.status_code == 422
    assert 'id="client_id-faults"' in answer.text
    assert 'value="Anna"' in answer.text


def test_a_list_is_there_as_the_api_gives_it(admin: Person) -> None:
    send(admin, "=1+1")

    page = admin.get("/messages").text
    csv, json = (re.search(rf'href="([^"]+)">{name}<', page) for name in ("CSV", "JSON"))
    assert csv is not None
    assert json is not None
    table = admin.get(csv[1].replace("&amp;", "&"))

    assert table.headers["content-type"].startswith("text/csv")
    assert table.headers["content-disposition"] == 'attachment; filename="messages.csv"'
    assert "'=1+1" in table.text
    assert admin.get(json[1].replace("&amp;", "&")).json()["items"][0]["text"] == "=1+1"


def test_data_is_for_those_who_may_see_it(stranger: Person) -> None:
    assert stranger.get("/data/messages").status_code == 303
    stranger.sign_in("operator")

    assert stranger.get("/data/messages").status_code == 200
    assert stranger.get("/data/keys").status_code == 403


@pytest.mark.parametrize("path", PATHS)
def test_no_page_has_a_script_or_style_of_its_own(admin: Person, path: str) -> None:
    answer = admin.get(path)

    policy = answer.headers["content-security-policy"]
    assert answer.headers["content-type"].startswith("text/html")
    assert "script-src 'self'; style-src 'self'" in policy
    assert "unsafe" not in policy
    assert answer.headers["cache-control"] == "no-store"
    assert re.findall(r"<script(?![^>]* src=)|<style|\sstyle=|\son[a-z]+=|javascript:", answer.text) == []


def test_where_there_is_no_page_people_are_told_so_and_programs_get_json(stranger: Person) -> None:
    asked = stranger.get("/nothing/there?a=1").headers["location"]
    page = stranger.sign_in().get("/nothing/there")
    told = stranger.browser.get("/nothing/there", headers={"Accept": "*/*"})
    api = stranger.get("/api/v1/nothing")

    assert asked == "/signin?to=%2Fnothing%2Fthere%3Fa%3D1"
    assert (page.status_code, "there is no page /nothing/there" in page.text) == (404, True)
    assert (told.status_code, told.headers["content-type"]) == (404, "application/problem+json")
    assert (api.status_code, api.headers["content-type"]) == (404, "application/problem+json")


def test_everything_that_pages_load_is_small(admin: Person) -> None:
    page = admin.get("/").text
    loaded = re.findall(r'(?:src|href)="(/static/[^"]+)"', page)

    answers = [admin.browser.get(path, headers={"Accept-Encoding": "gzip"}) for path in loaded]

    assert len(loaded) >= 8
    assert all("immutable" in answer.headers["cache-control"] for answer in answers)
    sizes = [len(gzip.compress(answer.content)) for answer in answers]
    assert sum(sizes) < MOST_BYTES
    assert {answer.headers.get("content-encoding") for answer in answers} == {
        "gzip",
        None,
    }  # tiny ones are not worth it


def test_every_file_of_ours_is_named_with_its_licence() -> None:
    told = (HERE / "static" / "README.md").read_text()
    taken = {path.name for path in (HERE / "static").iterdir() if ".min." in path.name or "LICENSE" in path.name}

    assert {name for name in taken if name not in told} == set()
