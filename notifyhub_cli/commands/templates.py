"""template list, show, set, preview, delete."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from notifyhub_cli.commands.messages import from_standard_input
from notifyhub_cli.filling import Language, Variables, variables
from notifyhub_cli.output import AsJson, Exit, leave, show_json, show_table, told_in_one_line
from notifyhub_cli.target import reading

if TYPE_CHECKING:
    from notifyhub import answers

app = typer.Typer(
    help="""Keep texts with variables under a name, in several languages and for several channels.

    \b
    Examples:
      notifyhub template set code "Your code is {{ code }}"
      notifyhub template set code "Ваш код: {{ code }}" --language ru
      notifyhub template preview code --var code=7194 --language ru
      notifyhub send --template code --var code=7194 --to telegram=1067000
    """,
    no_args_is_help=True,
)
Name = Annotated[str, typer.Argument(metavar="NAME", help="Letters, digits, _, . and -.")]
Version = Annotated[int | None, typer.Option(help="Default: the newest.", min=1)]
Channel = Annotated[str | None, typer.Option(help="telegram, viber, whatsapp, gateway …; default: all.")]


@app.command("list")
def list_(
    limit: Annotated[int, typer.Option(help="How many to show.", min=1, max=100_000)] = 100,
    as_json: AsJson = False,
) -> None:
    """List templates by name.

    \b
    Example:
      notifyhub template list
    """
    with told_in_one_line(), reading() as hub:
        found = hub.templates.list(limit=limit)
    if as_json:
        show_json(found)
        return
    rows = [(t.name, t.version, ", ".join(_place(v) for v in t.variants), t.created_at) for t in found]
    show_table(("name", "version", "variants", "changed"), rows)


@app.command()
def show(
    name: Name,
    version: Version = None,
    history: Annotated[bool, typer.Option("--history", help="List its versions instead.")] = False,
    as_json: AsJson = False,
) -> None:
    """Show the variants of a template.

    \b
    Examples:
      notifyhub template show code --version 1
      notifyhub template show code --history
    """
    with told_in_one_line(), reading() as hub:
        if history:
            _show_history(hub.templates.versions(name), as_json)
            return
        template = hub.templates.get(name, version)
    _show(template, as_json)


@app.command("set")
def set_(
    name: Name,
    source: Annotated[
        str, typer.Argument(metavar="TEXT", help="With {{ variables }}; - reads it from standard input.")
    ],
    language: Language = None,
    channel: Channel = None,
    subject: Annotated[str | None, typer.Option(help="Of e-mails; may have variables too.")] = None,
    html: Annotated[
        Path | None, typer.Option(metavar="FILE", help="File with the HTML part of e-mails.", exists=True)
    ] = None,
    parse_mode: Annotated[
        str | None, typer.Option(help="With --channel telegram: HTML, MarkdownV2 or Markdown.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Store a template, or its variant for a language, a channel or both. Each change makes a new version.

    \b
    Examples:
      notifyhub template set sale "Hello {{ attributes.name }}, everything at half price"
      notifyhub template set sale "<b>{{ attributes.name }}</b>, half price" --channel telegram --parse-mode HTML
      notifyhub template set sale - --channel email --subject "Half price" --html sale.html < sale.txt
    """
    text = from_standard_input() if source == "-" else source
    with told_in_one_line(), reading() as hub:
        template = hub.templates.set(
            name,
            text,
            language=language,
            channel=channel,
            subject=subject,
            html=None if html is None else _file(html),
            parse_mode=parse_mode,
        )
    _show(template, as_json)


@app.command()
def preview(
    name: Name,
    var: Variables = None,
    client: Annotated[int | None, typer.Option(metavar="ID", help="A client of the directory.")] = None,
    language: Language = None,
    channel: Channel = None,
    version: Version = None,
    as_json: AsJson = False,
) -> None:
    """Show the text that a template makes of variables, of a client, or of both.

    \b
    Examples:
      notifyhub template preview code --var code=7194
      notifyhub template preview sale --client 7 --channel telegram
    """
    with told_in_one_line(), reading() as hub:
        made = hub.templates.preview(
            name, variables(var), client_id=client, language=language, channel=channel, version=version
        )
    if as_json:
        show_json(made)
        return
    for part, value in (("subject", made.subject), ("text", made.text), ("html", made.html)):
        if value is not None:
            typer.echo(value if part == "text" else f"{part}: {value}")
    most = "" if made.limit is None else f" of {made.limit:,}"
    typer.echo(f"({made.length:,}{most} characters, version {made.version})", err=True)


@app.command()
def delete(name: Name, language: Language = None, channel: Channel = None, as_json: AsJson = False) -> None:
    """Remove a template, or its variants for a language or a channel. What uses an older version keeps it.

    \b
    Examples:
      notifyhub template delete code
      notifyhub template delete code --language ru
    """
    with told_in_one_line(), reading() as hub:
        left = hub.templates.delete(name, language=language, channel=channel)
    if as_json:
        show_json(left)
    else:
        places = ", ".join(_place(variant) for variant in left.variants)
        typer.echo(f"version {left.version} of {name} has variants for: {places or 'nobody'}")


def _show(template: answers.Template, as_json: bool) -> None:
    if as_json:
        show_json(template)
        return
    typer.echo(f"{template.name}  version {template.version}")
    rows = [(_place(v), v.subject, v.text, v.parse_mode or ("with HTML" if v.html else "")) for v in template.variants]
    show_table(("for", "subject", "text", "markup"), rows)


def _show_history(versions: list[answers.TemplateVersion], as_json: bool) -> None:
    if as_json:
        show_json(versions)
        return
    rows = [(v.version, "removed" if v.removed else "set", _place(v), v.created_at) for v in versions]
    show_table(("version", "", "for", "at"), rows)


def _place(variant: answers.TemplateVariant | answers.TemplateVersion) -> str:
    return " on ".join(filter(None, (variant.language, variant.channel))) or "all"


def _file(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except UnicodeDecodeError:
        leave(Exit.BAD_INPUT, f"--html: {path} is not UTF-8")
