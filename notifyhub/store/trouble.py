"""What is wrong with a database, in words: for a tired person, and for callers who may not know hosts and users."""

from __future__ import annotations

from typing import NamedTuple

from notifyhub.errors import StoreUnavailable
from notifyhub.settings import without_secrets


class Trouble(NamedTuple):
    """A kind of trouble.

    signs   parts of the database's own words, in lower case, one of which shows it
    what    what is wrong; None: in the database's words
    advice  what to check
    told    what callers are told
    passes  may it pass by itself?
    """

    signs: tuple[str, ...]
    what: str | None
    advice: str
    told: str = "the database does not answer"
    passes: bool = False


# The first whose sign is found counts.
_TROUBLES = (
    # SQLite
    Trouble(("file is not a database", "malformed"), "it is not a SQLite database, or is damaged", "check the path"),
    Trouble(("unable to open database file",), "the file cannot be opened", "check the path and who may write there"),
    Trouble(
        ("readonly database", "read-only transaction"),
        "it can only be read",
        "check who may write to the file and its folder, or whether the server is a standby",
        "the database can only be read",
    ),
    Trouble(
        ("disk is full", "no space left"), "the disk is full", "free some space", "the disk of the database is full"
    ),
    Trouble(
        ("database is locked", "database table is locked"),
        "another process keeps it locked",
        "find out which; `notifyhub` itself locks it for moments only",
        "the database is locked by another process",
        passes=True,
    ),
    Trouble(("disk i/o error",), "the disk fails", "check the disk", "the disk of the database fails"),
    # PostgreSQL
    Trouble(
        ("connection refused",),
        "connection refused",
        "is the server running, and are host and port right?",
        passes=True,
    ),
    Trouble(
        ("failed to resolve host", "could not translate host name"),
        "there is no such host",
        "check the host's name",
        passes=True,
    ),
    Trouble(
        ("timeout expired", "timed out", "no route to host", "network is unreachable"),
        "it does not answer",
        "check host and port, the network and its firewalls",
        passes=True,
    ),
    Trouble(
        ("starting up", "shutting down", "in recovery mode", "not yet accepting"),
        "it is starting or stopping",
        "try again in a moment",
        passes=True,
    ),
    Trouble(
        ("too many clients", "remaining connection slots"),
        "it takes no more connections",
        "raise max_connections there, or run fewer processes",
        passes=True,
    ),
    Trouble(
        ("password authentication failed", "no password supplied"),
        "it refuses the user or the password",
        "check both in the URL; special characters must be percent-encoded",
    ),
    Trouble(("pg_hba.conf",), "it does not let this user in from here", "check pg_hba.conf on the server"),
    Trouble(("permission denied", "must be owner"), None, "the user must be allowed to create tables there"),
    Trouble(('role "',), None, "check the user in the URL"),
    Trouble(('database "',), None, "create it, or check its name at the end of the URL"),
    Trouble(
        ("ssl negotiation", "expected authentication request", "server closed the connection unexpectedly"),
        "what answers there does not speak PostgreSQL, or broke off",
        "check host and port",
        passes=True,
    ),
)
_UNKNOWN = Trouble((), None, "check NOTIFYHUB_DATABASE_URL, and the log of the database")


def trouble_of(error: BaseException) -> Trouble:
    """The kind of trouble that a database's error shows."""
    words = str(error).lower()
    return next((one for one in _TROUBLES if any(sign in words for sign in one.signs)), _UNKNOWN)


def is_locked(error: BaseException) -> bool:
    """Does another process keep a SQLite file locked? Then SQLite has waited already."""
    return "is locked" in str(error)


def cannot_open(url: str, error: BaseException) -> StoreUnavailable:
    """For the start: in one line, with the URL and what to check."""
    trouble = trouble_of(error)
    what = trouble.what or _last_words(error)
    text = f"cannot open the database {without_secrets(url)}: {what} ({trouble.advice})"
    return StoreUnavailable(text, told=trouble.told, passes=trouble.passes)


def failed(doing: str, error: BaseException) -> StoreUnavailable:
    """For what fails in the course of work."""
    trouble = trouble_of(error)
    return StoreUnavailable(f"{doing}: {_last_words(error)}", told=trouble.told, passes=trouble.passes)


def _last_words(error: BaseException) -> str:
    """PostgreSQL puts what was tried before what went wrong; only the latter is of use."""
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    fatal = [line.partition("FATAL:")[2].strip() for line in lines if "FATAL:" in line]
    return (fatal or lines or [type(error).__name__])[0]
