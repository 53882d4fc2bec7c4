"""Checks everything that a working install needs, and says what to do about each problem."""

from __future__ import annotations

import socket
import sqlite3
import time
from collections.abc import Iterator
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from http.client import HTTPConnection, HTTPSConnection
from urllib.parse import urlsplit

from notifyhub.channel_settings import is_loopback
from notifyhub.clock import now_ms, to_datetime
from notifyhub.domain.resting import why
from notifyhub.domain.senders import name_of
from notifyhub.domain.story import moment
from notifyhub.errors import NotifyhubError
from notifyhub.hub.resting import rests
from notifyhub.mail.probe import probe
from notifyhub.mail.replies import NotHandedOver
from notifyhub.providers.registry import base_url_of, mail_account_of
from notifyhub.settings import PREFIX, Settings, without_secrets
from notifyhub.store import reports, sender_paces, senders
from notifyhub.store.database import Database, sqlite_path
from notifyhub.unknown_variables import unknown
from notifyhub_cli.log_diagnosis import log_file
from notifyhub_cli.report_check import seen_of

PROBE_S = 3.0
CLOCK_OFF_S = 5.0
OLDEST_SQLITE = (3, 35, 0)  # RETURNING


@dataclass(frozen=True, slots=True)
class Finding:
    """The result of one check; `advice` is empty when it passed."""

    what: str
    good: bool
    seen: str
    advice: str = ""


def examine(settings: Settings) -> Iterator[Finding]:
    """Run the checks one after another."""
    yield from _variables()
    yield _database(settings)
    yield _broker(settings)
    yield Finding("log", *log_file(settings.effective_log_file, now_ms()))
    yield from _held_up(settings)
    dates: list[float] = []
    for channel in settings.channels():
        yield _mail_server(settings) if channel == "email" else _provider(settings, channel, dates)
    yield _clock(dates)


def _variables() -> Iterator[Finding]:
    for name, advice in unknown():
        yield Finding("settings", False, f"{name} is not a setting", advice)


def _database(settings: Settings) -> Finding:
    shown = without_secrets(settings.effective_database_url)
    if settings.uses_sqlite and sqlite3.sqlite_version_info < OLDEST_SQLITE:
        return Finding("database", False, f"SQLite {sqlite3.sqlite_version}", "SQLite 3.35 or later is needed")
    if settings.uses_sqlite and not sqlite_path(settings.effective_database_url).exists():
        return Finding("database", True, f"{shown}, created on the first start")
    database = Database(settings.effective_database_url)
    try:
        pending = database.pending_migrations()
    except NotifyhubError as error:
        return Finding("database", False, f"{shown}: {error}", "check NOTIFYHUB_DATABASE_URL; is the server running?")
    finally:
        database.close()
    later = f", {len(pending)} migrations will run on the next start" if pending else ""
    return Finding("database", True, shown + later)


def _broker(settings: Settings) -> Finding:
    shown = without_secrets(settings.broker_url)
    if settings.uses_memory_broker:
        return Finding("broker", True, f"{shown} (inside the process)")
    from notifyhub_cli.broker_check import broker_must_answer

    try:
        broker_must_answer(settings)
    except NotifyhubError as error:
        return Finding("broker", False, str(error), "check NOTIFYHUB_BROKER_URL; is the server running?")
    return Finding("broker", True, shown)


def _held_up(settings: Settings) -> Iterator[Finding]:
    """The senders that rest or pause, and the daily report. Trouble with the database was found already."""
    if settings.uses_sqlite and not sqlite_path(settings.effective_database_url).exists():
        return
    database = Database(settings.effective_database_url)
    try:
        if database.pending_migrations():
            return
        standings, paces = database.read(senders.every).result(), database.read(sender_paces.paces).result()
        latest = database.read(reports.latest).result()
    except NotifyhubError:
        return
    finally:
        database.close()
    for (channel, sender), rest in rests(standings).items():
        seen = f"{name_of(channel, sender)} rests since {moment(rest.since)}: {why(rest)}"
        yield Finding(channel, False, seen, "it goes on by itself when the messenger takes messages again")
    now = now_ms()
    for (channel, sender), pace in sorted(paces.items()):
        if pace.paused_until > now:
            until = moment(to_datetime(pace.paused_until))
            seen = f"{name_of(channel, sender)} was refused as too fast, so nothing is sent from it until {until}"
            yield Finding(channel, False, seen, "it goes on by itself; does anything else send from the same account?")
    if found := seen_of(settings, latest, now):
        yield Finding("report", *found)


def _provider(settings: Settings, channel: str, dates: list[float]) -> Finding:
    url = base_url_of(settings, channel)
    if not url:
        return Finding(channel, True, _of_ones_own(settings.channels()[channel].only_addresses))
    shown = without_secrets(url)
    emulated = settings.is_emulated(channel)
    kind = "emulated" if emulated else "real"
    try:
        date = _probe(url)
    except OSError as error:
        advice = "start `notifyhub serve`" if emulated else f"check the network and {PREFIX}{channel.upper()}_BASE_URL"
        return Finding(channel, False, f"{kind}, {shown} cannot be reached: {error}", advice)
    if date is not None:
        dates.append(date)
    return Finding(channel, True, f"{kind}, {shown} answers")


def _mail_server(settings: Settings) -> Finding:
    """The first account logs in, which shows more than a greeting; no mail is sent."""
    account = mail_account_of(settings)
    kind = "emulated" if settings.email.emulated else "real"
    try:
        probe(account, PROBE_S)
    except (NotHandedOver, NotifyhubError) as error:
        wrong = f"check the network and {PREFIX}EMAIL_HOST, _PORT, _TLS, _USERNAME and _PASSWORD"
        advice = "start `notifyhub serve`" if settings.email.emulated else wrong
        return Finding("email", False, f"{kind}, {account.url} takes no mail: {error}", advice)
    readable = account.tls == "none" and not settings.email.emulated and not is_loopback(account.host)
    return Finding("email", True, f"{kind}, {account.url} answers{'; mails are NOT ENCRYPTED' if readable else ''}")


def _of_ones_own(addresses: frozenset[str] | None) -> str:
    if addresses is None:
        return "your own provider, not checked"
    return f"leads to {', '.join(sorted(addresses))}, not checked"


def _probe(url: str) -> float | None:
    """Probe a server: how many seconds its clock is ahead of ours, if it says. Sends no credentials."""
    parts = urlsplit(url)
    kind = HTTPSConnection if parts.scheme == "https" else HTTPConnection
    connection = kind(parts.hostname or "", parts.port, timeout=PROBE_S)
    try:
        connection.request("HEAD", "/")
        date = connection.getresponse().headers.get("Date")
        return parsedate_to_datetime(date).timestamp() - time.time() if date else None
    except (socket.gaierror, TimeoutError, OSError):
        raise
    except Exception as error:
        raise OSError(f"not an HTTP server: {type(error).__name__}") from error
    finally:
        connection.close()


def _clock(ahead_s: list[float]) -> Finding:
    if not ahead_s:
        return Finding("clock", True, "nothing to compare it with")
    off = sorted(ahead_s)[len(ahead_s) // 2]
    if abs(off) > CLOCK_OFF_S:
        return Finding(
            "clock", False, f"is {abs(off):.0f} s {'behind' if off > 0 else 'ahead'}", "set it, ideally with NTP"
        )
    return Finding("clock", True, "agrees with the messengers")
