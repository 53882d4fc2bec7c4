"""Clients who change while a mailing runs, through every door: the latest wish holds when a delivery is claimed."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple

import orjson
import pytest

from notifyhub import Hub, answers
from notifyhub.hub import core_of
from notifyhub_api.app import make_app
from tests.api.conftest import Api
from tests.conftest import HubMaker
from tests.emulated import RunningEmulator
from tests.mailings.conftest import counted, ended, fill, phone, telegram, until
from tests.mailings.counters import counters_of, rows_of
from tests.serving import running

PATH = "/api/v1/clients"


class Story(NamedTuple):
    """A mailing to clients 0 to 2, all of whose deliveries wait, and the doors to its hub."""

    hub: Hub
    api: Api
    mailing: answers.Mailing
    clients: list[answers.Client]

    def change(self, door: str, members: dict[str, Any]) -> None:
        """Change client 1."""
        client = self.clients[1]
        if door == "library":
            self.hub.clients.update(client.id, **members)
        elif door == "rest":
            assert self.api.ask("PATCH", f"{PATH}/{client.id}", orjson.dumps(members)).status == 200
        else:
            head, cells = zip(*_cells(members).items(), strict=True)
            table = f"phone,{','.join(head)}\n{client.phone},{','.join(cells)}\n"
            reply = self.api.ask("POST", f"{PATH}/import", table.encode(), Content_Type="text/csv")
            assert (reply.status, reply.json["updated"]) == (200, 1), reply.json

    def go_on(self) -> dict[str, int]:
        """Let the mailing go on to its end; the counts that are not zero."""
        self.hub.mailings.resume(self.mailing.id)
        counts = counted(ended(self.hub, self.mailing))
        assert counters_of(core_of(self.hub)) == rows_of(core_of(self.hub))
        return counts


def _cells(members: dict[str, Any]) -> dict[str, str]:
    """Members as the columns and cells of a table."""
    if "addresses" in members:
        return {"addresses.telegram": members["addresses"].get("telegram", "")}
    return {name: value if isinstance(value, str) else ";".join(value) for name, value in members.items()}


@pytest.fixture
def story(make_hub: HubMaker, database_url: str, emulator: RunningEmulator) -> Iterator[Story]:
    hub = make_hub(database_url=database_url)
    clients = fill(hub, 3, timezone="+00:00")
    now = datetime.now(UTC)
    window = {"from": f"{now - timedelta(hours=1):%H:%M}", "to": f"{now + timedelta(hours=1):%H:%M}"}
    emulator.faults(failure_rate=1.0, failure="500")
    mailing = hub.mailings.create("Sale", "Hello", ["telegram"], send_window=window)
    until(hub, mailing.id, lambda found: found.counts["scheduled"] == 3)  # each was tried, and waits to be tried again
    hub.mailings.pause(mailing.id)
    until(hub, mailing.id, lambda found: found.counts["scheduled"] == 3)
    emulator.faults()
    with running(make_app(hub)) as port:
        yield Story(hub, Api(hub, port), mailing, clients)


DOORS = ("library", "rest", "import")


@pytest.mark.parametrize("door", DOORS)
@pytest.mark.parametrize("opted_out", ["all", "telegram"])
def test_who_opts_out_gets_nothing(story: Story, emulator: RunningEmulator, door: str, opted_out: str) -> None:
    story.change(door, {"opted_out": [opted_out]})

    assert story.go_on() == {"sent": 2, "cancelled": 1}
    assert set(emulator.accepted()) == {("telegram", telegram(n), "Hello") for n in (0, 2)}
    assert {d.reason for d in story.hub.deliveries(status="cancelled")} == {"opted_out"}


@pytest.mark.parametrize("door", DOORS)
def test_who_has_a_new_address_gets_it_there(story: Story, emulator: RunningEmulator, door: str) -> None:
    story.change(door, {"addresses": {"telegram": "777"}})

    assert story.go_on() == {"sent": 3}
    assert set(emulator.accepted()) == {("telegram", address, "Hello") for address in (telegram(0), "777", telegram(2))}


@pytest.mark.parametrize("door", DOORS)
def test_who_moved_is_written_to_in_the_hours_of_the_new_zone(
    story: Story, emulator: RunningEmulator, door: str
) -> None:
    story.change(door, {"timezone": "+08:00"})

    story.hub.mailings.resume(story.mailing.id)

    def is_put_off(found: answers.Mailing) -> bool:
        waiting = story.hub.deliveries(status="scheduled")
        far = datetime.now(UTC) + timedelta(hours=2)
        return found.counts["sent"] == 2 and [d.address for d in waiting if d.due_at and d.due_at > far] != []

    until(story.hub, story.mailing.id, is_put_off)
    assert set(emulator.accepted()) == {("telegram", telegram(n), "Hello") for n in (0, 2)}


def test_who_is_deleted_over_rest_gets_nothing_and_is_forgotten(story: Story, emulator: RunningEmulator) -> None:
    reply = story.api.ask("DELETE", f"{PATH}/{story.clients[1].id}")

    assert (reply.status, reply.json["cancelled"]) == (200, 1)
    assert story.go_on() == {"sent": 2, "cancelled": 1}
    (kept,) = story.hub.deliveries(client_id=story.clients[1].id)
    assert (kept.address, kept.status, kept.reason) == ("", "cancelled", "client_deleted")
    everything = story.api.get(f"/api/v1/deliveries/{kept.id}").body + story.api.get("/api/v1/clients").body
    assert telegram(1).encode() not in everything
    assert phone(1).encode() not in everything


def test_who_opts_out_and_in_again_gets_it_no_more(story: Story, emulator: RunningEmulator) -> None:
    # What was cancelled stays so: whoever opted out is not written to because of a change of mind that came later.
    story.change("library", {"opted_out": ["all"]})
    story.change("library", {"opted_out": []})

    assert story.go_on() == {"sent": 2, "cancelled": 1}


@pytest.mark.parametrize(("late_joiners", "count"), [(False, 3), (True, 4)])
def test_who_joins_while_it_runs_is_added_only_if_asked_for(
    hub: Hub, emulator: RunningEmulator, late_joiners: bool, count: int
) -> None:
    fill(hub, 3)
    ends_at = datetime.now(UTC) + timedelta(seconds=9 if late_joiners else 3600)
    mailing = hub.mailings.create("Sale", "Hello", ["telegram"], ends_at=ends_at, late_joiners=late_joiners)
    until(hub, mailing.id, lambda found: found.counts["sent"] == 3 or late_joiners)

    fill(hub, 1, first=10)

    done = ended(hub, mailing)
    assert (done.status, counted(done)) == ("finished", {"sent": count})
    assert len(emulator.accepted()) == count
