"""Templates on the command line: which one, and what it is filled with."""

from __future__ import annotations

import json
from typing import Annotated, Any

import typer

from notifyhub_cli.output import Exit, leave

TemplateName = Annotated[
    str | None, typer.Option(metavar="NAME", help="A template instead of TEXT (see `notifyhub template --help`).")
]
Variables = Annotated[
    list[str] | None,
    typer.Option(metavar="NAME=VALUE", help="A value for the template; may be given several times."),
]
Language = Annotated[str | None, typer.Option(help="Language of the template's variant, such as ru.")]

_JSON = ("[", "{", '"')


def variables(given: list[str] | None) -> dict[str, Any] | None:
    """`NAME=VALUE` pairs by name. Values that begin as lists, objects or quoted texts are JSON, others text."""
    if not given:
        return None
    found: dict[str, Any] = {}
    for pair in given:
        name, equals, value = pair.partition("=")
        if not equals or not name:
            leave(Exit.BAD_INPUT, f"--var: {pair!r} must be NAME=VALUE, such as name=Ann")
        if name in found:
            leave(Exit.BAD_INPUT, f"--var: {name} is given more than once")
        found[name] = _value(name, value)
    return found


def _value(name: str, text: str) -> Any:
    if not text.startswith(_JSON):
        return text
    try:
        return json.loads(text)
    except ValueError as error:
        leave(Exit.BAD_INPUT, f"--var: the value of {name} is not JSON: {error}")
