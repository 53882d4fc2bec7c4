"""What `serve` prints when it is ready: its address, which channels are real, the key, and first steps to copy."""

from __future__ import annotations

import shlex
from pathlib import Path

import typer

from notifyhub import Hub
from notifyhub.emulator.app import Emulator
from notifyhub.hub import core_of
from notifyhub.providers.registry import base_url_of
from notifyhub.settings import Settings, without_secrets
from notifyhub.store import keys
from notifyhub_cli.emulator_access import only_this_machine_reaches

FIRST_KEY = "first-key"


def key_file(settings: Settings) -> Path:
    """The file of the first key. The path is absolute, because the reader may be in another folder."""
    return (settings.data_dir / FIRST_KEY).absolute()


def _kept(hub: Hub) -> bool:
    """Does the file hold a key that still works?"""
    try:
        key = key_file(hub.settings).read_text().strip()
    except (OSError, ValueError):
        return False
    return bool(core_of(hub).ask(keys.live([keys.hash_key(key)])).result())


def welcome(hub: Hub, address: tuple[str, int], key: str | None, emulated: Emulator | None, door: str) -> None:
    """`door`: how to get into the dashboard."""
    settings, emulator = hub.settings, emulated is not None
    url = settings.effective_emulator_url.removesuffix("/emulator") if emulator else f"http://{address[0]}:{address[1]}"
    # Readers of the first line may rely on the start having succeeded: nothing after it can fail.
    kept = _kept(hub)
    typer.echo(f"notifyhub listens on {url}")
    for channel in settings.channels():
        kind = "emulated" if settings.is_emulated(channel) else "real    "
        typer.echo(f"  {channel:<9} {kind}  {without_secrets(base_url_of(settings, channel))}")
    typer.echo(f"\n{door}")
    if not emulator and not only_this_machine_reaches(address[0]):
        _say_why_there_is_no_emulator(settings, address[0])
    if settings.auth == "none":
        typer.echo("\nNo API key is needed (NOTIFYHUB_AUTH=none): anyone on this machine can do everything.")
    elif key:
        typer.echo(f"\nYour API key (shown only once, saved in {key_file(settings)}):\n  {key}")
    elif kept:
        typer.echo(f"\nYour API key is saved in {key_file(settings)}")
    else:
        typer.echo("\nCreate an API key:\n  notifyhub key create --name NAME --scope admin")
    shown = key or (f"$(cat {shlex.quote(str(key_file(settings)))})" if kept else "nh_…")
    header = "" if settings.auth == "none" else f'-H "Authorization: Bearer {shown}" '
    _show_first_steps(url, header)
    if emulated is not None:
        _show_where_to_look(url, "" if only_this_machine_reaches(address[0]) else header)
        if emulated.door.address is not None:
            typer.echo("\nSend the emulator mail by SMTP: {}:{}".format(*emulated.door.address))


def _say_why_there_is_no_emulator(settings: Settings, address: str) -> None:
    if settings.emulator_url is None and any(settings.is_emulated(channel) for channel in settings.channels()):
        typer.echo(
            f"\nOther machines can reach {address}, so the emulator is served there only with --emulator, and then "
            "requires an API key.\nUntil then, messages sent over emulated channels reach nobody."
        )


def _show_first_steps(url: str, header: str) -> None:
    """Commands that can be copied as they are; if the key is in a file, they read it from there."""
    typer.echo(
        f"\nSend a message:\n  curl -s {url}/api/v1/messages {header}\\\n"
        """    -d '{"text": "Hello", "recipients": [{"telegram": "1067000"}]}'"""
    )


def _show_where_to_look(url: str, header: str) -> None:
    asked = " (any name, the API key as the password)" if header else ""
    typer.echo(
        f"\nSee what arrived, in a browser{asked} or here:\n  {url}/emulator/\n  curl -s {header}{url}/emulator/journal"
    )
