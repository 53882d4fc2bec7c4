"""An installation in which whatever can be said is a script, and the pages that show it."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

from starlette.responses import Response

from tests.emulator.receiver import Receiver
from tests.processes import Service

PROBE = "\"'><script>alert(1)</script><img src=x onerror=alert(2)>{{ 7777 * 7777 }}"
TAG = "<img src=x onerror=alert(3)>"
NAME = "'><script>alert(4)</script>"
"""Names of attributes have no double quotes."""
FAR_AWAY = "2126-12-01T10:00:00Z"
PAGES = {
    "overview": "/",
    "messages": "/messages",
    "messages by a text": "/messages?text={probe}",
    "message": "/messages/{sent}",
    "message that waits": "/messages/{waiting}",
    "deliveries": "/messages?show=deliveries",
    "delivery": "/deliveries/{delivery}",
    "delivery that waits": "/deliveries/{waiting_delivery}",
    "cancelling": "/deliveries/bulk?action=cancel&id={waiting_delivery}&text={probe}",
    "rescheduling": "/deliveries/bulk?action=reschedule&all=1&status=scheduled&text={probe}",
    "mailings": "/mailings",
    "board": "/mailings?view=board",
    "mailing": "/mailings/{mailing}",
    "draft": "/mailings/{draft}",
    "draft to edit": "/mailings/{draft}/edit",
    "test of a draft": "/mailings/{draft}/test",
    "deleting a mailing": "/mailings/{draft}/delete",
    "clients": "/clients?tag={tag}",
    "client": "/clients/{client}",
    "client to edit": "/clients/{client}/edit",
    "deleting a client": "/clients/{client}/delete",
    "erasing a client": "/clients/{client}/erase",
    "erasures": "/erasures",
    "erasure": "/erasures/{erasure}",
    "templates": "/templates",
    "template": "/templates/probe",
    "template to edit": "/templates/probe/edit",
    "deleting a template": "/templates/probe/delete",
    "webhooks": "/webhooks",
    "webhook": "/webhooks/{webhook}",
    "webhook to change": "/webhooks/{webhook}/change",
    "replaying a webhook": "/webhooks/{webhook}/replay",
    "keys": "/keys",
    "revoking a key": "/keys/{key}/revoke",
    "audit": "/audit",
    "people": "/people",
    "nowhere": "/nowhere/{tag}",
}
SILENT = {
    *("overview", "deliveries", "deleting a client", "erasing a client"),
    *("deleting a template", "replaying a webhook", "audit", "people"),
}
"""Pages that show none of these texts."""


def fill(service: Service, receiver: Receiver) -> dict[str, Any]:
    """Put in one of everything. Returns what the places in `PAGES` stand for."""

    def made(path: str, **members: Any) -> Any:
        return service.ask(f"/api/v1{path}", members)

    known: dict[str, Any] = {"probe": quote(PROBE, safe=""), "tag": quote(TAG, safe="")}
    client = made(
        "/clients",
        phone="79161234567",
        tags=[TAG],
        attributes={NAME: PROBE, "city": PROBE},
        addresses={"telegram": "1067000"},
    )
    receiver.answers = [Response(PROBE, 500) for _ in range(100)]
    made("/templates", name="probe", text="{% raw %}" + PROBE + "{% endraw %}{{ attributes.city }}")
    told: dict[str, Any] = {"text": PROBE, "reference": PROBE, "recipients": [{"telegram": "1067000"}]}
    sent, waiting = made("/messages", **told), made("/messages", **told, send_at=FAR_AWAY, deduplicate="off")
    audience = {"any": [{"tag": TAG}, {"attribute": {"name": NAME, "is": PROBE}}]}
    mailing = {"name": PROBE, "text": f"{PROBE} again", "reference": PROBE, "audience": audience}
    leaver = made("/clients", phone="79160000000", attributes={"note": PROBE})
    return known | {
        "client": client["id"],
        "sent": sent["id"],
        "waiting": waiting["id"],
        "delivery": sent["deliveries"][0]["id"],
        "waiting_delivery": waiting["deliveries"][0]["id"],
        "webhook": made("/webhooks", url=f"{receiver.url}/?{quote(TAG)}", events=["*"], description=PROBE)["id"],
        "mailing": made("/mailings", **mailing, channels=["telegram"])["id"],
        "draft": made("/mailings", **mailing, channels=["telegram"], draft=True)["id"],
        "key": made("/keys", name=PROBE, scopes=["read"])["id"],
        "erasure": made(f"/clients/{leaver['id']}/erase", reason=PROBE, by=PROBE)["id"],
    }
