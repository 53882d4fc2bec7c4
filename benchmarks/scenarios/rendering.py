"""How long a text with five variables takes, and to find a template that is compiled already.

The peer is jinja2 itself with escaping, without a sandbox and without any of the guards.
"""

import time
from collections.abc import Callable, Iterator
from functools import partial

from jinja2 import Environment as Jinja
from jinja2 import StrictUndefined

from benchmarks.environment import Environment, Line
from notifyhub.rendering import Escape, compiled

SOURCE = (
    "Hello {{ name }}, order {{ order }} of {{ sum }} comes to {{ attributes.city }} on {{ day }}. "
    "<b>Thank you!</b> If anything is wrong, write to us: we answer within an hour."
)
VARIABLES = {"name": "Анна", "order": 12345, "sum": "1 234.50", "attributes": {"city": "Kazan <3"}, "day": "Monday"}
MEASURE = "renders a second, five variables"


def run(bench: Environment) -> Iterator[Line]:
    times = bench.pick(100_000, 10_000)
    peer = Jinja(autoescape=True, undefined=StrictUndefined).from_string(SOURCE)
    own = compiled(SOURCE, Escape.HTML)
    yield _line(bench, "jinja2, escaped, no guards", lambda: peer.render(VARIABLES), times, is_peer=True)
    for escape in Escape:
        render = partial(compiled(SOURCE, escape).render, VARIABLES)
        yield _line(bench, f"notifyhub, escaped for {escape}", render, times)
    assert own.render(VARIABLES) == peer.render(VARIABLES)
    yield _line(bench, "a compiled template found again", lambda: compiled(SOURCE, Escape.HTML), times)


def _line(bench: Environment, setup: str, call: Callable[[], object], times: int, *, is_peer: bool = False) -> Line:
    rate = bench.median(lambda: _rate(call, times))
    return Line(MEASURE, setup, rate, "/s", f"{1_000_000 / rate:.1f} µs", job="render", is_peer=is_peer)


def _rate(call: Callable[[], object], times: int) -> float:
    began = time.perf_counter()
    for _ in range(times):
        call()
    return times / (time.perf_counter() - began)
