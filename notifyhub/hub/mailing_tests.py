"""A mailing shown to a few people first: an ordinary message with its text, which is no part of the mailing."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any

from notifyhub import answers
from notifyhub.clock import now_ms, to_datetime
from notifyhub.domain.clients import choose
from notifyhub.domain.mailings import LIVE, NOT_STARTED
from notifyhub.errors import Conflict, Fault, InvalidRequest, NotFound
from notifyhub.hub.mailing_test_words import Tester, test_words
from notifyhub.hub.sending import Sending
from notifyhub.requests import addresses
from notifyhub.requests.mailing_tests import mailing_test_request
from notifyhub.store import clients
from notifyhub.verbs import result_of
from notifyhub.verbs.two_ways import off_the_loop

TEST_OF = "test_of_mailing"
"""The member of a test's metadata with the id of its mailing."""

_SENT_TO = re.compile(r"\$\.recipients\[([0-9]+)\]")


@dataclass(frozen=True, slots=True)
class _Person:
    """place  the JSON path of the entry in the request
    client_id  None: they are not in the directory
    """

    place: str
    addresses: Mapping[str, str]
    client_id: int | None = None


async def send_test(hub: Sending, mailing: answers.Mailing, asked: bytes | Mapping[str, Any]) -> answers.Message:
    """Send the text of a mailing to those who are asked for. Raises InvalidRequest, and Conflict if it has ended."""
    if mailing.status not in NOT_STARTED | LIVE:
        raise Conflict(f"mailing {mailing.id} is {mailing.status}: it can be tested before it ends")
    people = _once_each(await _people(hub, mailing, asked))
    if mailing.template is not None:
        return await _send_filled(hub, mailing, people)
    with _named_as_asked(people):
        return await hub.send_as(_message(mailing, mailing.text, people))


async def _send_filled(hub: Sending, mailing: answers.Mailing, people: Sequence[_Person]) -> answers.Message:
    now = now_ms()
    testers = [Tester(person.place, person.client_id, [*person.addresses.items()]) for person in people]
    words = await off_the_loop(lambda: test_words(hub.database, mailing.id, testers, now))
    first = next(iter(words.values())).text
    with _named_as_asked(people):
        request = hub.checked(_message(mailing, first, people), now)
    named = request.model_copy(update={"template": mailing.template, "language": mailing.language})
    clients = {place: tester.client_id for tester in testers if tester.client_id for place in tester.addresses}
    return await result_of(hub.submit(named.saying(words, first, mailing.template_version or 0, clients)))


def _message(mailing: answers.Mailing, text: str, people: Sequence[_Person]) -> dict[str, Any]:
    return {
        "text": text,
        "recipients": [person.addresses for person in people],
        "options": mailing.options,
        "max_attempts": mailing.max_attempts,
        "on_unconfirmed": mailing.on_unconfirmed,
        # Somebody waits for it.
        "priority": "urgent",
        # It may be repeated, and must not keep the mailing from reaching the same people.
        "deduplicate": "off",
        "metadata": {TEST_OF: mailing.id},
    }


async def _people(hub: Sending, mailing: answers.Mailing, asked: bytes | Mapping[str, Any]) -> list[_Person]:
    """Everybody who is asked for, with the addresses on which the mailing would reach them. Raises InvalidRequest."""
    settings = hub.settings
    request = mailing_test_request(
        asked,
        now=to_datetime(now_ms()),
        only_addresses=settings.only_addresses(),
        region=settings.default_region,
    )
    found = [await _client(hub, mailing, f"$.clients[{i}]", id_) for i, id_ in enumerate(request.clients)]
    found += [
        _recipient(mailing, f"$.recipients[{i}]", dict(addresses(one))) for i, one in enumerate(request.recipients)
    ]
    if faults := [one for one in found if isinstance(one, Fault)]:
        raise InvalidRequest(faults)
    return [one for one in found if isinstance(one, _Person)]


async def _client(hub: Sending, mailing: answers.Mailing, place: str, id_: int) -> _Person | Fault:
    try:
        client = await hub.asked(clients.one(id_))
    except NotFound as error:
        return Fault(place, "unknown_client", str(error))
    first, names = mailing.reach == "first", _names(mailing)
    if chosen := choose(_channels(mailing), client.phone, client.addresses, client.opted_out, first=first):
        return _Person(place, dict(chosen), id_)
    if choose(_channels(mailing), client.phone, client.addresses, (), first=True):
        return Fault(place, "opted_out", f"client {id_} opted out of {names}")
    return Fault(place, "no_address", f"client {id_} has no address on {names}")


def _recipient(mailing: answers.Mailing, place: str, known: Mapping[str, str]) -> _Person | Fault:
    chosen = [channel for channel in _channels(mailing) if channel in known]
    if not chosen:
        return Fault(place, "no_address", f"has no address on {_names(mailing)}")
    wanted = chosen[:1] if mailing.reach == "first" else chosen
    return _Person(place, {channel: known[channel] for channel in wanted})


def _names(mailing: answers.Mailing) -> str:
    return " or ".join(_channels(mailing))


def _channels(mailing: answers.Mailing) -> Sequence[str]:
    return mailing.channels.first_of if isinstance(mailing.channels, answers.Chain) else mailing.channels


def _once_each(people: Sequence[_Person]) -> list[_Person]:
    """The same people, without addresses that came before."""
    seen: set[tuple[str, str]] = set()
    fresh: list[_Person] = []
    for person in people:
        own = {channel: address for channel, address in person.addresses.items() if (channel, address) not in seen}
        seen.update(own.items())
        if own:
            fresh.append(replace(person, addresses=own))
    return fresh


@contextmanager
def _named_as_asked(people: Sequence[_Person]) -> Iterator[None]:
    """Let faults name the entries of the request instead of the recipients of the message."""
    try:
        yield
    except InvalidRequest as error:
        paths = [_SENT_TO.sub(lambda at: people[int(at[1])].place, fault.path) for fault in error.faults]
        faults = [replace(fault, path=path) for fault, path in zip(error.faults, paths, strict=True)]
        raise InvalidRequest(faults) from error
