"""Named cases of docs/scaling.md."""

import math
from collections.abc import Callable, Mapping

from benchmarks.simulation.deployment import (
    Case,
    DatabaseAway,
    Deployment,
    Load,
    Mailing,
    MessengerAway,
    WorkersLost,
)
from benchmarks.simulation.prices import MEASURED, Prices

HOUR_S = 3_600.0
MOST_OF_A_STORE = 4_000.0
"""Messages a second that docs/scaling.md plans for one store at most, at its busiest. Averaged over a day that is less
than retention can delete."""
USED = 0.6
"""How much of a processor is planned for; the rest is for peaks and for catching up."""
SPARE = 0.8
"""How much of the accounts' limits is planned for."""
PEAK = 1.8
TELEGRAM = 30.0


def planned(rate: float, prices: Prices = MEASURED, *, account_rate: float = TELEGRAM) -> Deployment:
    """A deployment for so many single messages a second, as docs/scaling.md works it out."""
    stores = max(1, math.ceil(rate / MOST_OF_A_STORE))
    each = rate / stores
    store_cpu_s = prices.api_store_cpu_s + prices.limited_store_cpu_s + prices.tidy_store_cpu_s
    return Deployment(
        stores=stores,
        api_processes=math.ceil(each * prices.api_cpu_s / (prices.api_process_cores * USED)),
        workers=max(2, math.ceil(each * prices.limited_worker_cpu_s / (prices.worker_process_cores * USED))),
        store_cores=max(2, math.ceil(each * store_cpu_s / USED)),
        accounts=math.ceil(each / (account_rate * prices.used_of_limit * SPARE)),
        account_rate=account_rate,
    )


def steady(rate: float) -> Case:
    """An hour of even load."""
    return Case(planned(rate), Load(rate), HOUR_S)


def mailing(rate: float) -> Case:
    """The same, and in its tenth minute a mailing of ten minutes' worth of messages."""
    return Case(planned(rate), Load(rate, mailings=[Mailing(600.0, rate * 600)]), 2 * HOUR_S)


def day(rate: float) -> Case:
    """A day whose busiest moment is the planned rate, 1.8 times the average."""
    return Case(planned(rate), Load(rate / PEAK, peak=PEAK), 24 * HOUR_S, step_s=1.0)


def messenger_away(rate: float) -> Case:
    """The messenger takes nothing for ten minutes."""
    return Case(planned(rate), Load(rate), 2 * HOUR_S, [MessengerAway(600.0, 600.0)])


def database_failover(rate: float) -> Case:
    """The database is away for thirty seconds."""
    return Case(planned(rate), Load(rate), HOUR_S, [DatabaseAway(600.0, 30.0)])


def worker_lost(rate: float) -> Case:
    """Half of the workers die and are back after two minutes."""
    deployment = planned(rate)
    lost = [WorkersLost(600.0, deployment.workers - deployment.workers // 2, 120.0)]
    return Case(deployment, Load(rate), HOUR_S, lost)


def too_small(rate: float) -> Case:
    """For half an hour a quarter more than the accounts allow."""
    deployment = planned(rate)
    allowed = (deployment.accounts or 1) * deployment.account_rate * MEASURED.used_of_limit * deployment.stores
    return Case(deployment, Load(allowed * 1.25, for_s=HOUR_S / 2), 2 * HOUR_S)


SCENARIOS: Mapping[str, Callable[[float], Case]] = {
    "steady": steady,
    "mailing": mailing,
    "day": day,
    "messenger-away": messenger_away,
    "database-failover": database_failover,
    "worker-lost": worker_lost,
    "too-small": too_small,
}
