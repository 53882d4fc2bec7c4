"""login-link; sessions list, revoke."""

from __future__ import annotations

from typing import Annotated

import typer

from notifyhub_cli.account import account
from notifyhub_cli.ages import age_ms
from notifyhub_cli.output import AsJson, Exit, leave, say, show_json, show_table, text, told_in_one_line
from notifyhub_cli.target import own

app = typer.Typer(
    help="""Show who is signed in to the dashboard, and end sessions.

    \b
    Examples:
      notifyhub sessions list
      notifyhub sessions revoke 3
    """,
    no_args_is_help=True,
)


def login_link(
    role: Annotated[str, typer.Option(help="viewer, operator or admin.")] = "admin",
    name: Annotated[str | None, typer.Option(help="Whom it signs in [default: the account here].")] = None,
    valid: Annotated[
        str | None,
        typer.Option(help="How long it works: 10m, 2h … [default: NOTIFYHUB_DASHBOARD_LINK_S].", metavar="TIME"),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Print a link that signs somebody in to the dashboard, once.

    \b
    Examples:
      notifyhub login-link
      notifyhub login-link --role viewer --name Anna --valid 2h
    """
    with told_in_one_line(), own() as hub:
        link = hub.sessions.link(name=account() if name is None else name, role=role, valid_s=_seconds(valid))
    if as_json:
        show_json(link)
        return
    typer.echo(link.url)
    say(f"signs in {link.name} as {link.role}, once, until {text(link.expires_at)}")


def _seconds(valid: str | None) -> int | None:
    if valid is None:
        return None
    found = age_ms(valid)
    if found is None:
        leave(Exit.BAD_INPUT, f"--valid: must be a time such as 10m, 2h or PT10M (given: {valid!r})")
    return found // 1000


@app.command("list")
def list_(as_json: AsJson = False) -> None:
    """List who is signed in to the dashboard.

    \b
    Example:
      notifyhub sessions list --json
    """
    with told_in_one_line(), own() as hub:
        found = hub.sessions.list()
    if as_json:
        show_json(found)
        return
    rows = [(s.id, s.name, s.role, s.via, s.created_at, s.last_used_at, s.expires_at, s.user_agent) for s in found]
    show_table(("id", "name", "role", "via", "signed in", "last used", "expires", "browser"), rows)


@app.command()
def revoke(id_: Annotated[int, typer.Argument(metavar="ID", help="From `notifyhub sessions list`.")]) -> None:
    """End a session. Every process refuses it immediately.

    \b
    Example:
      notifyhub sessions revoke 3
    """
    with told_in_one_line(), own() as hub:
        hub.sessions.revoke(id_)
    typer.echo(f"revoked session {id_}")


def register(app: typer.Typer) -> None:
    app.command("login-link")(login_link)
