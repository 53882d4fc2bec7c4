"""audit."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from notifyhub_cli.output import AsJson, show_json, show_table, told_in_one_line
from notifyhub_cli.target import reading

if TYPE_CHECKING:
    from notifyhub import answers


def audit(
    limit: Annotated[int, typer.Option(help="How many to show.", min=1, max=100_000)] = 20,
    who: Annotated[str | None, typer.Option(help="Done by this API key, account or person.", metavar="NAME")] = None,
    action: Annotated[
        list[str] | None, typer.Option(help="mailing.paused, key.created …; may be given several times.")
    ] = None,
    about: Annotated[
        str | None, typer.Option(help="A kind, or a kind and an id: mailing, mailing:3.", metavar="KIND[:ID]")
    ] = None,
    since: Annotated[str | None, typer.Option(help="Done at or after this time: ISO 8601 with an offset.")] = None,
    until: Annotated[str | None, typer.Option(help="Done before this time: ISO 8601 with an offset.")] = None,
    as_json: AsJson = False,
) -> None:
    """Show who did what, newest first.

    \b
    Examples:
      notifyhub audit --who shop --since 2026-12-01T00:00:00+03:00
      notifyhub audit --about mailing:3
    """
    with told_in_one_line(), reading() as hub:
        found = hub.audit.list(
            limit=limit, who=who, action=action or None, about=about, created_from=since, created_to=until
        )
    if as_json:
        show_json(found)
        return
    rows = [(e.created_at, _by(e), e.face, e.action, _about(e), _changed(e), e.request_id) for e in found]
    show_table(("when", "who", "face", "action", "about", "changed", "request"), rows)


def _by(entry: answers.AuditEntry) -> str:
    key = None if entry.key_id is None else f"key {entry.key_id}"
    return " ".join(f"({part})" if i else part for i, part in enumerate(filter(None, (entry.who, key)))) or "-"


def _about(entry: answers.AuditEntry) -> str:
    return entry.about.kind if entry.about.id is None else f"{entry.about.kind} {entry.about.id}"


def _changed(entry: answers.AuditEntry) -> str:
    return ", ".join(f"{name} {_shown(value)}" for name, value in (entry.changed or {}).items())


def _shown(value: object) -> str:
    return " ".join(map(str, value)) if isinstance(value, list) else str(value).lower()


def register(app: typer.Typer) -> None:
    app.command()(audit)
