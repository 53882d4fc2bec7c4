"""Counting in one process: by many threads at once, in forked children, and as text that Prometheus reads."""

from __future__ import annotations

import os
import threading

import pytest

from notifyhub.metrics.codes import class_of, reason_label
from notifyhub.metrics.counting import begin_anew, count, counted, note
from notifyhub.metrics.definitions import COMMITS, LIMIT, SEND, SENT
from notifyhub.metrics.snapshots import Snapshot
from notifyhub.metrics.text import text_of
from tests.metrics.scraping import Scrape

ODD = 'a "quoted"\\name\nof two lines'


@pytest.fixture(autouse=True)
def anew() -> None:
    begin_anew()


def test_nothing_is_lost_if_many_threads_count_the_same() -> None:
    def work() -> None:
        for _ in range(20_000):
            count(SENT, ("telegram",))
            note(COMMITS, 0.07)

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    while any(thread.is_alive() for thread in threads):
        counted()  # a scrape in the middle does no harm
    found = Scrape(text_of(counted()))

    assert found("notifyhub_deliveries_sent_total", channel="telegram") == 80_000
    assert found("notifyhub_store_commit_duration_seconds_count") == 80_000
    assert found("notifyhub_store_commit_duration_seconds_bucket", le="0.05") == 0
    assert found("notifyhub_store_commit_duration_seconds_bucket", le="0.1") == 80_000


def test_a_value_on_a_bound_belongs_to_its_bucket_and_the_largest_to_inf() -> None:
    note(SEND, 0.5, ("viber",))
    note(SEND, 99, ("viber",))

    found = Scrape(text_of(counted()))

    assert found("notifyhub_send_duration_seconds_bucket", channel="viber", le="0.25") == 0
    assert found("notifyhub_send_duration_seconds_bucket", channel="viber", le="0.5") == 1
    assert found("notifyhub_send_duration_seconds_bucket", channel="viber", le="30") == 1
    assert found("notifyhub_send_duration_seconds_bucket", channel="viber", le="+Inf") == 2
    assert found("notifyhub_send_duration_seconds_sum", channel="viber") == 99.5


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
def test_a_forked_child_begins_at_nothing() -> None:
    count(SENT, ("telegram",), 5)
    reads, writes = os.pipe()
    if os.fork() == 0:
        count(SENT, ("telegram",))
        os.write(writes, str(counted().counters[SENT.name]).encode())
        os._exit(0)
    os.wait()

    assert os.read(reads, 1000) == b"{('telegram',): 1}"


def test_labels_are_written_so_that_they_are_read_as_they_are() -> None:
    snapshot = Snapshot(gauges={LIMIT.name: {("telegram", ODD): 0.25}})

    assert Scrape(text_of(snapshot))(LIMIT.name, channel="telegram", sender=ODD) == 0.25


def test_types_and_help_are_told() -> None:
    count(SENT, ("telegram",))

    family = Scrape(text_of(counted())).families["notifyhub_deliveries_sent"]

    assert (family.type, family.documentation) == ("counter", SENT.help)


@pytest.mark.parametrize(
    ("code", "label"),
    [
        ("200", "2xx"),
        ("429", "4xx"),
        ("0", "ok"),
        ("131026", "other"),
        ("not_connected", "not_connected"),
        ("word of a plugin", "other"),
    ],
)
def test_codes_become_few(code: str, label: str) -> None:
    assert class_of(code) == label


@pytest.mark.parametrize(("reason", "label"), [("exhausted", "exhausted"), ("of a plugin", "other"), (None, "other")])
def test_reasons_are_ours(reason: str | None, label: str) -> None:
    assert reason_label(reason) == label
