"""Pruning: what ended long ago goes, and nobody notices but the disk."""

from __future__ import annotations

import threading
import time
from datetime import timedelta
from typing import Any

import pytest

from notifyhub import Hub, NotFound, SettingsError
from notifyhub.clock import now_ms, to_datetime
from notifyhub.flow import retention as flow
from notifyhub.hub import core_of
from notifyhub.settings import load
from notifyhub.store import pruning, retention
from notifyhub.store.every_model import every_model
from notifyhub.store.retention import Pass
from notifyhub.store.traces import ELSEWHERE, OF_CLIENT, OF_DELIVERY, OF_MESSAGE
from tests.chains.conftest import CHAIN, EVERYWHERE, VIBER
from tests.conftest import HubMaker
from tests.emulated import RunningEmulator
from tests.mailings.conftest import ended, fill
from tests.processes import PATIENCE_S
from tests.retention.conftest import DAY_MS, PERSON, age, asked, count, execute, passed, sent

KEYS = ("delivery_id", "message_id", "client_id")


def test_every_table_with_such_a_key_is_known_to_pruning_and_erasing() -> None:
    listed = {(trace.table, trace.column) for trace in (*OF_DELIVERY, *OF_MESSAGE, *OF_CLIENT)} | ELSEWHERE.keys()
    there = {
        (model._meta.table_name, field.column_name)
        for model in every_model()
        for field in model._meta.sorted_fields
        if field.column_name in KEYS
    }

    assert there - listed == set(), "add a line to notifyhub/store/traces.py"
    assert listed - there == set()


def test_old_deliveries_go_with_all_that_belongs_to_them(hub: Hub) -> None:
    old = sent(hub)
    age(hub, 40)
    new = sent(hub, "Hi")

    counts = passed(hub, Pass.PRUNE)

    assert (counts["deliveries"], counts["attempts"], counts["messages"]) == (1, 1, 1)
    assert [count(hub, table) for table in ("deliveries", "attempts", "messages")] == [1, 1, 1]
    assert hub.message(new.id).text == "Hi"
    with pytest.raises(NotFound):
        hub.message(old.id)


def test_the_statistics_still_count_what_was_pruned(hub: Hub) -> None:
    fill(hub, 3)
    mailing = ended(hub, hub.mailings.create("Sale", "Hello", ["telegram"]))
    age(hub, 40)
    before = (hub.stats.overall(), hub.mailings.stats(mailing.id).by_status)

    passed(hub, Pass.PRUNE)

    assert (hub.stats.overall(), hub.mailings.stats(mailing.id).by_status) == before
    checked = hub.stats.check()
    assert (checked.agree, checked.deliveries, checked.pruned) == (True, 0, 3)
    assert hub.stats.repair().agree


def test_a_repair_knows_what_was_pruned(hub: Hub) -> None:
    sent(hub)
    age(hub, 40)
    passed(hub, Pass.PRUNE)
    execute(hub, "DELETE FROM delivery_counts")

    hub.stats.repair()

    assert hub.stats.overall().by_channel["telegram"]["sent"] == 1


@pytest.mark.parametrize("ended_days", [0, 29])
def test_what_is_open_or_ended_lately_stays(hub: Hub, ended_days: int) -> None:
    sent(hub)
    later = to_datetime(now_ms()) + timedelta(days=300)
    hub.send("Later", to={"telegram": PERSON}, at=later)
    age(hub, 40)
    execute(hub, f"UPDATE attempts SET finished_at = {now_ms() - ended_days * DAY_MS}")

    assert not passed(hub, Pass.PRUNE)["deliveries"]
    assert count(hub, "deliveries") == 2


def test_what_was_left_is_looked_at_again_a_day_later(hub: Hub) -> None:
    sent(hub)
    age(hub, 40)
    execute(hub, f"UPDATE attempts SET finished_at = {now_ms() - 29 * DAY_MS}")

    assert [passed(hub, Pass.PRUNE, later_days=days)["deliveries"] for days in (0, 0, 2)] == [0, 0, 1]
    assert count(hub, "retention_kept") == 0


def test_the_same_text_is_a_duplicate_of_a_pruned_delivery(hub: Hub, emulator: RunningEmulator) -> None:
    first = sent(hub)
    age(hub, 40)
    passed(hub, Pass.PRUNE)

    again = hub.send("Hello", to={"telegram": PERSON})

    assert (again.accepted, again.duplicates) == (0, 1)
    assert asked(hub, "SELECT duplicate_of FROM duplicates") == [(first.deliveries[0].id,)]  # type: ignore[index]
    assert "no longer kept" in hub.why(again.id)[0].next
    assert len(emulator.entries()) == 1


def test_a_mailing_does_not_repeat_what_was_pruned(hub: Hub, emulator: RunningEmulator) -> None:
    fill(hub, 2)
    ended(hub, hub.mailings.create("Sale", "Hello", ["telegram"]))
    age(hub, 40)
    passed(hub, Pass.PRUNE)

    again = ended(hub, hub.mailings.create("Once more", "Hello", ["telegram"]))

    assert again.duplicates == 2
    assert len(emulator.entries()) == 2


def test_a_message_that_looks_back_for_a_day_only_is_sent_again(hub: Hub, emulator: RunningEmulator) -> None:
    sent(hub)
    age(hub, 40)
    passed(hub, Pass.PRUNE)

    again = sent(hub, deduplicate=86_400)

    assert again.accepted == 1
    assert count(hub, "pruned_keys") == 0


def test_a_message_of_duplicates_only_goes_too(hub: Hub) -> None:
    sent(hub)
    hub.send("Hello", to={"telegram": PERSON})
    age(hub, 40)

    counts = passed(hub, Pass.PRUNE)

    assert (counts["messages"], counts["duplicates"], count(hub, "messages")) == (2, 1, 0)


def test_the_steps_of_a_chain_go_together(hub: Hub, emulator: RunningEmulator) -> None:
    emulator.script("viber", VIBER, "blocked")
    hub.wait(hub.send("Hi", to=EVERYWHERE, channels=CHAIN), timeout_s=10)
    age(hub, 40)
    execute(hub, f"UPDATE deliveries SET sent_at = {now_ms()} WHERE channel = 'whatsapp'")

    assert not passed(hub, Pass.PRUNE)["deliveries"]
    execute(hub, f"UPDATE deliveries SET sent_at = {now_ms() - 40 * DAY_MS} WHERE channel = 'whatsapp'")
    assert passed(hub, Pass.PRUNE, later_days=2)["deliveries"] == 2
    assert count(hub, "chain_steps") == 0


def test_what_would_be_pruned_is_foreseen_and_nothing_changes(hub: Hub) -> None:
    for number in range(3):
        sent(hub, f"Hello {number}")
    age(hub, 40)
    execute(hub, f"UPDATE attempts SET finished_at = {now_ms()} WHERE delivery_id = (SELECT MIN(id) FROM deliveries)")
    sent(hub)

    found = flow.foreseen(core_of(hub).database, Pass.PRUNE, now_ms() - 30 * DAY_MS, now_ms())

    assert found == (2, 1)
    assert passed(hub, Pass.PRUNE)["deliveries"] == 2


def test_a_row_that_somebody_retries_meanwhile_stays(hub: Hub) -> None:
    sent(hub)
    age(hub, 40)
    now = now_ms()
    batch = core_of(hub).ask(retention.next_batch(Pass.PRUNE, now - 30 * DAY_MS, now, 10)).result()
    execute(hub, f"UPDATE deliveries SET status = 'scheduled', due_at = {now + DAY_MS}")

    counts = core_of(hub).database.write(pruning.prune, batch).result()

    assert (counts["deliveries"], count(hub, "deliveries"), count(hub, "retention_kept")) == (0, 1, 1)


def test_a_text_that_is_sent_while_its_delivery_is_pruned_is_a_duplicate(
    make_hub: HubMaker, hub: Hub, database_url: str, emulator: RunningEmulator
) -> None:
    other = make_hub(worker=False, database_url=database_url)
    sent(hub)
    age(hub, 40)
    now = now_ms()
    batch = core_of(hub).ask(retention.next_batch(Pass.PRUNE, now - 30 * DAY_MS, now, 10)).result()
    gone, go_on = threading.Event(), threading.Event()

    def prune_slowly(database: Any, batches: Any) -> Any:
        counts = pruning.prune(database, batches)
        gone.set()
        assert go_on.wait(20)
        return counts

    pruned = core_of(hub).database.write(prune_slowly, batch)
    assert gone.wait(20)
    sending = other.submit({"text": "Hello", "recipients": [{"telegram": PERSON}]})
    with pytest.raises(TimeoutError):
        sending.result(0.3)
    go_on.set()

    assert (pruned.result()["deliveries"], sending.result().duplicates) == (1, 1)


def test_the_setting_prunes_by_itself(make_hub: HubMaker, database_url: str, emulator: RunningEmulator) -> None:
    first = make_hub(database_url=database_url)
    sent(first)
    age(first, 40)
    first.close()

    hub = make_hub(database_url=database_url, retention={"deliveries_days": 30})

    ends = time.monotonic() + PATIENCE_S
    while count(hub, "deliveries"):
        assert time.monotonic() < ends
        time.sleep(0.02)


def test_without_a_setting_nothing_goes(hub: Hub) -> None:
    sent(hub)
    age(hub, 4_000)

    flow.Retention(core_of(hub).database, hub.settings.retention).sweep(now_ms())

    assert count(hub, "deliveries") == 1


def test_answers_must_not_be_kept_for_longer_than_what_they_tell_of() -> None:
    with pytest.raises(SettingsError, match="IDEMPOTENCY_KEPT_S"):
        load(retention={"deliveries_days": 1}, idempotency_kept_s=86_401)
    assert load(retention={"deliveries_days": 1}).retention.deliveries_days == 1
