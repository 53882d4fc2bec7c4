"""Several processes of one machine tell each other what they count, through files in a folder.

Each writes its own file once a second, under a name that no other process ever had, and replaces it as a whole. So a
reused process id, or a process that starts again, is never taken for another. What a process counted stays when it is
gone; its gauges do not. A process that is killed takes up to a second of its counts with it.
"""

from __future__ import annotations

import shutil
import tempfile
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from secrets import token_hex

import orjson

from notifyhub import logs
from notifyhub.metrics import process
from notifyhub.metrics.counting import begin_anew, counted
from notifyhub.metrics.snapshots import Snapshot, as_json, from_json

WRITE_S = 1.0
ALIVE_S = 5.0
"""A process that has not written for so long is gone, or hangs."""
ENDED_S = 600.0
"""One that has not written for so long, and did not say that it ends, will not come back."""
FOLDING_S = 60.0
"""Whoever has been folding for so long has died over it."""

LOOKS = 20
"""Times that the folder is listed again because a file in it was folded meanwhile."""

_log = logs.logger(__name__)


@dataclass(slots=True)
class _Told:
    """A file. `covers` names those whose counts are in it, which therefore no longer count by themselves."""

    token: str
    at: float
    alive: bool
    covers: Sequence[str]
    values: Snapshot

    def is_alive(self, now: float) -> bool:
        return self.alive and now - self.at < ALIVE_S

    def has_ended(self, now: float) -> bool:
        return not self.alive or now - self.at >= ENDED_S


_own: str | None = None
"""The token of this process, while it tells."""


@contextmanager
def prepare_folder() -> Iterator[Path]:
    """A folder for the processes that a parent starts; gone at the end."""
    folder = Path(tempfile.mkdtemp(prefix="notifyhub-metrics-"))
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def own(role: str) -> Snapshot:
    """What this process has counted, and its figures."""
    found = counted()
    found.add(process.figures(role))
    return found


def together(folder: Path | None, role: str, now: float | None = None) -> Snapshot:
    """What this process and, with a folder, all others that tell there have counted. `now` in seconds since 1970."""
    found = own(role)
    if folder is not None:
        now = time.time() if now is None else now
        for one in _counting(folder):
            if one.token != _own:
                found.add(one.values, with_gauges=one.is_alive(now))
    return found


@contextmanager
def telling(folder: Path, role: str) -> Iterator[None]:
    """Tell others what this process counts, every second until the end.

    Raises OSError if the folder cannot be used.
    """
    folder.mkdir(parents=True, exist_ok=True)
    fold(folder)
    teller = Teller(folder, role)
    teller.tell()
    teller.start()
    try:
        yield
    finally:
        teller.end()


class Teller(threading.Thread):
    """Writes the file of this process."""

    def __init__(self, folder: Path, role: str) -> None:
        super().__init__(name="notifyhub-metrics", daemon=True)
        self._folder = folder
        self._role = role
        self._stopped = threading.Event()
        self._failing = False

    def tell(self, *, alive: bool = True) -> None:
        """Write it now. Raises OSError."""
        global _own
        if _own is not None and not (self._folder / f"{_own}.json").exists():
            # It stood still for so long that its counts were folded: they count there from now on.
            begin_anew()
            _own = None
        _own = _own or token_hex(8)
        _write(self._folder, _Told(_own, time.time(), alive, (), own(self._role)))

    def run(self) -> None:
        while not self._stopped.wait(WRITE_S):
            try:
                self.tell()
                self._failing = False
            except OSError as error:
                if not self._failing:
                    _log.warning("cannot tell other processes what this one counts: %s", error)
                self._failing = True

    def end(self) -> None:
        """Write it for the last time."""
        global _own
        self._stopped.set()
        self.join()
        with suppress(OSError):
            self.tell(alive=False)
        _own = None


def fold(folder: Path, now: float | None = None) -> None:
    """Put what ended processes counted into one file, so that there are never many. `now` in seconds since 1970."""
    now = time.time() if now is None else now
    with _only_one(folder / "folding", now) as alone:
        if not alone:
            return
        ended = [one for one in _counting(folder) if one.has_ended(now)]
        if len(ended) < 2:
            return
        whole = Snapshot()
        for one in ended:
            whole.add(one.values, with_gauges=False)
        # A reader sees either the files or the one that covers them, at any moment.
        _write(folder, _Told(token_hex(8), now, False, [one.token for one in ended], whole))
        for one in ended:
            (folder / f"{one.token}.json").unlink(missing_ok=True)


def _counting(folder: Path) -> list[_Told]:
    """The files that count by themselves."""
    for _ in range(LOOKS):
        try:
            found = [told for path in sorted(folder.glob("*.json")) if (told := _read(path)) is not None]
        except FileNotFoundError:
            continue  # it was folded meanwhile, into a file that was not listed yet
        except OSError as error:
            _log.warning("cannot read what other processes count: %s", error)
            break
        covered = {token for one in found for token in one.covers}
        return [one for one in found if one.token not in covered]
    return []


def _read(path: Path) -> _Told | None:
    """Raises FileNotFoundError."""
    text = path.read_bytes()
    try:
        told = orjson.loads(text)
        return _Told(path.stem, told["at"], told["alive"], told["covers"], from_json(told["values"]))
    except (ValueError, KeyError, TypeError) as error:
        _log.warning("%s holds no counts: %s", path, type(error).__name__)
        return None


def _write(folder: Path, told: _Told) -> None:
    document = {"at": told.at, "alive": told.alive, "covers": told.covers, "values": as_json(told.values)}
    new = folder / f"{told.token}.new"
    new.write_bytes(orjson.dumps(document))
    new.replace(folder / f"{told.token}.json")


@contextmanager
def _only_one(lock: Path, now: float) -> Iterator[bool]:
    """True for one process at a time: making a folder is atomic everywhere."""
    with suppress(OSError):
        if now - lock.stat().st_mtime > FOLDING_S:
            lock.rmdir()
    try:
        lock.mkdir()
    except FileExistsError:
        yield False
        return
    try:
        yield True
    finally:
        with suppress(OSError):
            lock.rmdir()
