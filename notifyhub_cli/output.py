"""Output for people and scripts, and the exit codes."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from enum import IntEnum
from errno import EPIPE
from typing import Annotated, Any, NoReturn

import typer

from notifyhub.errors import Conflict, Fault, InvalidRequest, NotFound, NotifyhubError, SettingsError, WaitTimedOut

# Request members whose command line options have other names.
_OPTIONS = {
    "text": "TEXT",
    "url": "URL",
    "variables": "--var",
    "to": "--to",
    "as_": "AS",
    "scopes": "--scope",
    "mailing_id": "--mailing",
    "client_id": "--client",
    "clients": "--client",
    "valid_s": "--valid",
    "created_from": "--since",
    "created_to": "--until",
}

AsJson = Annotated[bool, typer.Option("--json", help="Print JSON, for scripts.")]
AsCsv = Annotated[bool, typer.Option("--csv", help="Print CSV, for spreadsheets: one number a row.")]


class Exit(IntEnum):
    """Exit codes. They are stable and documented in the README."""

    OK = 0
    FAILED = 1
    BAD_INPUT = 2
    NOT_FOUND = 3
    UNAVAILABLE = 4
    TIMED_OUT = 5
    INTERRUPTED = 130


@contextmanager
def told_in_one_line() -> Iterator[None]:
    """Turn our own errors into one clear line each on standard error, and an exit code."""
    try:
        yield
    except InvalidRequest as error:
        leave(Exit.BAD_INPUT, *map(_told, error.faults))
    except SettingsError as error:
        leave(Exit.BAD_INPUT, *str(error).splitlines())
    except NotFound as error:
        leave(Exit.NOT_FOUND, str(error))
    except Conflict as error:
        leave(Exit.FAILED, str(error))
    except WaitTimedOut as error:
        leave(Exit.TIMED_OUT, str(error))
    except NotifyhubError as error:
        leave(Exit.UNAVAILABLE, str(error))
    except OSError as error:
        if error.errno == EPIPE:  # the reader of our output closed the pipe
            raise
        where = f"{error.filename}: " if error.filename else ""
        leave(Exit.UNAVAILABLE, f"{where}{error.strerror or error}")


def leave(code: Exit, *lines: str) -> NoReturn:
    """End the command with lines on standard error; a multi-line database error becomes one line."""
    for line in lines:
        say(line)
    raise typer.Exit(code)


def _told(fault: Fault) -> str:
    path = fault.path.removeprefix("$").removeprefix(".")
    return f"{_option(path)}: {fault.message}" if path else fault.message


def _option(path: str) -> str:
    """The command line option or argument that a request path or a Python argument came from."""
    name = path.split(".")[0].split("[")[0]
    if name == "options":
        return f"--option {path.removeprefix('options').removeprefix('.')}".rstrip()
    if name == "channels" and path != name:
        return "--confirm-within" if path.endswith("confirm_within") else "--first-of"
    option = _OPTIONS.get(name, "--" + name.replace("_", "-"))
    return f"{option} {path.rpartition('.')[2]}" if option == "--to" and "." in path else option


def say(line: str) -> None:
    """One line on standard error."""
    typer.echo(f"notifyhub: {' '.join(line.split())}", err=True)


def show_json(value: Any) -> None:
    """Print one JSON document on standard output, without members that are not set."""
    import orjson

    typer.echo(orjson.dumps(_plain(value), option=orjson.OPT_INDENT_2).decode())


def show_csv(counted: Any, as_json: bool) -> None:
    """Print statistics as CSV on standard output, with the line ends of a shell."""
    from notifyhub.tables.statistics import as_csv

    if as_json:
        leave(Exit.BAD_INPUT, "--csv: goes without --json")
    typer.echo("\n".join(as_csv(counted).splitlines()))


def show_table(columns: Sequence[str], rows: Sequence[Sequence[object]]) -> None:
    """Print a table as wide as the terminal, or as wide as it needs to be in a pipe."""
    from rich.console import Console
    from rich.table import Table

    table = Table(box=None, pad_edge=False, header_style="bold")
    for column in columns:
        table.add_column(column, overflow="fold")
    for row in rows:
        table.add_row(*(text(cell) for cell in row))
    # A pipe has no width; lines must not be broken, so that grep works.
    Console(width=None if sys.stdout.isatty() else 10_000, highlight=False).print(table)


def text(value: object) -> str:
    """The text of a cell: empty for None; times to the second with `Z`."""
    if value is None:
        return ""
    if isinstance(value, datetime):
        return value.strftime("%Y-%m-%d %H:%M:%SZ")
    return str(value)


def _plain(value: Any) -> Any:
    from pydantic import BaseModel

    if isinstance(value, BaseModel):
        return value.model_dump(mode="json", exclude_none=True)
    if isinstance(value, list):
        return [_plain(item) for item in value]
    return value
