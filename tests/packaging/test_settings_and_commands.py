"""The files that run notifyhub know its commands and settings, so that a renamed one is not forgotten there."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from notifyhub.settings import names
from tests.packaging.files import DOCKER, K8S, ROOT, Call, commands, parse

# What people write for themselves, which is not in the repository.
OWN = {DOCKER / ".env", DOCKER / "settings.env", K8S / "common/secret.env"}
FILES = sorted(
    path
    for path in [ROOT / "docs/docker.md", *DOCKER.iterdir(), *K8S.glob("*/*")]
    if path.is_file() and path.suffix != ".lock" and path not in OWN
)


@pytest.mark.parametrize("call", commands(), ids=lambda call: f"{call[0]}: {' '.join(call[1])}")
def test_every_command_can_be_read_by_the_command_line(call: Call) -> None:
    _, arguments = call

    parse(arguments)


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(ROOT)))
def test_every_setting_exists(path: Path) -> None:
    named = set(re.findall(r"\bNOTIFYHUB_[A-Z0-9_]*[A-Z0-9]", path.read_text()))

    assert named <= set(names())
