"""How much of the messengers' limits is used, and how often they refuse: against the emulator, which enforces them."""

import json
import time
import urllib.request
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from benchmarks.environment import Environment, Line, Store
from benchmarks.processes import emulator, worker
from benchmarks.rows import ask
from notifyhub import Hub
from notifyhub.providers.telegram import LIMITS

Sharing = Literal["one process", "Redis", "the store"]

BOTS: Sequence[str | None] = (None, "second", "third")
RECIPIENTS = 2_000
PROCESSES = 3
LOWER = 0.7
FIRST_CHAT = 100_000
DOCUMENTED = LIMITS.sender.per_s if LIMITS.sender else 0.0

_OUTCOMES = """
    SELECT COUNT(*), COALESCE(SUM(CASE WHEN code = '429' THEN 1 ELSE 0 END), 0), MIN(started_at), MAX(started_at)
    FROM attempts"""


@dataclass(frozen=True)
class Ran:
    """calls  all of them; refused  answered 429; seconds  from the first to the last call"""

    calls: int
    refused: int
    seconds: float

    @property
    def accepted_per_s(self) -> float:
        return (self.calls - self.refused) / self.seconds


def run(bench: Environment) -> Iterator[Line]:
    yield from _once(bench, "600 messages to 600 people", [str(FIRST_CHAT + n) for n in range(600)])
    yield from _once(bench, "8 messages to one person", [str(FIRST_CHAT)] * 8)
    seconds = bench.pick(300, 20)
    for sharing in ("Redis", "the store"):
        yield from _long(bench, sharing, seconds, 1.0)
    yield from _long(bench, "Redis", seconds, LOWER)


def _once(bench: Environment, what: str, chats: Sequence[str]) -> Iterator[Line]:
    with bench.database("SQLite") as url, emulator("--limits", "real") as base:
        _fill(url, "memory://", chats, BOTS[:1])
        with worker(_env(url, "memory://", base)):
            ran = _wait_for(url, len(chats))
    setup = f"SQLite, 1 worker, {what}"
    yield Line("sent under enforced limits", setup, ran.seconds, "s", f"{ran.refused} × 429")


def _long(bench: Environment, sharing: Sharing, seconds: int, share: float) -> Iterator[Line]:
    """Three bots, three processes, and more to send than they may."""
    store: Store = "PostgreSQL"
    broker = bench.redis() if sharing == "Redis" else "memory://"
    rate = DOCUMENTED * share
    with bench.database(store) as url, emulator("--limits", "real") as base:
        if share < 1:
            lower = {"telegram.bot": {"count": round(rate), "seconds": 1}}
            _put(f"{base}/limits", {"profile": "real", "limits": lower})
        chats = [str(FIRST_CHAT + n % RECIPIENTS) for n in range(round(DOCUMENTED * seconds * 1.2))]
        _fill(url, broker, chats, BOTS)
        with worker(_env(url, broker, base), PROCESSES):
            ran = _watch(url, seconds)
    limits = "as documented" if share == 1 else f"{1 - share:.0%} lower than documented"
    setup = f"{PROCESSES} workers that share {sharing}, {len(BOTS)} bots, {RECIPIENTS:,} people, {limits}, {seconds} s"
    allowed = len(BOTS) * rate
    used = ran.accepted_per_s / allowed * 100
    yield Line("of the allowed rate used", setup, used, "%", f"{ran.accepted_per_s:.1f}/s of {allowed:.0f}/s")
    in_detail = f"{ran.refused} of {ran.calls:,} calls"
    yield Line("answers 429 in 1,000 calls", setup, ran.refused * 1000 / ran.calls, "", in_detail)


def _fill(url: str, broker: str, chats: Sequence[str], bots: Sequence[str | None]) -> None:
    with Hub(database_url=url, broker_url=broker, worker=False, telegram=_accounts("http://127.0.0.1:1")) as hub:
        for bot in bots:
            asked = [_message(n, chat, bot) for n, chat in enumerate(chats)]
            for first in range(0, len(asked), 1000):
                hub.send_many(asked[first : first + 1000])


def _message(number: int, chat: str, bot: str | None) -> Mapping[str, Any]:
    options = {} if bot is None else {"options": {"telegram": {"sender": bot}}}
    return {"text": f"bench {number} of {bot}", "recipients": [{"telegram": chat}], **options}


def _accounts(base_url: str) -> dict[str, Any]:
    further = {name: {"token": f"{number}:{name}"} for number, name in enumerate(BOTS) if name is not None}
    return {"base_url": base_url, "token": "9:first", "senders": further}


def _env(url: str, broker: str, base: str) -> dict[str, str]:
    own = _accounts(f"{base}/telegram")
    return {
        "DATABASE_URL": url,
        "BROKER_URL": broker,
        "LIMITS": "on",
        "TELEGRAM_BASE_URL": own["base_url"],
        "TELEGRAM_TOKEN": own["token"],
        "TELEGRAM_SENDERS": json.dumps(own["senders"]),
    }


def _put(url: str, body: Any) -> None:
    headers = {"Content-Type": "application/json"}
    request = urllib.request.Request(url, json.dumps(body).encode(), headers, method="PUT")
    urllib.request.urlopen(request, timeout=10).close()


def _watch(url: str, seconds: int) -> Ran:
    """What the store has after so many seconds of sending."""
    until = time.monotonic() + 30
    while not (began := _ran(url)).calls:
        if time.monotonic() > until:
            raise TimeoutError("nothing was sent within 30 s")
        time.sleep(0.1)
    time.sleep(max(0.0, seconds - began.seconds))
    return _ran(url)


def _wait_for(url: str, accepted: int) -> Ran:
    until = time.monotonic() + 60 + accepted
    while (ran := _ran(url)).calls - ran.refused < accepted:
        if time.monotonic() > until:
            raise TimeoutError(f"{ran} after {60 + accepted} s")
        time.sleep(0.1)
    return ran


def _ran(url: str) -> Ran:
    calls, refused, first, last = ask(url, _OUTCOMES)
    return Ran(calls, int(refused), (last - first) / 1000 if calls else 0.0)
