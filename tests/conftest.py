"""What tests stand on: real engines, a real emulator on a real port, hubs that are closed again."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import redis
from hypothesis import settings as hypothesis

from notifyhub import Hub
from notifyhub.logs import story
from notifyhub.settings import Settings, load
from tests import stores
from tests.emulated import RunningEmulator
from tests.engines import has_rabbitmq, postgres_server, rabbitmq_server, redis_server

STORES = ("sqlite", "postgresql")
QUEUES = ("memory", "redis")

# Read now, because each test begins without any of our variables.
GIVEN_SERVERS = {name: os.environ.get(f"NOTIFYHUB_TEST_{name}") for name in ("DATABASE_URL", "REDIS_URL", "AMQP_URL")}

HubMaker = Callable[..., Hub]


# Time says nothing on a busy machine. Where changes are judged the examples are the same each time.
hypothesis.register_profile("house", deadline=None, derandomize="CI" in os.environ, print_blob=True)
hypothesis.load_profile("house")


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--seeds", type=int, default=3, help="how many random stories the crash tests play")
    parser.addoption("--clients", type=int, default=2_000, help="how many clients the proof of mailings has")
    parser.addoption("--messages", type=int, default=1_000, help="how many messages the proof of many processes sends")
    parser.addoption("--fuzz-s", type=int, default=0, help="seconds for which the API is fuzzed by chance")


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "seed" in metafunc.fixturenames:
        metafunc.parametrize("seed", range(metafunc.config.getoption("--seeds")))


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Files with tests that may take longer than others come first, so that nobody waits for one of them at the end."""
    long = {item.path for item in items if item.get_closest_marker("timeout")}
    items.sort(key=lambda item: item.path not in long)


@pytest.fixture(scope="session")
def postgres() -> Iterator[str]:
    """A PostgreSQL: that of NOTIFYHUB_TEST_DATABASE_URL, in which databases are made, or one of our own."""
    if given := GIVEN_SERVERS["DATABASE_URL"]:
        yield given
        return
    with postgres_server() as url:
        yield url


@pytest.fixture(scope="session")
def redis_url(worker_id: str) -> Iterator[str]:
    """An own database of the Redis of NOTIFYHUB_TEST_REDIS_URL, which tests empty, or a server of our own."""
    if given := GIVEN_SERVERS["REDIS_URL"]:
        number = worker_id.removeprefix("gw") if worker_id.startswith("gw") else "0"
        yield f"{given.rpartition('/')[0]}/{number}"
        return
    with redis_server() as url:
        yield url


@pytest.fixture(scope="session")
def rabbitmq_url() -> Iterator[str]:
    """The RabbitMQ of NOTIFYHUB_TEST_AMQP_URL, or one of our own. Without either such tests are left out, but in CI."""
    if given := GIVEN_SERVERS["AMQP_URL"]:
        yield given
        return
    if not has_rabbitmq() and "CI" not in os.environ:
        pytest.skip("no RabbitMQ: apt-get install rabbitmq-server, or set NOTIFYHUB_TEST_AMQP_URL")
    with rabbitmq_server() as url:
        yield url


@pytest.fixture(params=STORES)
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """A new database with the schema: every test that asks for it runs on each engine."""
    if request.param == "sqlite":
        return stores.new_sqlite(tmp_path / "notifyhub.db")
    return stores.new_postgres(request.getfixturevalue("postgres"))


@pytest.fixture(params=STORES)
def empty_database_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """A new database without anything, for those who make the schema themselves."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'notifyhub.db'}"
    return stores.empty_postgres(request.getfixturevalue("postgres"))


@pytest.fixture(params=QUEUES)
def broker_url(request: pytest.FixtureRequest) -> str:
    """An empty queue: every test that asks for it runs on each kind."""
    if request.param == "memory":
        return "memory://"
    url = str(request.getfixturevalue("redis_url"))
    with redis.Redis.from_url(url) as connection:
        connection.flushdb()
    return url


@pytest.fixture(autouse=True)
def clean_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[None]:
    """No setting of the machine reaches a test, nothing is written beside it, and its log and databases end with it."""
    for name in os.environ:
        if name.startswith("NOTIFYHUB_"):
            monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)
    yield
    story.listen(None)
    stores.drop_all()


@pytest.fixture
def emulator() -> Iterator[RunningEmulator]:
    """The emulator, on a port of its own."""
    with RunningEmulator() as emulator:
        yield emulator


@pytest.fixture
def quick(emulator: RunningEmulator, tmp_path: Path) -> Callable[..., Settings]:
    """Settings against the emulator, with pauses of milliseconds where people would wait seconds."""

    def make(**given: Any) -> Settings:
        patience = {"retry_base_s": 0.02, "retry_cap_s": 0.05, "rest_s": 0.2}
        channels = ("telegram", "viber", "whatsapp", "gateway", "email")
        defaults: dict[str, Any] = {
            "data_dir": tmp_path,
            "emulator_url": emulator.url,
            "emulator_smtp_port": emulator.smtp_port,
            "sweep_interval_s": 0.05,
            "drain_s": 1.0,
            "http_client": "aiohttp",
            "limits": "off",
            **{channel: {**patience, **given.pop(channel, {})} for channel in channels},
        }
        return load(**{**defaults, **given})

    return make


@pytest.fixture
def make_hub(quick: Callable[..., Settings]) -> Iterator[HubMaker]:
    """Hubs that deliver to the emulator; closed at the end of the test."""
    hubs: list[Hub] = []

    def make(worker: bool = True, **given: Any) -> Hub:
        settings = quick(**given)
        if settings.database_url is None and not (file := settings.data_dir / "notifyhub.db").exists():
            stores.new_sqlite(file)
        hub = Hub(settings, worker=worker)
        hubs.append(hub)
        return hub.open()

    yield make
    for hub in hubs:
        hub.close()


@pytest.fixture
def hub(make_hub: HubMaker, database_url: str, broker_url: str) -> Hub:
    """A hub on each store and each queue."""
    return make_hub(database_url=database_url, broker_url=broker_url)
