"""A cancelled delivery has the reason of its end, or none: never that of the attempt before."""

from __future__ import annotations

import time
from collections.abc import Callable

import pytest

from notifyhub import Hub, answers
from notifyhub.hub import core_of
from tests.conftest import HubMaker
from tests.emulated import RunningEmulator
from tests.mailings.conftest import counted, ended, fill
from tests.mailings.counters import counters_of, rows_of
from tests.processes import PATIENCE_S

HOUR = {"retry_base_s": 3600.0, "retry_cap_s": 3600.0}


@pytest.fixture
def patient(make_hub: HubMaker, database_url: str) -> Hub:
    """A hub whose second attempt is an hour away."""
    return make_hub(database_url=database_url, telegram=HOUR)


def retrying(hub: Hub) -> answers.Delivery:
    """The only delivery, when it waits for its second attempt."""
    ends = time.monotonic() + PATIENCE_S
    while not (found := hub.deliveries(status="scheduled")) or found[0].reason is None:
        assert time.monotonic() < ends, found
        time.sleep(0.01)
    return found[0]


def by_hand(hub: Hub, delivery: answers.Delivery) -> None:
    hub.cancel_deliveries([delivery.id or 0])


def with_the_mailing(hub: Hub, delivery: answers.Delivery) -> None:
    hub.mailings.cancel(delivery.mailing_id or 0)


def with_the_client(hub: Hub, delivery: answers.Delivery) -> None:
    hub.clients.delete(delivery.client_id or 0)


def by_the_client(hub: Hub, delivery: answers.Delivery) -> None:
    hub.clients.update(delivery.client_id or 0, opted_out=True)


@pytest.mark.parametrize(
    ("cancel", "reason"),
    [
        (by_hand, None),
        (with_the_mailing, "mailing_cancelled"),
        (with_the_client, "client_deleted"),
        (by_the_client, "opted_out"),
    ],
)
def test_a_cancelled_delivery_of_a_mailing_says_why_it_was_cancelled_and_is_counted_so(
    patient: Hub, emulator: RunningEmulator, cancel: Callable[[Hub, answers.Delivery], None], reason: str | None
) -> None:
    emulator.faults(failure_rate=1, failure="500")
    fill(patient, 1)
    patient.mailings.create("Sale", "Hello", ["telegram"])
    delivery = retrying(patient)

    cancel(patient, delivery)

    mailing = ended(patient, patient.mailings.get(delivery.mailing_id or 0))
    assert counted(mailing) == {"cancelled": 1}
    assert patient.delivery(delivery.id or 0).reason == reason
    assert patient.mailings.stats(mailing.id).by_reason == ({} if reason is None else {reason: 1})
    assert counters_of(core_of(patient)) == rows_of(core_of(patient))


def test_a_cancelled_message_leaves_no_reason_of_a_retry_behind(patient: Hub, emulator: RunningEmulator) -> None:
    emulator.faults(failure_rate=1, failure="500")
    message = patient.send("Hello", to={"telegram": "1"})
    retrying(patient)

    patient.cancel(message.id)

    (cancelled,) = patient.deliveries()
    assert (cancelled.status, cancelled.reason) == ("cancelled", None)
    (story,) = patient.why(cancelled.id or 0)
    assert story.events[-1].words == "Cancelled before it was sent."
