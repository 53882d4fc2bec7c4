"""pytest's plugin: the fixture `notifyhub_emulator`.

pytest loads this at every start, so it imports nothing of the hub before a test asks for the fixture.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from notifyhub.emulator.testing import LocalEmulator


@pytest.fixture(scope="session")
def _notifyhub_emulator_of_the_session() -> Iterator[LocalEmulator]:
    from notifyhub.emulator.testing import LocalEmulator

    with LocalEmulator() as emulator:
        yield emulator


@pytest.fixture
def notifyhub_emulator(_notifyhub_emulator_of_the_session: LocalEmulator) -> LocalEmulator:
    """The messengers' emulator on a real port: one server a session, emptied and with a new token for every test.

    `.url`, `.token`, `.journal()`, `.wait_for(…)`, `.assert_no_duplicates()`, `.assert_nothing_sent()`, `.inbox()`,
    `.faults(…)`, `.rule(…)`, `.script(…)`, `.person(…)`, `.reset()`.
    """
    _notifyhub_emulator_of_the_session.reset()
    return _notifyhub_emulator_of_the_session
