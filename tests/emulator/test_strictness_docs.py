"""What the docs of the emulated messengers say of strictness and limits is what the code does."""

import json
import re
from pathlib import Path

import pytest

from notifyhub.emulator import viber, whatsapp
from notifyhub.emulator.shared.strictness import GROUPS, PROFILES

DOCS = Path(__file__).parents[2] / "docs"
TEXT = "\n".join((DOCS / f"emulator-{name}.md").read_text() for name in ("telegram", "viber-whatsapp"))
ROWS = {cells[0]: cells[1:] for cells in re.findall(r"^\| `(\w+\.\w+)` \| (.+?) \| (.+?) \|", TEXT, re.MULTILINE)}
FIELDS = [f"{group}.{name}" for group in GROUPS for name in type(getattr(PROFILES["real"], group)).model_fields]


@pytest.mark.parametrize("field", FIELDS)
def test_every_field_of_strictness_is_told_with_its_values(field):
    group, name = field.split(".")
    values = [getattr(getattr(PROFILES[profile], group), name) for profile in ("lenient", "real")]
    assert [json.loads(cell.strip("`")) for cell in ROWS[field]] == values


@pytest.mark.parametrize("name", [*viber.LIMITS, *whatsapp.LIMITS])
def test_every_limit_is_told(name):
    assert f"| `{name}` |" in TEXT
