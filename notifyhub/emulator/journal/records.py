"""Records of sends for the journal."""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass, field

from notifyhub.emulator.shared.wire import Answer

BODY_KEPT = 32_768


@dataclass(slots=True)
class Record:
    """One send and its answer, for the journal.

    `received_at` in milliseconds since 1970 UTC. Only mails have a subject, and perhaps HTML.
    """

    channel: str
    address: str
    text: str
    received_at: int
    fault: str | None
    request: str
    request_body: str
    answer: Answer
    inbox: str
    account: str
    subject: str
    html: str
    written: asyncio.Future[Answer] = field(repr=False)

    def row(self, entry_id: int) -> tuple[object, ...]:
        """This record as the ledger's columns."""
        answer = self.answer
        outcome = (answer.accepted, answer.status, answer.code, answer.messenger_id, answer.repeat)
        sender = (self.inbox, self.account, self.subject)
        raw = (self.request, self.request_body[:BODY_KEPT], answer.body.decode("utf-8", "replace"), self.html)
        what = (self.channel, self.address, self.text, self.received_at)
        return (entry_id, *what, *outcome, self.fault, *sender, *raw)


def new_record(
    channel: str,
    address: str,
    text: str,
    *,
    fault: str | None,
    request: str,
    request_body: str,
    answer: Answer,
    inbox: str = "",
    account: str = "",
    subject: str = "",
    html: str = "",
) -> Record:
    """The record of a send that arrived now, in the running event loop."""
    written = asyncio.get_running_loop().create_future()
    received_at = time.time_ns() // 1_000_000
    return Record(
        channel,
        address,
        text,
        received_at,
        fault,
        request,
        request_body,
        answer,
        inbox,
        account,
        subject,
        html,
        written,
    )
