"""A message has no status of its own: it is summed up from its deliveries."""

from __future__ import annotations

from collections.abc import Mapping

from notifyhub.domain.states import Status

DUPLICATE = "duplicate"
PARTLY_SENT = "partly_sent"

REACHED = (Status.SENT, Status.DELIVERED, Status.READ)
ENDED_WITHOUT = (Status.FAILED, Status.EXPIRED, Status.CANCELLED)


def results(counts: Mapping[str, int]) -> dict[str, int]:
    """Deliveries counted by status, with one result for each chain: without the steps that gave way."""
    return {status: number for status, number in counts.items() if status != Status.SUPERSEDED}


def summarise(counts: Mapping[str, int]) -> str:
    """One word for deliveries counted by status.

    What is still moving comes first, then what a person must look at, then how it ended: `partly_sent` when some
    reached the messenger and others never will, and `duplicate` when nothing was left to be sent. Steps of chains that
    gave way are passed over: the step that they gave way to tells how the chain goes on.
    """
    present = [status for status in Status if counts.get(status) and status is not Status.SUPERSEDED]
    if not present:
        return DUPLICATE
    if Status.SENDING in present:
        return Status.SENDING
    if Status.SCHEDULED in present:
        return Status.SCHEDULED if len(present) == 1 else Status.SENDING
    if Status.UNCONFIRMED in present:
        return Status.UNCONFIRMED
    reached = [status for status in REACHED if status in present]
    without = [status for status in ENDED_WITHOUT if status in present]
    if reached and without:
        return PARTLY_SENT
    return (reached or without)[0]
