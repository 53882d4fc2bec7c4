"""doctor: checks everything that a working install needs, and says what to do."""

from __future__ import annotations

import typer

from notifyhub_cli.output import AsJson, Exit, show_json, told_in_one_line


def doctor(as_json: AsJson = False) -> None:
    """Check database, broker, messengers, clock and settings. Exits with 1 if something needs fixing.

    \b
    Example:
      notifyhub doctor
    """
    from notifyhub.settings import load
    from notifyhub_cli.diagnosis import examine

    with told_in_one_line():
        findings = list(examine(load()))
    if as_json:
        show_json([{"what": f.what, "good": f.good, "seen": f.seen, "advice": f.advice} for f in findings])
    for finding in () if as_json else findings:
        typer.echo(f"{'ok ' if finding.good else 'BAD'}  {finding.what:<10} {finding.seen}")
        if finding.advice:
            typer.echo(f"     {'':<10} → {finding.advice}")
    if not all(finding.good for finding in findings):
        raise typer.Exit(Exit.FAILED)


def register(app: typer.Typer) -> None:
    app.command()(doctor)
