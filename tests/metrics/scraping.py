"""What a scrape says, read by prometheus_client as Prometheus would."""

from __future__ import annotations

import time
from collections.abc import Callable
from urllib.request import Request, urlopen

from prometheus_client.parser import text_string_to_metric_families

from notifyhub import Hub
from notifyhub.hub import core_of
from tests.processes import PATIENCE_S


class Scrape:
    """The values of one moment."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.families = {family.name: family for family in text_string_to_metric_families(text)}
        self._samples = [sample for family in self.families.values() for sample in family.samples]

    def __call__(self, name: str, **labels: str) -> float:
        """The sum of all values with this name and these labels; 0: there are none."""
        return sum(s.value for s in self._samples if s.name == name and labels.items() <= s.labels.items())

    def has(self, name: str, **labels: str) -> bool:
        return any(s.name == name and labels.items() <= s.labels.items() for s in self._samples)


def of_hub(hub: Hub) -> Scrape:
    """The metrics of a hub in this process."""
    return Scrape(core_of(hub).metering.text())


def of_port(url: str | Request) -> Scrape:
    """Those that somebody serves."""
    with urlopen(url, timeout=30) as response:
        assert response.headers["content-type"] == "text/plain; version=0.0.4; charset=utf-8"
        return Scrape(response.read().decode())


def until(is_so: Callable[[], bool], within_s: float = PATIENCE_S) -> None:
    """What is counted is told by nobody: look until it is there."""
    ends = time.monotonic() + within_s
    while not is_so():
        assert time.monotonic() < ends
        time.sleep(0.05)
