"""Broadcasts: each receiver has its own fate and its own entry."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace

from notifyhub.emulator.faults import Plan
from notifyhub.emulator.journal.records import Record, new_record
from notifyhub.emulator.shared.wire import Arrival, Copy, Fate


def fates_of(arrival: Arrival, plan: Callable[[str], Plan]) -> Mapping[str, Fate]:
    """The faults of single receivers; faults of the connection, such as a hang, are not for single receivers."""
    plans = {address: plan(address) for address in arrival.receivers}
    return {address: Fate(one.refusal, one.receipts) for address, one in plans.items() if one.refusal or one.receipts}


def copies_of(record: Record) -> list[Record]:
    """An entry for each receiver; the first has the raw body, which may be long, and the others refer to it."""
    return [_copy(record, copy, index) for index, copy in enumerate(record.answer.copies)]


def _copy(record: Record, copy: Copy, index: int) -> Record:
    return new_record(
        record.channel,
        copy.address,
        copy.text,
        fault=record.fault,
        request=record.request,
        request_body=record.request_body if index == 0 else "(as with the first receiver)",
        answer=replace(record.answer, accepted=copy.code == 0, code=copy.code, copies=()),
        inbox=record.inbox,
        account=record.account,
    )
