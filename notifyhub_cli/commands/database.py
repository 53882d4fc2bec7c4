"""db upgrade."""

from __future__ import annotations

import typer

from notifyhub_cli.output import AsJson, show_json, told_in_one_line

app = typer.Typer(no_args_is_help=True)


@app.callback()
def _group() -> None:
    """Manage the database.

    \b
    Example:
      notifyhub db upgrade
    """


@app.command()
def upgrade(as_json: AsJson = False) -> None:
    """Bring the schema up to date. Safe to run at any time, even twice at once.

    \b
    Example:
      NOTIFYHUB_DATABASE_URL=postgresql://me@db/notifyhub notifyhub db upgrade
    """
    from notifyhub.settings import load
    from notifyhub.store.database import Database

    with told_in_one_line():
        database = Database(load().effective_database_url)
        applied = database.upgrade()
        database.close()
    if as_json:
        show_json({"applied": applied})
    else:
        typer.echo("\n".join(f"applied {name}" for name in applied) or "the schema is up to date")
