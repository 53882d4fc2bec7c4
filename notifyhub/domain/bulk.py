"""What can be done to many deliveries at once."""

from __future__ import annotations

from enum import StrEnum

from notifyhub.domain.states import Status


class Bulk(StrEnum):
    """An action on the deliveries that somebody has selected."""

    CANCEL = "cancel"
    RETRY = "retry"
    RESCHEDULE = "reschedule"

    @property
    def concerns(self) -> tuple[Status, ...]:
        """What it looks at, of all that matches a filter. What is being sent is too late: it is left alone."""
        return (Status.FAILED,) if self is Bulk.RETRY else (Status.SCHEDULED, Status.SENDING)

    @property
    def done(self) -> str:
        """What was done, as the audit says it."""
        return {Bulk.CANCEL: "cancelled", Bulk.RETRY: "retried", Bulk.RESCHEDULE: "rescheduled"}[self]
