"""What a form does, as commands to copy: curl and Python."""

from __future__ import annotations

import json
import pprint
import shlex
from collections.abc import Mapping
from typing import Any


def curl(url: str, path: str, body: Mapping[str, Any]) -> str:
    """A request as a command for a shell."""
    text = json.dumps(body, ensure_ascii=False, indent=2)
    key = '"Authorization: Bearer $NOTIFYHUB_API_KEY"'
    return f"curl {shlex.quote(url + path)} \\\n  -H {key} \\\n  -d {shlex.quote(text)}"


def python(verb: str, body: Mapping[str, Any], renamed: Mapping[str, str], positional: tuple[str, ...]) -> str:
    """The same as a call of the library; `renamed`: members of the body that have another name there."""
    members = {renamed.get(name, name): value for name, value in body.items()}
    first = [_written(members.pop(name)) for name in positional if name in members]
    lines = [*first, *(f"{name}={_written(value)}" for name, value in members.items())]
    inside = "".join(f"    {line},\n" for line in lines)
    return f"from notifyhub import Hub\n\nhub = Hub()\nhub.{verb}(\n{inside})"


def _written(value: Any) -> str:
    return pprint.pformat(value, width=100, sort_dicts=False).replace("\n", "\n    ")
