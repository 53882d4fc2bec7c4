"""Whose limit a refusal is about, if the messenger does not say."""

from __future__ import annotations

from notifyhub.domain.outcome import TOO_FAST, Scope, TemporaryFailure
from notifyhub.domain.rates import Rate
from notifyhub.flow.pacing.blame import Blame
from notifyhub.flow.pacing.limits import Limits, SenderLimits
from notifyhub.store.claimed import Claimed
from tests.limits.conftest import claimed

TELEGRAM = Limits({"": SenderLimits(Rate(30, 1), Rate(1, 1), Rate(17, 60))}, lambda address: address[0] == "-")
UNKNOWN = Limits({"": SenderLimits(Rate(30, 1))}, lambda address: False)
S = 1_000.0


def row(address: str) -> Claimed:
    return claimed(address=address)


def refusal(scope: Scope = "") -> TemporaryFailure:
    return TemporaryFailure(TOO_FAST, "429", retry_after_s=3.0, scope=scope)


def test_what_the_messenger_says_is_believed() -> None:
    blame = Blame(TELEGRAM)

    assert blame.is_of_address(row("5"), refusal("address"), 0.0)
    assert not blame.is_of_address(row("5"), refusal("sender"), 0.0)


def test_somebody_who_was_not_written_to_before_has_no_limit_to_exceed() -> None:
    blame = Blame(TELEGRAM)
    blame.granted([row("5")], 0.0)

    assert not blame.is_of_address(row("5"), refusal(), 10.0)


def test_somebody_who_was_just_written_to_may_have_exceeded_theirs() -> None:
    blame = Blame(TELEGRAM)
    blame.granted([row("5")], 0.0)
    blame.granted([row("5")], 1.1 * S)

    assert blame.is_of_address(row("5"), refusal(), 1.1 * S + 10)


def test_a_second_recipient_that_is_refused_meanwhile_means_the_account() -> None:
    blame = Blame(TELEGRAM)
    for moment in (0.0, 1.1 * S):
        blame.granted([row("5"), row("6")], moment)

    assert blame.is_of_address(row("5"), refusal(), 1.2 * S)
    assert not blame.is_of_address(row("6"), refusal(), 1.3 * S)


def test_a_group_is_remembered_for_longer_than_a_person() -> None:
    blame = Blame(TELEGRAM)
    for address in ("5", "-100"):
        blame.granted([row(address)], 0.0)
        blame.granted([row(address)], 40 * S)

    assert blame.is_of_address(row("-100"), refusal(), 40 * S)
    assert not blame.is_of_address(row("5"), refusal(), 40 * S)


def test_where_recipients_have_no_limit_it_is_the_accounts() -> None:
    blame = Blame(UNKNOWN)
    blame.granted([row("5")], 0.0)
    blame.granted([row("5")], 10.0)

    assert not blame.is_of_address(row("5"), refusal(), 20.0)
