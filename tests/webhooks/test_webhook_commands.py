"""webhook …, events: as people and scripts use them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from notifyhub import Hub
from tests.cli.conftest import Run, in_this_tree, run
from tests.conftest import HubMaker
from tests.emulator.receiver import Receiver
from tests.webhooks.conftest import HERE, eventually, sent, verified

__all__ = ["in_this_tree", "run"]
ALLOWED = {"webhook_private_addresses": "127.0.0.0/8", "webhook_allow_http": "true"}


@pytest.fixture
def hub(make_hub: HubMaker) -> Hub:
    """A hub that delivers, in the folder where `run` runs."""
    return make_hub(data_dir=Path("notifyhub-data").resolve(), webhook=HERE)


def test_a_webhook_is_made_tested_and_looked_at(run: Run, hub: Hub, receiver: Receiver) -> None:
    created = run("webhook", "create", receiver.url, "--event", "delivery.*", **ALLOWED)
    tested = run("webhook", "test", "1")

    name, secret = created.out.splitlines()
    assert name == "webhook 1"
    assert verified(receiver.next(), secret)["type"] == "webhook.tested"
    assert (tested.code, "webhook.tested" in tested.out, "200" in tested.out) == (0, True, True)
    listed = run("webhook", "list")
    assert (receiver.url in listed.out, secret in listed.out) == (True, False)
    assert json.loads(run("webhook", "posts", "1", "--json").out)[0]["state"] == "posted"


def test_a_webhook_is_changed_replayed_and_deleted(run: Run, hub: Hub, receiver: Receiver) -> None:
    webhook = hub.webhooks.create(receiver.url, ["delivery.sent"])
    sent(hub)
    receiver.next()
    eventually(lambda: hub.webhooks.posts(webhook.id, state="posted") != [])

    replayed = run("webhook", "replay", "1", "--since", "2020-01-01T00:00Z")
    changed = run("webhook", "update", "1", "--disable", "--json")
    deleted = run("webhook", "delete", "1")

    assert replayed.out == "1 events are posted to webhook 1 once more\n"
    assert changed.json["disabled_reason"] == "operator"
    assert deleted.out.startswith("deleted webhook 1; ")


def test_a_test_that_nobody_posts_ends_with_what_to_do(run: Run, make_hub: HubMaker, receiver: Receiver) -> None:
    hub = make_hub(data_dir=Path("notifyhub-data").resolve(), worker=False, webhook=HERE)
    hub.webhooks.create(receiver.url)

    ended = run("webhook", "test", "1", "--wait", "0")

    assert (ended.code, "is `notifyhub serve` or `worker` running?" in ended.complaint) == (5, True)


def test_a_private_address_is_refused_in_one_line(run: Run) -> None:
    ended = run("webhook", "create", "https://10.0.0.1/")

    assert ended.code == 2
    assert ended.complaint.startswith("URL: 10.0.0.1 is not a public address; if it may be called, add its network to")


def test_events_are_shown_as_lines_and_as_json(run: Run, hub: Hub) -> None:
    hub.reachability.suppress("telegram", "1067000")
    delivery = sent(hub)

    shown = run("events", "--type", "delivery.*")
    as_json = run("events", "--json")

    assert f"delivery.failed  delivery_id={delivery.id} " in shown.out
    assert json.loads(as_json.out)["data"]["reason"] == "opted_out"
    assert run("events", "--after", json.loads(as_json.out)["id"]).out == ""
