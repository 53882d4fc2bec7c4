"""reachability list, show, suppress, clear."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from notifyhub_cli.output import AsJson, Exit, leave, show_json, show_table, told_in_one_line
from notifyhub_cli.target import reading

if TYPE_CHECKING:
    from notifyhub import answers

app = typer.Typer(
    help="""See and change to which addresses nothing is sent, and why.

    \b
    Examples:
      notifyhub reachability list --reason recipient_blocked
      notifyhub reachability show telegram 1067000
      notifyhub reachability suppress telegram 1067000
      notifyhub reachability clear telegram 1067000
    """,
    no_args_is_help=True,
)
Channel = Annotated[str, typer.Argument(metavar="CHANNEL", help="telegram, viber, whatsapp, gateway, email …")]
Address = Annotated[str, typer.Argument(metavar="ADDRESS", help="In any form that the channel accepts.")]


@app.command("list")
def list_(
    limit: Annotated[int, typer.Option(help="How many to show.", min=1, max=100_000)] = 20,
    channel: Annotated[list[str] | None, typer.Option(help="May be given several times.")] = None,
    reason: Annotated[str | None, typer.Option(help="recipient_blocked, opted_out …")] = None,
    as_json: AsJson = False,
) -> None:
    """List addresses that nothing is sent to, newest first.

    \b
    Example:
      notifyhub reachability list --channel telegram --reason opted_out
    """
    with told_in_one_line(), reading() as hub:
        found = hub.reachability.list(limit=limit, channel=channel, reason=reason)
    _show(found, as_json)


@app.command()
def show(channel: Channel, address: Address, as_json: AsJson = False) -> None:
    """Show why nothing is sent to an address.

    \b
    Example:
      notifyhub reachability show telegram 1067000 --json
    """
    with told_in_one_line(), reading() as hub:
        found = hub.reachability.list(channel=channel, address=address)
    if not found:
        leave(Exit.NOT_FOUND, f"nothing is known against {channel} {address}: messages are sent to it")
    _show(found, as_json)


@app.command()
def suppress(channel: Channel, address: Address, as_json: AsJson = False) -> None:
    """Send nothing more to an address, until it is cleared or the person opts in by a message.

    \b
    Example:
      notifyhub reachability suppress telegram 1067000
    """
    with told_in_one_line(), reading() as hub:
        entry = hub.reachability.suppress(channel, address)
    if as_json:
        show_json(entry)
    else:
        typer.echo(f"nothing is sent to {entry.channel} {entry.address} any more")


@app.command()
def clear(channel: Channel, address: Address, as_json: AsJson = False) -> None:
    """Forget everything about an address, opt-outs too: messages are sent to it again.

    \b
    Example:
      notifyhub reachability clear telegram 1067000
    """
    with told_in_one_line(), reading() as hub:
        done = hub.reachability.clear(channel, address)
    if as_json:
        show_json(done)
    else:
        typer.echo(f"cleared {done.channel} {done.address}: {done.cleared} entries")


def _show(found: list[answers.Reachability], as_json: bool) -> None:
    if as_json:
        show_json(found)
        return
    rows = [(e.channel, e.address, e.sender, e.reason, e.source, e.learnt_at, e.expires_at) for e in found]
    show_table(("channel", "address", "sender", "reason", "source", "learnt", "until"), rows)
