"""Whatever changes something has its line in the audit, and what changes nothing has none."""

from __future__ import annotations

import io
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from time import monotonic, sleep
from typing import Any

from notifyhub import Hub
from notifyhub.domain.audit import ACTIONS, KINDS
from notifyhub.hub import core_of
from notifyhub.hub.sessions import HubSessions
from notifyhub.store.rows import run
from notifyhub.verbs import faces
from tests.conftest import HubMaker
from tests.emulated import RunningEmulator
from tests.mailings.conftest import until
from tests.processes import PATIENCE_S
from tests.sessions.conftest import Door
from tests.webhooks.conftest import HERE

LATER = "2126-12-01T10:00:00+03:00"
READS = {
    "message", "messages", "delivery", "deliveries", "deliveries_by_id", "wait", "why", "request_of",
    "channels", "channel",
    "audit.list", "keys.list", "keys.get", "clients.list", "clients.count", "clients.get",
    "reachability.list", "stats.overall", "stats.check", "templates.get", "templates.list", "templates.versions",
    "templates.preview",
    "webhooks.get", "webhooks.list", "webhooks.posts", "events.list", "stats.now", "clients.erasure",
    "clients.erasures", "mailings.get", "mailings.list", "mailings.stats", "mailings.preview", "mailings.preview_as",
    "sessions.list", "sessions.find",
}  # fmt: skip
SENDS = {"send", "send_many", "mailings.test", "webhooks.test"}
"""What is sent is in the lists of messages, counted by key; it would drown everything else here."""


@dataclass
class Story:
    """A hub, and what earlier steps left."""

    hub: Hub
    kept: dict[str, Any] = field(default_factory=dict)

    def message(self, to: str, status: str, **options: Any) -> Any:
        sent = self.hub.send("Hello", to={"telegram": to}, **options)
        ended = self.hub.wait(sent, timeout_s=20) if status != "scheduled" else sent
        assert ended.deliveries
        assert ended.deliveries[0].status == status
        return ended

    def mailing(self, *, draft: bool = False) -> int:
        return self.hub.mailings.create("Sale", "Hello", ["telegram"], starts_at=LATER, draft=draft).id


def _failed_mailing(story: Story) -> object:
    hub = story.hub
    mailing = hub.mailings.create(
        "Bad", "Bad news", ["telegram"], audience={"tag": "blocked"}, ignore_reachability=True
    )
    until(hub, mailing.id, lambda found: found.counts["failed"] == 1)
    return hub.mailings.retry_failed(mailing.id)


def _paused(story: Story) -> object:
    made = story.hub.mailings.create("All day", "Hi", ["telegram"], late_joiners=True, ends_at=LATER)
    id_ = story.kept["running"] = made.id
    return story.hub.mailings.pause(id_)


def _replayed(story: Story) -> object:
    ends = monotonic() + PATIENCE_S
    while not story.hub.events.list(limit=1):
        assert monotonic() < ends
        sleep(0.01)
    return story.hub.webhooks.replay(story.kept["hook"], since="2020-01-01T00:00:00Z")


def _broken_counters(story: Story) -> object:
    spoil = "UPDATE delivery_counts SET number = number + 5"
    core_of(story.hub).database.write(lambda db, items: [run(db, spoil)], None).result()
    return story.hub.stats.repair()


def _of_the_dashboard(story: Story) -> Door:
    return Door(story.hub)


Steps = list[tuple[str, Callable[[Story], object], list[str]]]
STEPS: Steps = [
    ("webhooks.create", lambda s: s.kept.update(hook=s.hub.webhooks.create("http://127.0.0.1:9/").id),
     ["webhook.created"]),
    ("webhooks.retry", lambda s: s.hub.webhooks.retry(s.kept["hook"]), []),
    ("webhooks.update", lambda s: s.hub.webhooks.update(s.kept["hook"], description="Shop"), ["webhook.changed"]),
    ("webhooks.rotate", lambda s: s.hub.webhooks.rotate(s.kept["hook"]), ["webhook.rotated"]),
    ("webhooks.test", lambda s: s.hub.webhooks.test(s.kept["hook"]), []),
    ("keys.create", lambda s: s.kept.update(key=s.hub.keys.create("shop").id), ["key.created"]),
    ("keys.revoke", lambda s: s.hub.keys.revoke(s.kept["key"]), ["key.revoked"]),
    ("sessions.link_as", lambda s: s.kept.update(link=s.hub.sessions.link(name="Anna").token), ["session.linked"]),
    ("sessions.redeem", lambda s: s.kept.update(session=_of_the_dashboard(s).redeem(s.kept["link"]).session.id),
     ["session.began"]),
    ("sessions.end", lambda s: _of_the_dashboard(s).end(s.kept["session"]), ["session.ended"]),
    ("sessions.end", lambda s: _of_the_dashboard(s).end(s.kept["session"]), []),
    ("sessions.begin", lambda s: s.kept.update(session=_of_the_dashboard(s).begin().session.id), ["session.began"]),
    ("sessions.revoke", lambda s: s.hub.sessions.revoke(s.kept["session"]), ["session.revoked"]),
    ("clients.create", lambda s: s.hub.clients.create(79031234567, tags=["blocked"], addresses={"telegram": "13"}),
     ["client.created"]),
    ("clients.create", lambda s: s.kept.update(client=s.hub.clients.create(79031234568, opted_out=["viber"]).id),
     ["client.created", "client.opted_out"]),
    ("clients.update", lambda s: s.hub.clients.update(s.kept["client"], tags=["vip"]), ["client.changed"]),
    ("clients.update", lambda s: s.hub.clients.update(s.kept["client"], opted_out=[]),
     ["client.changed", "client.opted_in"]),
    ("clients.import_", lambda s: s.hub.clients.import_(io.BytesIO(b"phone\n79051112233\n"), dry_run=True), []),
    ("clients.import_", lambda s: s.hub.clients.import_(io.BytesIO(b"phone\n79051112233\n")), ["clients.imported"]),
    ("clients.export", lambda s: s.hub.clients.export(io.BytesIO(), format="csv"), ["clients.exported"]),
    ("clients.delete", lambda s: s.hub.clients.delete(s.kept["client"]), ["client.erased"]),
    ("templates.set", lambda s: s.hub.templates.set("code", "Code {{ n }}"), ["template.changed"]),
    ("templates.set", lambda s: s.hub.templates.set("code", "Code {{ n }}"), []),
    ("templates.delete", lambda s: s.hub.templates.delete("code"), ["template.removed"]),
    ("reachability.suppress", lambda s: s.hub.reachability.suppress("telegram", 77), ["reachability.suppressed"]),
    ("reachability.clear", lambda s: s.hub.reachability.clear("telegram", 77), ["reachability.cleared"]),
    ("reachability.clear", lambda s: s.hub.reachability.clear("telegram", 77), []),
    ("send", lambda s: s.kept.update(later=s.message("1", "scheduled", at=LATER)), []),
    ("send_many", lambda s: s.hub.send_many([{"text": "Two", "recipients": [{"telegram": "2"}], "send_at": LATER}]),
     []),
    ("change", lambda s: s.hub.change(s.kept["later"].id, text="Later"), ["message.changed"]),
    ("cancel_deliveries", lambda s: s.hub.cancel_deliveries([s.kept["later"].deliveries[0].id]),
     ["deliveries.cancelled"]),
    ("cancel_deliveries", lambda s: s.hub.cancel_deliveries([s.kept["later"].deliveries[0].id]), []),
    ("cancel", lambda s: s.hub.cancel(s.message("3", "scheduled", at=LATER).id), ["message.cancelled"]),
    ("cancel", lambda s: s.hub.cancel(s.kept["later"].id), []),
    ("bulk", lambda s: s.message("31", "scheduled", at=LATER) and s.hub.bulk("reschedule", address=31, at=LATER),
     ["deliveries.rescheduled"]),
    ("bulk", lambda s: s.hub.bulk("cancel", address=31, dry_run=True), []),
    ("bulk", lambda s: s.hub.bulk("cancel", address=31), ["deliveries.cancelled"]),
    ("bulk", lambda s: s.hub.bulk("cancel", address=31), []),
    ("bulk", lambda s: s.hub.bulk("retry", ids=[s.message("15", "failed").deliveries[0].id]), ["deliveries.retried"]),
    ("retry", lambda s: s.hub.retry(s.message("13", "failed").id), ["message.retried"]),
    ("retry", lambda s: s.hub.retry(s.kept["later"].id), []),
    ("resolve", lambda s: s.hub.resolve(s.message("14", "unconfirmed", on_unconfirmed="at_most_once").deliveries[0].id,
                                        "sent"), ["delivery.resolved"]),
    ("mailings.create", lambda s: s.kept.update(draft=s.mailing(draft=True)), ["mailing.created"]),
    ("mailings.test", lambda s: s.hub.mailings.test(s.kept["draft"], to=[{"telegram": "5"}]), []),
    ("mailings.update", lambda s: s.hub.mailings.update(s.kept["draft"], text="Sale!"), ["mailing.changed"]),
    ("mailings.start", lambda s: s.hub.mailings.start(s.kept["draft"]), ["mailing.scheduled"]),
    ("mailings.start", lambda s: s.hub.mailings.start(s.kept["draft"]), ["mailing.started"]),
    ("mailings.pause", _paused, ["mailing.created", "mailing.paused"]),
    ("mailings.resume", lambda s: s.hub.mailings.resume(s.kept["running"]), ["mailing.resumed"]),
    ("mailings.cancel", lambda s: s.hub.mailings.cancel(s.kept["running"]), ["mailing.cancelled"]),
    ("mailings.retry_failed", _failed_mailing, ["mailing.created", "mailing.retried"]),
    ("mailings.delete", lambda s: s.hub.mailings.delete(s.kept["running"]), ["mailing.deleted"]),
    ("clients.erase", lambda s: s.hub.clients.erase(s.hub.clients.list()[0].id, reason="asked"), ["client.erased"]),
    ("webhooks.replay", _replayed, ["webhook.replayed"]),
    ("webhooks.delete", lambda s: s.hub.webhooks.delete(s.kept["hook"]), ["webhook.deleted"]),
    ("stats.repair", _broken_counters, ["statistics.repaired"]),
    ("stats.repair", lambda s: s.hub.stats.repair(), []),
]  # fmt: skip


def every_verb() -> set[str]:
    """The names of all verbs, such as `send` and `keys.create`."""
    own = {name for name in vars(faces.AsyncMessaging) if not name.startswith("_")}
    objects = {name: kind for name, kind in faces.AsyncMessaging.__annotations__.items() if not name.startswith("_")}
    kinds = {name: getattr(faces, kind) for name, kind in objects.items()}
    # Including those that only the dashboard calls. A client of a service has none of them.
    kinds["sessions"] = HubSessions
    return own | {f"{name}.{verb}" for name, kind in kinds.items() for verb in vars(kind) if not verb.startswith("_")}


def test_every_verb_reads_sends_or_has_its_step_here() -> None:
    assert every_verb() == READS | SENDS | {verb for verb, _, _ in STEPS}


def test_every_action_is_that_of_a_step() -> None:
    assert set(ACTIONS) == {action for _, _, actions in STEPS for action in actions}


def test_every_step_that_changes_something_has_its_line(
    make_hub: HubMaker, emulator: RunningEmulator, database_url: str
) -> None:
    emulator.faults(
        scripts=[
            {"channel": "telegram", "address": "13", "answers": ["403", "403", "403"]},
            {"channel": "telegram", "address": "15", "answers": ["403", "403"]},
            {"channel": "telegram", "address": "14", "answers": ["lost"]},
        ]
    )
    hub = make_hub(database_url=database_url, webhook=HERE)
    story, seen = Story(hub), 0

    found: list[tuple[str, list[str]]] = []
    for verb, step, _ in STEPS:
        step(story)
        lines = hub.audit.list()[::-1]
        found.append((verb, [line.action for line in lines if line.id > seen]))
        seen = max([seen, *(line.id for line in lines)])
        assert {line.about.kind for line in lines} <= set(KINDS)

    assert found == [(verb, actions) for verb, _, actions in STEPS]


def test_the_document_lists_every_action() -> None:
    document = (Path(__file__).parents[2] / "docs" / "audit.md").read_text(encoding="utf-8")

    assert re.findall(r"^\| `([a-z_]+\.[a-z_]+)` \| (.*) \|$", document, re.MULTILINE) == sorted(ACTIONS.items())
