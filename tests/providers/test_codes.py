"""What was kept of an attempt still tells what its code meant."""

from __future__ import annotations

import json
from types import ModuleType

import pytest

from notifyhub.domain.outcome import Misconfigured, PermanentFailure, TemporaryFailure
from notifyhub.domain.reasons import REASONS
from notifyhub.providers import meaning, telegram, viber, whatsapp
from notifyhub.providers.codes import recall
from notifyhub.providers.meaning import Meaning
from tests.providers.provider_cases import CASES, Case, read

STATUSES = [(status, "") for status in (301, 400, 401, 403, 404, 408, 413, 429, 500, 503)]


def rows(module: ModuleType) -> list[Meaning]:
    table = module._TABLE
    return [row[2] for row in table] if isinstance(table, tuple) else list(table.values())


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_the_reason_is_the_one_that_it_was_judged_by(case: Case) -> None:
    answers = [case.limited, case.refused, case.misconfigured, *STATUSES]
    answers += [(400, {"error": {"code": code}}) for code in whatsapp._TABLE] if case.name == "whatsapp" else []
    answers += [(200, {"status": code}) for code in (*viber._TABLE, 25)] if case.name == "viber" else []
    answers += (
        [(code, {"ok": False, "description": part}) for code, part, _ in telegram._TABLE]
        if case.name == "telegram"
        else [(200, {"code": 5})]
        if case.name == "gateway"
        else []
    )
    for status, body in answers:
        outcome = read(case, status, json.dumps(body).encode())
        assert isinstance(outcome, PermanentFailure | TemporaryFailure | Misconfigured), (status, body)
        reason = "configuration" if isinstance(outcome, Misconfigured) else outcome.reason

        recalled = recall(case.name, outcome.code, outcome.detail, permanent=isinstance(outcome, PermanentFailure))

        assert recalled is not None, (status, body)
        assert recalled.reason == reason, (status, body)


@pytest.mark.parametrize("code", ["timeout", "", "not_connected", "9" * 50, "\u0664", "2e2"])
def test_a_code_that_is_no_messengers_means_nothing(code: str) -> None:
    assert recall("telegram", code, "", permanent=False) is None


def test_a_channel_of_ones_own_has_no_table() -> None:
    assert recall("pigeon", "400", "", permanent=True) is None


def test_a_table_that_contradicts_what_was_made_of_it_is_not_believed() -> None:
    assert recall("telegram", "400", "", permanent=False) is None


@pytest.mark.parametrize("module", [telegram, viber, whatsapp])
def test_every_reason_has_words(module: ModuleType) -> None:
    shared = (meaning.configuration("$TOKEN"), meaning.MESSENGER_ERROR, meaning.RATE_LIMITED, meaning.BAD_REQUEST)

    assert {row.reason for row in (*rows(module), *shared)} <= REASONS.keys()
    assert {"refused", "unreachable"} <= REASONS.keys()
