"""What docs/emulator-telegram.md says of limits and outcomes is what the code does."""

from pathlib import Path

import pytest

from notifyhub.emulator.telegram import LIMITS, OUTCOMES

TEXT = (Path(__file__).parents[2] / "docs" / "emulator-telegram.md").read_text()


@pytest.mark.parametrize("name", LIMITS)
def test_every_limit_is_told_with_its_numbers(name):
    row = next(line for line in TEXT.splitlines() if line.startswith(f"| `{name}` |"))
    assert f"| {LIMITS[name].count} " in row
    assert f" in {LIMITS[name].seconds:g} s" in row


@pytest.mark.parametrize("name", OUTCOMES)
def test_every_outcome_is_told_with_its_answer_and_its_reason(name):
    outcome = OUTCOMES[name]
    assert f"| `{name}` | {outcome.status} `{outcome.description}` | {outcome.reason} |" in TEXT
