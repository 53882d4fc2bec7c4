"""The model of benchmarks/simulation keeps what it is given, and agrees with what can be worked out by hand."""

from __future__ import annotations

from dataclasses import replace

import pytest

from benchmarks.simulation.__main__ import main
from benchmarks.simulation.deployment import (
    Case,
    DatabaseAway,
    Deployment,
    Fault,
    Load,
    Mailing,
    MessengerAway,
    WorkersLost,
)
from benchmarks.simulation.model import simulate
from benchmarks.simulation.prices import MEASURED
from benchmarks.simulation.scenarios import SCENARIOS, planned
from benchmarks.simulation.storage import grow

ROOMY = Deployment(api_processes=50, workers=50, store_cores=50, accounts=10, account_rate=100 / MEASURED.used_of_limit)
"""Its accounts send 1,000 a second, and nothing else is short."""
CAPACITY = 1_000.0


def case(rate: float, seconds: float = 600, *faults: Fault, **more: object) -> Case:
    return replace(Case(ROOMY, Load(rate), seconds, faults, seed=None), **more)  # type: ignore[arg-type]


@pytest.mark.parametrize("name", SCENARIOS)
def test_what_came_is_sent_or_waits(name: str) -> None:
    given = replace(SCENARIOS[name](2_000.0), seconds=1_800.0, step_s=0.5)

    out = simulate(given)

    assert out.came == pytest.approx(out.sent + out.waiting, rel=1e-9)
    assert out.sent > 0


def test_the_same_seed_gives_the_same_story() -> None:
    given = replace(case(900.0), seed=7)

    assert simulate(given).queue == simulate(given).queue
    assert simulate(given).queue != simulate(replace(given, seed=8)).queue


def test_less_than_the_capacity_does_not_pile_up() -> None:
    out = simulate(replace(case(0.9 * CAPACITY, 3_600.0), seed=1))

    assert out.longest_queue[1] < CAPACITY  # a second's worth
    assert out.lateness.percentile(0.99) < 1


def test_more_than_the_capacity_grows_by_the_difference() -> None:
    out = simulate(case(1.5 * CAPACITY, 600.0))

    assert out.waiting == pytest.approx((1.5 - 1) * CAPACITY * 600, rel=0.01)
    assert out.drained_at_s is None
    # Who came at t has t / 2 times a second's work before them.
    assert out.lateness.percentile(1.0) == pytest.approx(600 / 3, rel=0.02)


@pytest.mark.parametrize("load", [0.2, 0.5, 0.8])
def test_a_pause_is_made_good_in_its_length_by_load_over_what_is_spare(load: float) -> None:
    pause = 30.0

    out = simulate(case(load * CAPACITY, 600.0, DatabaseAway(100.0, pause)))

    assert out.drained_at_s is not None
    assert out.drained_at_s - (100 + pause) == pytest.approx(pause * load / (1 - load), abs=DRAIN_ERROR_S)
    assert out.longest_queue[1] == pytest.approx(load * CAPACITY * pause, rel=0.02)
    assert out.lateness.percentile(1.0) == pytest.approx(pause, abs=0.3)


DRAIN_ERROR_S = 6.0
"""A queue counts as empty when a second's worth is left, which drains in 1 / (1 - load) seconds."""


def test_after_an_outage_of_the_messenger_the_breaker_must_try_first() -> None:
    fault = MessengerAway(100.0, 600.0)

    resumed = fault.resumes_at(first_s=1.0, most_s=60.0)

    assert 700 <= resumed <= 760
    out = simulate(case(500.0, 1_800.0, fault))
    assert out.longest_queue[1] == pytest.approx(500 * (resumed - 100), rel=0.01)


def test_what_lost_workers_had_claimed_is_late_by_a_lease() -> None:
    lost = WorkersLost(100.0, workers=25, for_s=60.0)

    out = simulate(case(2 * CAPACITY, 200.0, lost, load=Load(2 * CAPACITY, for_s=110.0)))

    assert out.came == pytest.approx(out.sent + out.waiting)
    assert simulate(case(100.0, 300.0, lost)).lateness.percentile(1.0) == pytest.approx(MEASURED.lease_s, abs=0.5)


def test_a_mailing_lets_other_messages_pass() -> None:
    load = Load(500.0, mailings=[Mailing(60.0, 100_000)])

    out = simulate(case(500.0, 1_200.0, load=load))

    assert out.lateness.percentile(0.99) < 0.5
    assert out.bulk_lateness.percentile(1.0) == pytest.approx(100_000 / (CAPACITY - 500), rel=0.02)


def test_a_tenth_is_kept_for_bulk_even_if_there_is_always_something_else() -> None:
    load = Load(2 * CAPACITY, mailings=[Mailing(0.0, 6_000)])

    out = simulate(case(2 * CAPACITY, 120.0, load=load))

    assert out.bulk_lateness.percentile(1.0) == pytest.approx(6_000 / (CAPACITY * MEASURED.kept_for_lower), rel=0.05)


@pytest.mark.parametrize(
    ("short", "rate"),
    [
        ({"api_processes": 1}, MEASURED.api_process_cores / MEASURED.api_cpu_s),
        ({"workers": 1, "messenger_s": 0.5}, MEASURED.calls_at_once / 0.5),
        ({"workers": 1, "messenger_s": 0.0}, MEASURED.worker_process_cores / MEASURED.worker_cpu_s),
        ({"accounts": 3, "account_rate": 30.0}, 3 * 30 * MEASURED.used_of_limit),
    ],
)
def test_what_is_short_decides_the_rate(short: dict[str, float], rate: float) -> None:
    plenty = Deployment(api_processes=1_000, workers=1_000, store_cores=1_000)

    out = simulate(case(50_000.0, 60.0, deployment=replace(plenty, **short)))  # type: ignore[arg-type]

    assert out.sent == pytest.approx(rate * 60, rel=0.01)


def test_stores_share_the_load() -> None:
    one = simulate(case(600.0))
    four = simulate(case(2_400.0, deployment=replace(ROOMY, stores=4)))

    assert four.sent == pytest.approx(4 * one.sent)
    assert four.lateness.percentile(0.99) == one.lateness.percentile(0.99)


def test_plans_carry_what_they_are_made_for() -> None:
    for rate in (1_000.0, 10_000.0, 100_000.0):
        out = simulate(Case(planned(rate), Load(rate), 300.0))
        assert out.lateness.percentile(0.99) < 0.5
        assert max(most for _, most in out.busy.values()) < 0.9


def test_retention_keeps_up_or_says_by_how_much_it_does_not() -> None:
    slow = grow(MEASURED.pruned_per_second / 2, 100, 30)[-1]
    fast = grow(MEASURED.pruned_per_second * 2, 100, 30)[-1]

    assert slow.late == 0
    assert slow.deliveries == pytest.approx(MEASURED.pruned_per_second / 2 * 86_400 * 30)
    assert fast.late == pytest.approx(MEASURED.pruned_per_second * 86_400 * 70)
    assert grow(10.0, 5, None)[-1].bytes == pytest.approx(
        10 * 86_400 * 5 * (MEASURED.accepted_bytes + MEASURED.delivered_bytes)
    )


def test_it_prints_a_table(capsys: pytest.CaptureFixture[str]) -> None:
    main(["--rate", "500", "--scenario", "database-failover", "--days", "10"])

    printed = capsys.readouterr().out
    assert "| database-failover | 500 |" in printed
    assert "| 7 days | 10 days |" in printed
