"""What a message or a mailing says: a text, or a template."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from notifyhub.errors import Fault

OF_TEMPLATES = ("variables", "language", "template_version")
"""Members that go with a template."""


def text_or_template(schema: dict[str, Any]) -> None:
    """Add to a schema that one of the two is needed."""
    nothing: dict[str, Any] = {"variables": {"maxProperties": 0}}
    nothing |= {name: {"type": "null"} for name in ("template", "language", "template_version")}
    schema["oneOf"] = [
        {"required": ["text"], "properties": nothing},
        {"required": ["template"], "properties": {"template": {"type": "string"}}, "not": {"required": ["text"]}},
    ]


def words_faults(asked: Mapping[str, Any], *, must_say: bool = True) -> list[Fault]:
    """What is wrong between text and template. `must_say`: one of them is needed."""
    text, template = asked.get("text"), asked.get("template")
    if template is None:
        faults = [] if "text" in asked or not must_say else [Fault("$.text", "missing", "is missing")]
        return faults + [
            Fault(f"$.{name}", "no_template", "goes with a template")
            for name in OF_TEMPLATES
            if asked.get(name) not in (None, {})
        ]
    return [] if text is None else [Fault("$.template", "too_many", "goes instead of a text")]
