"""Deliveries that are selected in their list are counted, and then cancelled, tried again or rescheduled."""

from __future__ import annotations

import re
from html import unescape

import httpx
import pytest

from notifyhub import Hub
from tests.dashboard.conftest import Person, Visiting

LATER = "2126-12-01T10:00:00+00:00"
PATH = "/deliveries/bulk"


def hidden(page: httpx.Response) -> dict[str, list[str]]:
    """The hidden fields of the form that does it, but for the token."""
    found: dict[str, list[str]] = {}
    form = page.text.partition(f'<form method="post" action="{PATH}">')[2].partition("</form>")[0]
    for name, value in re.findall(r'type="hidden" name="([a-z_]+)" value="([^"]*)"', form):
        found.setdefault(name, []).append(unescape(value))
    return {name: values for name, values in found.items() if name != "csrf"}


def words(page: httpx.Response) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", page.text).split())


@pytest.fixture
def ids(quiet: Hub) -> list[int]:
    """Five deliveries of a message on Telegram."""
    sent = quiet.send("Hello <b>", to=[{"telegram": str(number)} for number in range(1, 6)], at=LATER)
    return [delivery.id or 0 for delivery in sent.deliveries or ()]


def test_a_selection_is_counted_before_it_is_cancelled(admin: Person, quiet: Hub, ids: list[int]) -> None:
    quiet.cancel_deliveries(ids[:1])

    page = admin.get(PATH, action="cancel", id=ids[:3])
    untouched = {delivery.status for delivery in quiet.deliveries()}
    done = admin.post(PATH, hidden(page))

    assert page.status_code == 200
    assert "3 deliveries are selected. 2 are waiting and will not be sent." in words(page)
    assert "1 is left alone" in words(page)
    assert untouched == {"scheduled", "cancelled"}
    assert admin.said(done) == "Cancelled: 2. Left alone: 1."
    assert [d.status for d in quiet.deliveries()] == ["scheduled", "scheduled", "cancelled", "cancelled", "cancelled"]


def test_all_that_match_the_filters_of_the_list_are_taken(admin: Person, quiet: Hub, ids: list[int]) -> None:
    quiet.send("Other", to=[{"telegram": "9"}, {"viber": "QWJjZGVmZ2hpamtsbW5vcA=="}], at=LATER)
    listed = admin.get("/messages?show=deliveries&channel=telegram&status=scheduled&text=HELLO").text

    assert '<input type="hidden" name="text" value="HELLO">' in listed
    page = admin.get(PATH, action="cancel", all="1", channel="telegram", status="scheduled", text="HELLO")
    done = admin.post(PATH, hidden(page))

    assert "5 are waiting and will not be sent." in words(page)
    assert "left alone" not in words(page)
    assert done.headers["location"] == "/messages?show=deliveries&text=HELLO&status=scheduled&channel=telegram"
    assert sorted(d.status for d in quiet.deliveries()) == ["cancelled"] * 5 + ["scheduled"] * 2


def test_what_has_ended_is_not_counted_by_a_filter(admin: Person, quiet: Hub, ids: list[int]) -> None:
    quiet.cancel_deliveries(ids[:2])

    every = admin.get(PATH, action="cancel", all="1", channel="telegram")
    ended = admin.get(PATH, action="cancel", all="1", channel="telegram", status="cancelled")

    assert "3 are waiting and will not be sent." in words(every)
    assert "left alone" not in words(every)
    assert "0 are waiting and will not be sent." in words(ended)
    assert "<button" not in ended.text.partition(f'action="{PATH}"')[2].partition("</form>")[0]


def test_several_states_of_a_link_are_all_taken(admin: Person, quiet: Hub, ids: list[int]) -> None:
    page = admin.get(PATH, action="cancel", all="1", status="scheduled,sending", channel="telegram,viber")
    done = admin.post(PATH, hidden(page))

    assert "5 are waiting and will not be sent." in words(page)
    assert admin.said(done) == "Cancelled: 5. Left alone: 0."


def test_a_new_time_is_asked_for_after_the_count(admin: Person, quiet: Hub, ids: list[int]) -> None:
    page = admin.get(PATH, action="reschedule", id=ids[0])
    without = admin.post(PATH, {**hidden(page), "send_at": ""})
    done = admin.post(PATH, {**hidden(page), "send_at": "2126-12-24T10:00"})

    assert 'type="datetime-local"' in page.text
    assert without.status_code == 422
    assert "is required: the new time to send" in words(without)
    assert done.headers["location"] == f"/deliveries/{ids[0]}"
    assert f"{quiet.delivery(ids[0]).due_at:%Y-%m-%d %H:%M}" == "2126-12-24 10:00"


def test_a_new_time_that_is_none_is_said_beside_its_field_and_kept(admin: Person, ids: list[int]) -> None:
    page = admin.get(PATH, action="reschedule", id=ids[:2])

    wrong = admin.post(PATH, {**hidden(page), "send_at": "soon"})

    assert wrong.status_code == 422
    assert "must be a date and time" in wrong.text.partition('id="send_at-faults"')[2].partition("</ul>")[0]
    assert 'value="soon"' in wrong.text
    assert hidden(wrong) == hidden(page)


@pytest.mark.parametrize(
    ("query", "complaint"),
    [
        ({"action": "cancel"}, "must not be empty"),
        ({"action": "cancel", "all": "1"}, "would select all deliveries: give at least one filter"),
        ({"action": "cancel", "all": "1", "status": "lost"}, "filter.status[0]: must be"),
        ({"action": "cancel", "id": "x"}, "ids[0]: must be"),
        ({"action": "explode", "id": "1"}, "action: must be"),
    ],
)
def test_a_selection_that_is_none_is_refused_in_the_words_of_the_api(
    admin: Person, query: dict[str, str], complaint: str
) -> None:
    page = admin.get(PATH, **query)

    assert page.status_code == 422
    assert complaint in words(page)
    assert "<button" not in page.text.partition(f'action="{PATH}"')[2].partition("</form>")[0]


def test_what_failed_is_tried_again_from_its_page(admin: Person, quiet: Hub) -> None:
    page = admin.get(PATH, action="retry", id="404")

    assert "0 deliveries are selected." in words(page)


def test_what_a_text_says_stays_text(admin: Person, ids: list[int]) -> None:
    page = admin.get(PATH, action="cancel", all="1", text="<script>alert(1)</script>", channel="telegram")

    assert "<script>alert" not in page.text
    assert hidden(page)["text"] == ["<script>alert(1)</script>"]


def test_viewers_select_nothing(stranger: Person, ids: list[int]) -> None:
    viewer = stranger.sign_in("viewer")

    assert 'class="selecting"' not in viewer.get("/messages?show=deliveries").text
    assert viewer.get(PATH, action="cancel", id=ids[0]).status_code == 403
    assert viewer.post(PATH, {"action": "cancel", "id": str(ids[0])}).status_code == 403


def test_in_russian_it_is_russian(quiet: Hub, visiting: Visiting, ids: list[int]) -> None:
    person = visiting(quiet).sign_in()
    person.browser.headers["Accept-Language"] = "ru"

    assert "Выбраны 3 доставки. 3 ожидают и не будут отправлены." in words(
        person.get(PATH, action="cancel", id=ids[:3])
    )
