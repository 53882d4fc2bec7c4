"""kill -9 of the process that sends and posts: no event is lost, and a repeat has the same id."""

from __future__ import annotations

import pytest

from tests.cli.conftest import in_this_tree
from tests.emulator.receiver import Receiver
from tests.processes import Service
from tests.webhooks.conftest import receiver

pytestmark = pytest.mark.timeout(240)

__all__ = ["in_this_tree", "receiver"]
MESSAGES = 300
ALLOWED = {"webhook_private_addresses": "127.0.0.0/8", "webhook_allow_http": "true", "sweep_interval_s": "0.05"}


@pytest.mark.usefixtures("in_this_tree")
def test_a_killed_process_loses_no_event(tmp_path_factory: pytest.TempPathFactory, receiver: Receiver) -> None:
    folder = tmp_path_factory.mktemp("service")
    heard: dict[str, str] = {}

    def hear() -> None:
        posted = receiver.next()
        # A repeat says the same.
        assert (
            heard.setdefault(posted.headers["webhook-id"], posted.json["data"]["message_id"])
            == posted.json["data"]["message_id"]
        )

    with Service(folder, **ALLOWED) as first:
        first.ask("/api/v1/webhooks", {"url": receiver.url, "events": ["delivery.sent"]})
        texts = [{"text": f"number {n}", "recipients": [{"telegram": str(n + 1)}]} for n in range(MESSAGES)]
        results = first.ask("/api/v1/messages/batch", {"messages": texts})["results"]
        while len(heard) < 20:
            hear()
        first.kill()
    with Service(folder, **ALLOWED):
        while len(heard) < MESSAGES:
            hear()

    assert sorted(heard.values()) == sorted(one["message"]["id"] for one in results)
