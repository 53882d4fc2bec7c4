"""Processes that share PostgreSQL and a broker."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from tests.emulated import RunningEmulator
from tests.processes import Process
from tests.stores import new_postgres

Start = Callable[..., Process]
KINDS = ("redis", "rabbitmq")


@pytest.fixture(params=KINDS)
def broker(request: pytest.FixtureRequest) -> str:
    """The URL of each kind of broker that processes can share."""
    return str(request.getfixturevalue(f"{request.param}_url"))


@pytest.fixture
def shared(postgres: str, redis_url: str, emulator: RunningEmulator) -> dict[str, object]:
    """The settings of an installation of its own: PostgreSQL, Redis and the emulator."""
    return {
        "database_url": new_postgres(postgres),
        "broker_url": redis_url,
        "broker_prefix": f"test-{uuid.uuid4().hex}",
        "emulator_url": emulator.url,
        "sweep_interval_s": 0.1,
        "log_file": "none",
    }


@pytest.fixture
def start(tmp_path: Path, shared: dict[str, object]) -> Iterator[Start]:
    """`start("worker", "--processes", "2", drain_s=1)`: a process of the installation, killed at the end."""
    with ExitStack() as open_:

        def start(*arguments: str, **settings: object) -> Process:
            return open_.enter_context(Process(tmp_path, *arguments, **{**shared, **settings}))

        yield start
