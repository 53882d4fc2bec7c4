"""Mails that the tests send."""

from __future__ import annotations

from email.message import EmailMessage

ANNA = "anna@example.org"
SHOP = "shop@example.org"


def mail(text: str = "Hello", html: str | None = None, **headers: str) -> EmailMessage:
    made = EmailMessage()
    for name, value in {"From": f"Shop <{SHOP}>", "To": ANNA, "Subject": "News", **headers}.items():
        made[name] = value
    made.set_content(text)
    if html is not None:
        made.add_alternative(html, subtype="html")
    return made
