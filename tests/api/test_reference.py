"""docs/api.md says what the service answers today."""

from __future__ import annotations

import pytest

from notifyhub_api.app import OPERATIONS
from tests.api_reference import TARGET, reference
from tests.api_stories import STORIES


def test_every_operation_has_a_story() -> None:
    assert {operation.id for operation in OPERATIONS} == {step.operation for step in STORIES}


@pytest.mark.usefixtures("clean_environment")
def test_the_reference_holds_the_answers_of_today() -> None:
    """`make docs` writes it anew."""
    assert TARGET.read_text(encoding="utf-8") == reference()
