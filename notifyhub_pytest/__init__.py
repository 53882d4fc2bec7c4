"""The pytest plugin: the fixture `notifyhub_emulator`.

pytest loads this on every start, so it imports nothing of the hub until a test uses the fixture.
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
    """The messengers' emulator on a local port: one server per session, emptied and with a new token for each test.

    `.url`, `.smtp_port`, `.token`, `.journal()`, `.wait_for(…)`, `.assert_no_duplicates()`, `.assert_nothing_sent()`,
    `.inbox()`, `.faults(…)`, `.rule(…)`, `.script(…)`, `.person(…)`, `.reset()`.
    """
    _notifyhub_emulator_of_the_session.reset()
    return _notifyhub_emulator_of_the_session
