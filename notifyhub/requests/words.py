"""What a message or a mailing says: a text, or a template."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from notifyhub.errors import Fault

OF_TEMPLATES = ("variables", "language", "template_version")
"""Members that go with a template."""


def never_null(schema: dict[str, Any]) -> None:
    """Take null out of the schema of a member: it is left out, or has a value."""
    schema |= schema.pop("anyOf")[0]
    schema.pop("default", None)


def text_or_template(schema: dict[str, Any]) -> None:
    """Add to a schema that one of the two is needed."""
    schema["oneOf"] = [{"required": ["text"]}, {"required": ["template"]}]


def words_faults(asked: Mapping[str, Any]) -> list[Fault]:
    """What is wrong between text and template."""
    if "text" in asked and "template" in asked:
        return [Fault("$.template", "too_many", "goes instead of a text")]
    if asked.get("template") is not None:
        return []
    faults = [] if "text" in asked else [Fault("$.text", "missing", "is missing")]
    return faults + [
        Fault(f"$.{name}", "no_template", "goes with a template") for name in OF_TEMPLATES if name in asked
    ]
