"""Lines of the audit: whose they are, how they are found, and how long they stay."""

from __future__ import annotations

import asyncio
import io
import os
import pwd
from typing import Any

import pytest
from typer.testing import CliRunner

from notifyhub import Hub, InvalidRequest, StoreUnavailable
from notifyhub.client import Client
from notifyhub.clock import now_ms
from notifyhub.flow import sweep
from notifyhub.hub import core_of
from notifyhub.store.rows import run
from notifyhub_cli.main import app
from tests.api.conftest import Api
from tests.cli.conftest import Run
from tests.conftest import HubMaker
from tests.mailings.conftest import until


@pytest.fixture
def hub(make_hub: HubMaker, database_url: str) -> Hub:
    return make_hub(worker=False, database_url=database_url)


def on_the_store(hub: Hub, sql: str) -> Any:
    return core_of(hub).database.write(lambda db, items: [run(db, sql).rowcount], None).result()


def test_a_change_over_the_api_names_the_key_and_the_request(api: Api) -> None:
    created = api.post("/api/v1/clients", {"phone": "79031234567"}, X_Request_ID="order-17").json

    (line,) = api.get("/api/v1/audit?action=client.created").json["items"]

    assert (line["face"], line["who"], line["key_id"]) == ("rest", "tests", 1)
    assert (line["about"], line["request_id"]) == ({"kind": "client", "id": str(created["id"])}, "order-17")


def test_a_program_may_name_the_person(hub: Hub) -> None:
    hub.keys.create("before")
    with hub.acting_as("Anna"):
        hub.keys.create("shop")
    hub.keys.create("after")

    assert [line.who for line in hub.audit.list()] == [None, "Anna", None]
    assert hub.audit.list(who="Anna")[0].face == "python"


async def _by(hub: Hub, name: str) -> None:
    with hub.acting_as(name):
        await asyncio.sleep(0)
        await hub.keys.acreate(name)


def test_tasks_that_run_side_by_side_each_have_their_own_person(hub: Hub) -> None:
    async def side_by_side() -> None:
        await asyncio.gather(*(_by(hub, name) for name in ("Anna", "Boris", "Vera")))

    asyncio.run(side_by_side())

    keys = {str(key.id): key.name for key in hub.keys.list()}
    assert all(line.who == keys[str(line.about.id)] for line in hub.audit.list())


def test_a_command_names_the_account_on_the_machine(run: Run) -> None:
    run("key", "create", "--name", "shop", "--scope", "send")

    (line,) = run("audit", "--json").json

    assert (line["face"], line["who"]) == ("cli", pwd.getpwuid(os.getuid()).pw_name)
    assert line["request_id"].startswith("cli-")
    shown = run("audit", "--about", "key:1", "--limit", "1").out
    assert "key.created" in shown
    assert "scopes send" in shown


def test_a_command_run_inside_a_program_does_not_speak_for_it_afterwards(hub: Hub) -> None:
    assert CliRunner().invoke(app, ["key", "list"]).exit_code == 0

    hub.keys.create("shop")

    assert hub.audit.list()[0].face == "python"


def test_no_line_names_a_phone_an_address_or_a_text(hub: Hub) -> None:
    client = hub.clients.create("79031234567", addresses={"telegram": "1067000"}, attributes={"name": "Irina"})
    hub.clients.update(client.id, attributes={"name": "Olga"}, addresses={"viber": "abcdefgh="})
    hub.reachability.suppress("telegram", 1067000)
    hub.reachability.clear("telegram", 1067000)
    hub.templates.set("code", "Secret words")
    message = hub.send("Private", to={"telegram": "1067000"}, at="2126-12-01T10:00:00Z")
    hub.change(message.id, text="Other private")

    told = " ".join(line.model_dump_json() for line in hub.audit.list())

    assert len(hub.audit.list()) == 6
    assert not [word for word in ("79031234567", "1067000", "Irina", "Olga", "ecret", "rivate") if word in told]


def test_a_change_whose_line_cannot_be_stored_is_not_made(hub: Hub) -> None:
    on_the_store(hub, "ALTER TABLE audit RENAME TO lost")

    with pytest.raises(StoreUnavailable):
        hub.clients.create("79031234567")

    assert hub.clients.list() == []


def test_what_was_refused_has_no_line(api: Api) -> None:
    assert api.post("/api/v1/keys/99/revoke").status == 404
    assert api.post("/api/v1/mailings/99/pause").status == 404

    assert [line.action for line in api.hub.audit.list()] == ["key.created"]


def test_an_import_says_how_many_clients_it_brought(hub: Hub) -> None:
    hub.clients.import_(io.BytesIO(b"phone\n79051112233\n79051112234\n"))
    hub.close()  # its end is written later

    assert hub.audit.list()[0].changed == {"added": 2, "updated": 0, "failed": 0}


def test_an_import_that_broke_off_has_its_line(hub: Hub) -> None:
    def cut(_: int) -> None:
        raise OSError("the connection was cut")

    rows = b"".join(b"7905%07d\n" % number for number in range(2_001))
    with pytest.raises(OSError, match="was cut"):
        hub.clients.import_(io.BytesIO(b"phone\n" + rows), progress=cut)

    assert hub.audit.list()[0].changed == {"complete": False}


def test_lines_are_found_by_what_they_are_about(hub: Hub) -> None:
    first, second = hub.keys.create("one"), hub.keys.create("two")
    hub.keys.revoke(second.id)

    assert [line.action for line in hub.audit.list(about=f"key:{second.id}")] == ["key.revoked", "key.created"]
    assert [line.about.id for line in hub.audit.list(about="key", action="key.revoked")] == [str(second.id)]
    assert len(hub.audit.list(action=["key.created", "key.revoked"])) == 3
    assert hub.audit.list(before=hub.audit.list(about=f"key:{first.id}")[0]) == []


def test_lines_are_found_by_their_time(hub: Hub) -> None:
    hub.keys.create("one")
    moment = hub.audit.list()[0].created_at

    assert len(hub.audit.list(created_from=moment)) == 1
    assert hub.audit.list(created_to=moment) == []


@pytest.mark.parametrize("wrong", [{"action": "key.eaten"}, {"about": "cow:1"}, {"about": "key:"}, {"who": ""}])
def test_a_filter_that_cannot_be_right_is_refused(hub: Hub, wrong: dict[str, str]) -> None:
    with pytest.raises(InvalidRequest, match=next(iter(wrong))):
        hub.audit.list(**wrong)


def test_pages_of_the_api_follow_each_other(api: Api) -> None:
    for number in range(4):
        api.hub.keys.create(f"key {number}")
    seen, path = [], "/api/v1/audit?limit=2"
    while path:
        page = api.get(path).json
        seen += [line["id"] for line in page["items"]]
        path = f"/api/v1/audit?limit=2&cursor={page['next']}" if "next" in page else ""

    assert seen == [5, 4, 3, 2, 1]


def test_a_client_of_the_service_reads_them_too(api: Api) -> None:
    with Client(f"http://127.0.0.1:{api.port}", api.key) as client:
        client.clients.create("79031234567")

        lines = client.audit.list(about="client")

    assert [(line.who, line.action) for line in lines] == [("tests", "client.created")]


def test_only_an_admin_may_read_the_audit(api: Api) -> None:
    reader = api.hub.keys.create("reader", ["read", "send"]).key

    assert api.get("/api/v1/audit", Authorization=f"Bearer {reader}").status == 403


def test_old_lines_are_forgotten(hub: Hub) -> None:
    for number in range(3):
        hub.keys.create(f"key {number}")
    on_the_store(hub, "UPDATE audit SET created_at = 1000 WHERE id <= 2")

    assert sweep.forget_audit(core_of(hub).database, now_ms() - 60_000) == 2
    assert len(hub.audit.list()) == 1


@pytest.mark.parametrize(("days", "left"), [(1, 0), (0, 1)])
def test_the_worker_forgets_them_after_the_days_that_are_set(make_hub: HubMaker, days: int, left: int) -> None:
    first = make_hub(worker=False)
    first.keys.create("old")
    on_the_store(first, "UPDATE audit SET created_at = 1000")
    first.close()

    hub = make_hub(audit_kept_days=days)
    # A mailing that has ended shows that the sweeps have run.
    mailing = hub.mailings.create("Sale", "Hello", ["telegram"])
    until(hub, mailing.id, lambda found: found.status == "finished")
    while len(hub.audit.list(about="key")) != left:
        pass

    assert len(hub.audit.list(about="key")) == left
