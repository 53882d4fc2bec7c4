"""docs/api.md says what the service answers today; and who does what over the API is in the audit."""

from __future__ import annotations

import pytest

from notifyhub_api.app import OPERATIONS
from tests.api_reference import TARGET, Teller, played, reference
from tests.api_stories import STORIES

WITHOUT_A_LINE = {
    "messages_create": "sends: what is sent is in the lists of messages",
    "messages_create_many": "sends",
    "mailings_test": "sends",
    "webhooks_test": "sends",
    "dialects_sendmsg": "sends",
    "dialects_post": "sends",
    "mailings_retry_failed": "changes nothing here: nothing failed",
    "mailings_preview": "changes nothing",
    "templates_preview": "changes nothing",
    "deliveries_status": "changes nothing",
    "clients_count": "changes nothing",
    "stats_repair": "changes nothing here: the counters are right",
    "receipts_telegram": "is told by a messenger",
    "receipts_viber": "is told by a messenger",
    "receipts_whatsapp": "is told by a messenger",
}

AT_TIMES = {"webhooks_replay", "webhooks_retry"}
"""If there is anything to post again; `tests/audit` sees to it that there is."""


@pytest.fixture(scope="module")
def teller() -> Teller:
    return played()


def test_every_operation_has_a_story() -> None:
    assert {operation.id for operation in OPERATIONS} == {step.operation for step in STORIES}


def test_the_reference_holds_the_answers_of_today(teller: Teller) -> None:
    """`make docs` writes it anew."""
    assert TARGET.read_text(encoding="utf-8") == reference(teller)


def test_every_operation_that_changes_something_has_a_line_in_the_audit(teller: Teller) -> None:
    changing = {operation.id for operation in OPERATIONS if operation.method != "GET"}

    assert changing - teller.audited - AT_TIMES == set(WITHOUT_A_LINE)
