"""A report as one mail: text, HTML, and the chart inside the HTML."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from email.message import EmailMessage
from email.utils import format_datetime, parseaddr
from hashlib import sha256

from notifyhub.reports import words
from notifyhub.reports.chart import chart
from notifyhub.reports.figures import Figures
from notifyhub.reports.html import html
from notifyhub.reports.text import text


def message(figures: Figures, sender: str, to: str, now: datetime, key: str) -> EmailMessage:
    """The mail for one address. `sender` is what stands in `From`.

    Mails with the same `key` about the same day have the same Message-ID, so that one sent twice can be known by it.
    """
    mail = EmailMessage()
    mail["Subject"] = words.subject(figures)
    mail["From"] = sender
    mail["To"] = to
    mail["Date"] = format_datetime(now)
    mail["Message-ID"] = f"<{_id(figures, [sender, to, key])}@{_domain(sender)}>"
    # So that no holiday reply comes back.
    mail["Auto-Submitted"] = "auto-generated"
    mail.set_content(text(figures))
    content_id = f"{_id(figures, ['chart'])}@{_domain(sender)}" if figures.accepted else None
    mail.add_alternative(html(figures, content_id), subtype="html")
    if content_id is not None:
        page = mail.get_body(("html",))
        assert page is not None
        name = f"report-{figures.day.date.isoformat()}.png"
        page.add_related(chart(figures), "image", "png", cid=f"<{content_id}>", disposition="inline", filename=name)
    return mail


def _domain(sender: str) -> str:
    return parseaddr(sender)[1].rpartition("@")[2] or "localhost"


def _id(figures: Figures, of: Sequence[str]) -> str:
    day = figures.day.date.isoformat()
    return f"report-{day}-{sha256(chr(0).join([day, figures.zone, *of]).encode()).hexdigest()[:24]}"
