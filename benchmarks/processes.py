"""The hub's own processes, started as a person starts them and ended by pid; and what they hold and have burnt."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import psutil  # type: ignore[import-untyped]

ROOT = Path(__file__).resolve().parents[1]
PREFIX = "NOTIFYHUB_"
GREETING = "notifyhub listens on "
EMULATOR_GREETING = "emulator listens on "
STOP_WITHIN = 25.0  # seconds; longer than the hub's own drain

DEFAULTS = {"LOG_LEVEL": "warning", "LOG_FILE": "none", "LIMITS": "off"}
"""The limits of messengers would be all that most scenarios measure."""

Env = Mapping[str, str]


@dataclass(frozen=True)
class Served:
    """A running `notifyhub serve`: where it listens, a key for it, its pid, and the seconds until it was ready."""

    url: str
    key: str
    pid: int
    ready_s: float

    @property
    def authorization(self) -> str:
        return f"Authorization: Bearer {self.key}"


@contextmanager
def serve(env: Env, data_dir: Path, *flags: str, command: str = "serve") -> Iterator[Served]:
    """`notifyhub serve`, or `api`, on a free port. `env` holds settings without their prefix."""
    began = time.monotonic()
    settings = {**env, "DATA_DIR": str(data_dir)}
    with _hub(settings, command, "--port", "0", *flags, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        greeting = process.stdout.readline().decode()
        if not greeting.startswith(GREETING):
            raise RuntimeError(f"{command} did not start: {greeting or 'see above'}")
        ready_s = time.monotonic() - began
        key = (data_dir / "first-key").read_text().strip()
        yield Served(greeting.removeprefix(GREETING).strip(), key, process.pid, ready_s)


@contextmanager
def worker(env: Env, processes: int = 1) -> Iterator[int]:
    """`notifyhub worker --processes N`; yields the pid of the first of its processes."""
    with _hub(env, "worker", "--processes", str(processes)) as process:
        yield process.pid


@contextmanager
def emulator(*options: str) -> Iterator[str]:
    """`notifyhub emulator` on a free port, and on one core where the system can do that; yields its URL."""
    with _hub({}, "emulator", "--port", "0", *options, stdout=subprocess.PIPE) as process:
        if hasattr(os, "sched_setaffinity"):
            os.sched_setaffinity(process.pid, {max(os.sched_getaffinity(0))})
        assert process.stdout is not None
        greeting = process.stdout.readline().decode()
        if not greeting.startswith(EMULATOR_GREETING):
            raise RuntimeError(f"the emulator did not start: {greeting or 'see above'}")
        yield greeting.removeprefix(EMULATOR_GREETING).strip()


@contextmanager
def _hub(env: Env, *arguments: str, stdout: int = subprocess.DEVNULL) -> Iterator[subprocess.Popen[bytes]]:
    environment = {name: value for name, value in os.environ.items() if not name.startswith(PREFIX)}
    environment |= {PREFIX + name: value for name, value in (DEFAULTS | dict(env)).items()}
    command = [sys.executable, "-m", "notifyhub_cli.main", *arguments]
    process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=stdout, env=environment, cwd=ROOT)
    try:
        yield process
    finally:
        end(process)


def end(process: subprocess.Popen[bytes], within_s: float = STOP_WITHIN) -> None:
    """SIGTERM, and by force after `within_s` seconds; its children, known by pid, do not outlive it either way."""
    children = family(process.pid)[1:]
    process.send_signal(signal.SIGTERM)
    try:
        process.wait(within_s)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
    for child in children:
        with suppress(psutil.NoSuchProcess):
            child.kill()
    if process.stdout is not None:
        process.stdout.close()


def usage(pid: int) -> tuple[int, float]:
    """Resident bytes (shared pages count for each process) and CPU seconds of a process and its children."""
    memory, cpu = 0, 0.0
    for member in family(pid):
        with suppress(psutil.NoSuchProcess), member.oneshot():
            memory += member.memory_info().rss
            cpu += member.cpu_times().user + member.cpu_times().system
    return memory, cpu


def family(pid: int) -> list[psutil.Process]:
    """A process and all that descend from it; empty when it is gone."""
    with suppress(psutil.NoSuchProcess):
        head = psutil.Process(pid)
        return [head, *head.children(recursive=True)]
    return []
