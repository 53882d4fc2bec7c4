"""What arrives: one mail with text, HTML and a picture that the HTML shows, and nothing loaded from outside."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, date, datetime
from html.parser import HTMLParser
from io import BytesIO

import pytest
from PIL import Image

from notifyhub.clock import to_datetime
from notifyhub.domain.report_days import HOUR_MS, Day
from notifyhub.domain.zones import zone_of
from notifyhub.reports.chart import chart, top_of
from notifyhub.reports.figures import OUTCOMES, Figures, Hour
from notifyhub.reports.look import COLOURS, short
from notifyhub.reports.message import message
from notifyhub.reports.post import post_of
from notifyhub.settings import Settings
from tests.mailbox import Mailbox

NOW = datetime(2026, 11, 28, 8, tzinfo=UTC)


def figures(**of_noon: int) -> Figures:
    """A day on which all was accepted at noon."""
    day = Day(date(2026, 11, 27), zone_of("Europe/Moscow"))
    none = dict.fromkeys(OUTCOMES, 0)
    counts = {**none, **of_noon}
    hours = [Hour(to_datetime(hour * HOUR_MS).astimezone(day.zone), none) for hour in day.hours]
    hours[12] = Hour(hours[12].begins, counts)
    return Figures(day, "Europe/Moscow", [], 0, counts, {"telegram": counts}, hours)


def picture_of(found: Figures) -> Image.Image:
    return Image.open(BytesIO(chart(found))).convert("RGB")


@pytest.fixture
def arrived(box: Mailbox, reporting: Callable[..., Settings]) -> Callable[[Figures], None]:
    post = post_of(reporting())
    assert post is not None

    def send(found: Figures) -> None:
        assert post is not None
        post(lambda sender: message(found, sender, "ann@shop.example", NOW, "daily"))

    return send


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_a_mail_has_text_html_and_the_picture_that_the_html_shows(
    box: Mailbox, arrived: Callable[[Figures], None]
) -> None:
    arrived(figures(sent=1200, failed=34))

    [mail] = (one.read for one in box.mails)
    assert mail["From"] == "Hub <hub@shop.example>"
    assert mail["To"] == "ann@shop.example"
    assert mail["Subject"] == "Report of 2026-11-27: 0 mailings, 1,234 accepted, 34 failed"
    assert mail["Auto-Submitted"] == "auto-generated"
    plain, related = mail.iter_parts()
    page, picture = related.iter_parts()
    assert [part.get_content_type() for part in (plain, page, picture)] == ["text/plain", "text/html", "image/png"]
    shown = re.findall(r'src="cid:([^"]+)"', page.get_content())
    assert [f"<{name}>" for name in shown] == [picture["Content-ID"]]
    assert picture.get_content_disposition() == "inline"
    image = Image.open(BytesIO(picture.get_content()))
    image.verify()
    assert image.format == "PNG"


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_a_day_without_anything_has_no_picture(box: Mailbox, arrived: Callable[[Figures], None]) -> None:
    arrived(figures())

    [mail] = (one.read for one in box.mails)
    assert [part.get_content_type() for part in mail.iter_parts()] == ["text/plain", "text/html"]
    assert "cid:" not in str(mail)


def test_the_page_is_well_formed_and_loads_nothing_from_outside() -> None:
    body = message(figures(sent=3), "hub@shop.example", "ann@shop.example", NOW, "daily").get_body(("html",))
    assert body is not None
    opened: list[str] = []

    class Reader(HTMLParser):
        def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
            from_where = [value or "" for name, value in attrs if name in ("src", "href")]
            assert all(value.startswith("cid:") for value in from_where)
            if tag not in ("meta", "img"):
                opened.append(tag)

        def handle_endtag(self, tag: str) -> None:
            assert opened.pop() == tag

    page = body.get_content()
    Reader().feed(page)

    assert opened == []
    assert "<script" not in page
    assert "url(" not in page


def test_the_chart_shows_an_outcome_in_its_colour_and_height() -> None:
    picture = picture_of(figures(read=1, failed=3))
    colours = {name: tuple(bytes.fromhex(COLOURS[name][1:])) for name in ("read", "failed")}
    # Of the bar at noon, without the legend above.
    column = [picture.getpixel((96 + 12 * 48 + 24, y)) for y in range(164, 536)]

    heights = {name: column.count(colour) for name, colour in colours.items()}

    assert heights["failed"] == pytest.approx(3 * heights["read"], abs=4)
    assert heights["failed"] + heights["read"] == pytest.approx(536 - 164, abs=3)


@pytest.mark.parametrize(
    ("largest", "top"),
    [(0, 4), (4, 4), (5, 8), (13, 20), (999, 1200), (100_000, 120_000), (2_000_001, 4_000_000)],
)
def test_the_axis_ends_at_a_round_number(largest: int, top: int) -> None:
    assert top_of(largest) == top


@pytest.mark.parametrize(
    ("value", "text"), [(0, "0"), (999, "999"), (1000, "1k"), (1250, "1.2k"), (35_400, "35k"), (1_200_000, "1.2M")]
)
def test_numbers_in_the_chart_are_short(value: int, text: str) -> None:
    assert short(value) == text
