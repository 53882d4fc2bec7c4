"""What becomes of a mail: faults decide for each recipient, and the journal gets an entry for each."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass

from notifyhub.emulator.email.answers import WRONG_PASSWORD, Place, Reply, reply_to
from notifyhub.emulator.email.mails import Mail, read_mail
from notifyhub.emulator.faults import Faults, Plan, magic
from notifyhub.emulator.journal.inboxes import inbox_of
from notifyhub.emulator.journal.journal import Journal
from notifyhub.emulator.journal.records import BODY_KEPT, Record, new_record
from notifyhub.emulator.shared.wire import Answer, Tokens

CHANNEL = "email"
MOST_RECIPIENTS = 100
# Longer mails are read in another thread: that may take as long as many short ones.
READ_AT_ONCE = 65_536
PLAIN = b"text/plain; charset=utf-8"
# Faults with which nothing is accepted, and what is said; status None: nothing that is an answer.
INSTEAD: dict[str | None, tuple[int | None, bytes]] = {
    "hang": (None, b""),
    "reset": (None, b""),
    "garbage": (None, b"<html><head><title>Welcome to nginx!</title></head></html>"),
    # A code that belongs elsewhere. Any of 2xx would mean that the mail was accepted.
    "wrong_json": (354, b'354 {"answer":42}'),
}


@dataclass(frozen=True, slots=True)
class Addressee:
    """One recipient of a mail. `refusal`: the answer to the RCPT command, if that is where it is refused."""

    address: str
    token: str
    plan: Plan

    @property
    def refusal(self) -> Reply | None:
        reply = None if self.plan.refusal is None else reply_to(self.plan.refusal)
        return reply if reply and reply.place is Place.RECIPIENT else None


class Mailroom:
    """Takes mails for everybody. `hang_s`: how long a client without an answer is kept."""

    def __init__(self, journal: Journal, faults: Faults, hang_s: float) -> None:
        self.hang_s = hang_s
        self._journal = journal
        self._faults = faults
        self._ids = Tokens()
        self._noted: set[asyncio.Future[Answer]] = set()

    def meet(self, address: str, token: str) -> Addressee:
        """What is to happen to a mail for this recipient; `token` is the password of the login."""
        lower = address.lower()
        return Addressee(lower, token, self._faults.plan(CHANNEL, lower, token))

    def refuses(self, name: str, password: str) -> bool:
        """Is the login refused? By the name of a magic recipient, or by a rule for all recipients."""
        story = magic.STORIES.get((CHANNEL, name.lower()))
        magical = story is not None and story.name == "token_revoked" and self._faults.magic
        refused = magical or self._faults.locks_out(CHANNEL, password)
        if refused:
            record = self._record(Addressee("", password, Plan()), f"AUTH {name}", _refused(WRONG_PASSWORD))
            record.fault = "token_revoked"
            # aiosmtpd asks without waiting.
            writing = asyncio.ensure_future(self._journal.record(record))
            self._noted.add(writing)
            writing.add_done_callback(self._noted.discard)
        return refused

    async def turn_away(self, addressee: Addressee, sender: str) -> None:
        """Write down a recipient that is refused before the mail is there."""
        assert addressee.refusal is not None
        envelope = _envelope(sender, addressee.address)
        await self._journal.record(self._record(addressee, envelope, _refused(addressee.refusal), sender))

    async def take(self, addressees: list[Addressee], sender: str, content: bytes) -> tuple[Plan, bytes]:
        """Write a mail down for all of its recipients. Returns the line to say and the plan for how to say it.

        There is one answer for all of them: the first of them with a fault decides about it.
        """
        mail = await _read(content)
        plan = next((one.plan for one in addressees if one.plan.name), addressees[0].plan)
        answer = self._answer(plan)
        raw = content[:BODY_KEPT].decode("utf-8", "replace")
        records = []
        for number, one in enumerate(addressees):
            record = self._record(one, _envelope(sender, one.address), answer, sender, mail)
            record.fault = plan.name
            record.request_body = raw if number == 0 else "(as with the first recipient)"
            records.append(record)
        await asyncio.gather(*(self._journal.record(record) for record in records))
        return plan, answer.body

    def _answer(self, plan: Plan) -> Answer:
        if plan.refusal is not None:
            return _refused(reply_to(plan.refusal))
        if plan.word in INSTEAD:
            status, line = INSTEAD[plan.word]
            return Answer(status=status, body=line, content_type=PLAIN)
        queued = f"{self._ids.next():x}"
        line = f"250 2.0.0 OK: queued as {queued}".encode()
        return Answer(status=250, body=line, accepted=True, messenger_id=queued, content_type=PLAIN)

    def _record(
        self, addressee: Addressee, request: str, answer: Answer, sender: str = "", mail: Mail | None = None
    ) -> Record:
        subject, text, html = map(_storable, mail or Mail())
        return new_record(
            CHANNEL,
            _storable(addressee.address),
            text,
            fault=addressee.plan.name,
            request=_storable(request),
            request_body="",
            answer=answer,
            inbox=inbox_of(addressee.token),
            account=_storable(sender),
            subject=subject,
            html=html,
        )


async def _read(content: bytes) -> Mail:
    return read_mail(content) if len(content) < READ_AT_ONCE else await asyncio.to_thread(read_mail, content)


def _storable(text: str) -> str:
    """Without surrogates, which stand for bytes that are no UTF-8, and which no database takes."""
    return text.encode("utf-8", "replace").decode()


def _envelope(sender: str, address: str) -> str:
    return f"MAIL FROM:<{sender}> RCPT TO:<{address}>"


def _refused(reply: Reply) -> Answer:
    return Answer(status=reply.code or None, body=reply.line.encode(), content_type=PLAIN)
