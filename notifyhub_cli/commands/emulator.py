"""emulator: run it, or set the faults of a running one."""

from __future__ import annotations

import sqlite3
import ssl
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NoReturn

import typer

from notifyhub_cli.commands import faults
from notifyhub_cli.output import Exit, leave, told_in_one_line

if TYPE_CHECKING:
    from notifyhub.emulator.faults import FaultSettings

MADE_KEY = """
Other machines can reach this address, so everything except the messengers' own paths requires this key, which is
shown only once (in a browser: any name, the key as the password; set your own with NOTIFYHUB_EMULATOR_KEY):
  {}"""

app = typer.Typer(
    invoke_without_command=True,
    help="""Run only the emulator of the messengers, or set the faults of a running one.

    \b
    Examples:
      notifyhub emulator --port 8090 --profile original-task
      notifyhub emulator --smtp-port 2525
      notifyhub emulator --limits real --strictness real --seed 7 --faults faults.json
      notifyhub emulator faults add --channel telegram --answer 503 --rate 0.1
    """,
)
app.add_typer(faults.app, name="faults")


@app.callback()
def run(
    context: typer.Context,
    host: Annotated[str, typer.Option(help="Address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(help="Port to listen on.", min=0, max=65535)] = 8090,
    smtp_port: Annotated[int, typer.Option(help="Port that accepts mail by SMTP.", min=0, max=65535)] = 8025,
    smtp_cert: Annotated[
        Path | None, typer.Option(help="PEM file with certificate and key: offers STARTTLS on the SMTP port.")
    ] = None,
    key: Annotated[
        str | None,
        typer.Option(help="Key for everything except the messengers' paths [default: NOTIFYHUB_EMULATOR_KEY]."),
    ] = None,
    journal: Annotated[Path | None, typer.Option(help="SQLite file for the journal [default: in memory].")] = None,
    journal_cap: Annotated[int, typer.Option(help="Most entries to keep; the oldest are dropped.", min=1)] = 1_000_000,
    profile: Annotated[str, typer.Option(help="none, original-task or real-limits.")] = "none",
    seed: Annotated[int | None, typer.Option(help="Seed that makes random faults repeatable.")] = None,
    faults: Annotated[Path | None, typer.Option(help="JSON file as for PUT /faults; overrides --profile.")] = None,
    limits: Annotated[str, typer.Option(help="real enforces the messengers' rate limits; off does not.")] = "off",
    strictness: Annotated[
        str, typer.Option(help="real checks bots' requests as strictly as the messengers do; lenient is less strict.")
    ] = "lenient",
) -> None:
    if context.invoked_subcommand is not None:
        return
    from notifyhub import logs
    from notifyhub.emulator import main
    from notifyhub.emulator.app import Emulator
    from notifyhub.emulator.faults import PROFILES
    from notifyhub.emulator.shared import strictness as strict
    from notifyhub.emulator.shared.limits import LIMITS_PROFILES
    from notifyhub.settings import load
    from notifyhub_cli.emulator_access import guards_alone
    from notifyhub_cli.listening import limits_of, listening
    from notifyhub_cli.stopping import stop_by_signals

    if profile not in PROFILES:
        _unknown("--profile", profile, PROFILES)
    if limits not in LIMITS_PROFILES:
        _unknown("--limits", limits, LIMITS_PROFILES)
    if strictness not in strict.PROFILES:
        _unknown("--strictness", strictness, strict.PROFILES)
    with told_in_one_line():
        wanted = None if faults is None else _faults_of(faults)
        tls = None if smtp_cert is None else _tls_of(smtp_cert)
        settings = load() if key is None else load(emulator_key=key)
        logs.configure(settings.log_level, settings.log_format)
        with listening(host, port, "choose another with --host and --port") as listener:
            guards, made = guards_alone(listener.getsockname()[0], settings)
            emulator = Emulator(
                journal,
                profile=profile,
                seed=seed,
                journal_cap=journal_cap,
                limits=limits,
                strictness=strictness,
                guards=guards,
                smtp_tls=tls,
            )
            if wanted is not None:
                emulator.faults.replace(wanted)
            try:
                emulator.journal.open()
            except sqlite3.Error as error:
                leave(Exit.UNAVAILABLE, f"--journal: {journal} cannot be used: {error}")
            emulator.door.listen(listener.getsockname()[0], smtp_port)
            server = main.server(emulator, limits_of(settings))
            stop_by_signals(server)
            url = "http://{}:{}".format(*listener.getsockname()[:2])
            typer.echo(f"emulator listens on {url}\nopen its inbox in a browser: {url}/")
            if emulator.door.address is not None:
                typer.echo("send it mail by SMTP: {}:{}".format(*emulator.door.address))
            if made is not None:
                typer.echo(MADE_KEY.format(made))
            server.run([listener])


def _tls_of(path: Path) -> ssl.SSLContext:
    """The context for STARTTLS. Ends the command if the file cannot be used."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    try:
        context.load_cert_chain(path)
    except (OSError, ssl.SSLError) as error:
        leave(Exit.BAD_INPUT, f"--smtp-cert: {path}: {error.strerror or error}")
    return context


def _unknown(option: str, given: str, known: Iterable[str]) -> NoReturn:
    leave(Exit.BAD_INPUT, f"{option}: unknown value {given!r}; use one of {', '.join(known)}")


def _faults_of(path: Path) -> FaultSettings:
    """The faults from a file. Ends the command if they cannot be used."""
    from pydantic import ValidationError

    from notifyhub.emulator.faults import FaultSettings
    from notifyhub.emulator.web.http import errors_of

    try:
        body = path.read_bytes()
    except OSError as error:
        leave(Exit.BAD_INPUT, f"--faults: {path}: {error.strerror}")
    try:
        return FaultSettings.model_validate_json(body)
    except ValidationError as error:
        wrong = errors_of(body, error)
        leave(Exit.BAD_INPUT, *(f"--faults: {path}: {one['field'] or 'file'}: {one['message']}" for one in wrong))
