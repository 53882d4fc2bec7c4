"""The picture of a report in docs/reports.md: `python -m tests.reports.picture docs/images/report.png`."""

from __future__ import annotations

import random
import sys
from base64 import b64encode
from datetime import UTC, date, datetime, timedelta
from email.message import EmailMessage

from playwright.sync_api import sync_playwright

from notifyhub.clock import to_datetime
from notifyhub.domain.report_days import HOUR_MS, Day
from notifyhub.domain.zones import zone_of
from notifyhub.reports.figures import OUTCOMES, Counts, Figures, Hour, MailingFigures
from notifyhub.reports.message import message
from tests.browser.conftest import CHROMIUM

SHARES = {"read": 0.46, "delivered": 0.27, "sent": 0.18, "failed": 0.06, "expired": 0.01, "open": 0.02}


def day_of_a_shop() -> Figures:
    """Two mailings on a Friday, and the messages of an ordinary day."""
    chance = random.Random(27)
    day = Day(date(2026, 11, 27), zone_of("Europe/Moscow"))
    hours = []
    for place, hour in enumerate(day.hours):
        amount = chance.randint(40, 160) + (place in range(10, 14)) * chance.randint(5_000, 9_000)
        amount += (place in range(17, 20)) * chance.randint(2_000, 4_000)
        hours.append(Hour(to_datetime(hour * HOUR_MS).astimezone(day.zone), shared(amount)))
    total = added([hour.by_outcome for hour in hours])
    telegram = shared(sum(total.values()) * 3 // 5)
    rest = {name: total[name] - telegram[name] for name in OUTCOMES}
    mailings = [
        mailing(7, "Чёрная пятница: −50 % на всё", "finished", day.begins + timedelta(hours=10), 28_400),
        mailing(9, "Reminder: your order is waiting", "running", day.begins + timedelta(hours=17), 9_300),
    ]
    return Figures(
        day, "Europe/Moscow", mailings, len(mailings), total, {"telegram": telegram, "whatsapp": rest}, hours
    )


def mailing(id_: int, name: str, status: str, began: datetime, amount: int) -> MailingFigures:
    counts = shared(amount)
    if status == "finished":
        counts |= {"open": 0, "sent": counts["sent"] + counts["open"]}
    reasons = {"recipient_blocked": counts["failed"] - 12, "exhausted": 12}
    ended = None if status == "running" else began + timedelta(hours=3, minutes=41)
    return MailingFigures(id_, name, status, began, ended, amount + 950, 310, 620, 20, amount, counts, reasons)


def shared(amount: int) -> dict[str, int]:
    counts = {name: int(amount * SHARES.get(name, 0)) for name in OUTCOMES}
    counts["read"] += amount - sum(counts.values())
    return counts


def added(counts: list[Counts]) -> dict[str, int]:
    return {name: sum(some[name] for some in counts) for name in OUTCOMES}


def page_of(mail: EmailMessage) -> str:
    """The HTML as a mail program shows it: with the picture in its place."""
    page, picture = list(mail.iter_parts())[1].iter_parts()  # type: ignore[attr-defined]
    shown = b64encode(picture.get_content()).decode()
    return str(page.get_content().replace(f"cid:{picture['Content-ID'][1:-1]}", f"data:image/png;base64,{shown}"))


def main(path: str, *, width: int = 760) -> None:
    mail = message(day_of_a_shop(), "hub@shop.example", "ann@shop.example", datetime.now(UTC), "picture")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        page = browser.new_page(viewport={"width": width, "height": 400})
        page.set_content(page_of(mail))
        page.screenshot(path=path, full_page=True)
        browser.close()


if __name__ == "__main__":
    main(sys.argv[1])
