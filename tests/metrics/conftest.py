"""What has moved since a test began: the counters are those of the whole process."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from notifyhub import Hub
from tests.metrics.scraping import Scrape, of_hub, until

Moved = Callable[..., None]


@pytest.fixture
def moved() -> Callable[[Hub], Moved]:
    """Look at the metrics of a hub now; the result waits until one of them has grown by exactly this much."""

    def begin(hub: Hub) -> Moved:
        before = of_hub(hub)

        def has(name: str, by: float, **labels: str) -> None:
            now: list[Scrape] = []

            def is_there() -> bool:
                now[:] = [of_hub(hub)]
                return now[0](name, **labels) - before(name, **labels) >= by

            until(is_there)
            assert now[0](name, **labels) - before(name, **labels) == by

        return has

    return begin
