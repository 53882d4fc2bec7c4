"""What a mailing with a template says to those who test it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from notifyhub.domain.templates import Words
from notifyhub.errors import Fault, InvalidRequest
from notifyhub.flow.mailing_words import MailingWords, words_of
from notifyhub.flow.preview import BEFORE_THE_FIRST
from notifyhub.flow.wording import NotWorded, as_fault
from notifyhub.store import audience_words, expansion, mailings
from notifyhub.store.database import Database
from notifyhub.store.expansion import Member

NOBODY = "its template needs a client, and nobody is in its audience yet: name one in `clients`"


class Tester(NamedTuple):
    """Somebody who tests a mailing.

    place      the JSON path of the entry in the request
    client_id  None: not in the directory; they see what the first client of the audience gets
    addresses  the (channel, address) pairs that it goes to
    """

    place: str
    client_id: int | None
    addresses: Sequence[tuple[str, str]]


def test_words(
    database: Database, mailing_id: int, testers: Sequence[Tester], now: int
) -> dict[tuple[str, str], Words]:
    """What they get, by channel and address; `now` in epoch ms. Blocks. Raises InvalidRequest, StoreUnavailable."""
    row = database.read(lambda store: mailings.find(store, mailing_id)).result() or {}
    words = words_of(database, row)
    found: dict[tuple[str, str], Words] = {}
    faults: list[Fault] = []
    if words is None:
        return found
    example = None
    if any(tester.client_id is None for tester in testers):
        columns = {**row, **BEFORE_THE_FIRST, "late_joiners": 0}
        example = next(iter(database.read(expansion.members(columns, 1, now)).result()), None)
    for tester in testers:
        member = example if tester.client_id is None else _member(database, tester.client_id)
        if member is None:
            faults.append(Fault(tester.place, "no_client", NOBODY))
            continue
        try:
            found |= _said(database, words, member, tester.addresses)
        except NotWorded as error:
            faults.append(Fault(tester.place, error.reason, as_fault(error).message))
    if faults:
        raise InvalidRequest(faults)
    return found


def _member(database: Database, id_: int) -> Member | None:
    return database.read(audience_words.member(id_)).result()


def _said(
    database: Database, words: MailingWords, member: Member, addresses: Sequence[tuple[str, str]]
) -> dict[tuple[str, str], Words]:
    say = words.to(member, words.tags(database, [member]).get(member.id, ()))
    found = {}
    for channel, address in addresses:
        said = say(channel)
        found[channel, address] = Words(said.text, said.options)
    return found
