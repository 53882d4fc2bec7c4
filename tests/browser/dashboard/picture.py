"""The README's pictures of the dashboard: `python -m tests.browser.dashboard.picture FOLDER` (see `make picture`)."""

from __future__ import annotations

import re
import sys
import tempfile
import urllib.request
from pathlib import Path

from playwright.sync_api import expect

from tests.browser.browsers import chromium
from tests.browser.dashboard.conftest import WITHIN_MS, Desk, signed_in
from tests.processes import Service

OPERATORS = ("903", "905", "916", "921")
HALF = re.compile(r"^(9\d|1\d\d)$")
expect.set_options(timeout=WITHIN_MS)


def play(service: Service) -> int:
    """Clients, a mailing on its way, and something that failed. Returns the mailing's id."""
    rows = ["phone,tags,addresses.telegram,addresses.viber"]
    for number in range(200):
        phone = f"7{OPERATORS[number % 4]}{number:07}"
        rows.append(f"{phone},{'vip;city' if number % 3 else 'city'},{3_000_000 + number},viber{number:07}=")
    rows[5] = rows[5].replace("3000004", "4000000000002")  # a magic recipient of the emulator: not a user
    import_clients(service, "\n".join(rows))
    service.ask("/api/v1/messages", {"text": "Your order is ready", "recipients": [{"whatsapp": "79161234567"}]})
    mailing = service.ask(
        "/api/v1/mailings",
        {"name": "Autumn sale", "text": "Autumn sale: -20 % until Sunday", "channels": ["telegram"], "rate": "20/s"},
    )
    return int(mailing["id"])


def import_clients(service: Service, table: str) -> None:
    headers = {"Authorization": f"Bearer {service.key}", "Content-Type": "text/csv"}
    request = urllib.request.Request(f"{service.url}/api/v1/clients/import", table.encode(), headers)
    with urllib.request.urlopen(request, timeout=60):
        pass


def main(folder: str) -> None:
    target = Path(folder)
    with tempfile.TemporaryDirectory() as place, Service(Path(place)) as service, chromium() as browser:
        cookies = signed_in(browser, service)
        id_ = play(service)
        desk = Desk(browser, service.url, cookies, viewport={"width": 1200, "height": 760}, locale="en-GB")
        page = desk.open(f"/mailings/{id_}")
        expect(page.locator(".tile.sent .value")).to_have_text(HALF)
        page.screenshot(path=target / "dashboard-mailing.png")
        page = desk.open("/")
        page.locator(".chart canvas").first.wait_for()
        page.screenshot(path=target / "dashboard.png")
        desk.context.close()


if __name__ == "__main__":
    main(sys.argv[1])
