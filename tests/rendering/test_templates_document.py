"""docs/templates.md tells of all there is, and of nothing else."""

from __future__ import annotations

import re
from pathlib import Path

from notifyhub.rendering import compiled
from notifyhub.rendering.calls import FILTERS, TESTS
from notifyhub.rendering.run import MOST_CHARACTERS, MOST_MADE, MOST_SECONDS, MOST_STEPS

DOCUMENT = (Path(__file__).parents[2] / "docs" / "templates.md").read_text(encoding="utf-8")


def section(title: str) -> str:
    return DOCUMENT.partition(f"## {title}")[2].partition("\n## ")[0]


def test_every_filter_is_in_the_table() -> None:
    rows = [line.split("|")[1] for line in section("Filters").splitlines() if line.startswith("| `")]

    assert set(re.findall(r"`(\w+)", " ".join(rows))) == set(FILTERS)


def test_every_question_is_named() -> None:
    assert set(re.findall(r"`is (\w+)", DOCUMENT)) | {"defined"} == set(TESTS)


def test_the_bounds_are_those_of_the_code() -> None:
    refused = section("What is refused")

    for bound in (f"{MOST_CHARACTERS:,}", f"{MOST_MADE:,}", f"{MOST_STEPS:,} turns", f"{MOST_SECONDS} s"):
        assert bound in refused


def test_the_example_can_be_rendered() -> None:
    example = DOCUMENT.partition("```\n")[2].partition("```")[0]
    variables = {"name": "Ann", "attributes": {"debt": "12.5"}, "count": 3, "ends_at": "2026-11-27"}

    assert compiled(example).render(variables) == (
        "Hello Ann!\nYou owe us RUB\u00a012.50.\n3 days are left, until 27 November.\n"
    )
