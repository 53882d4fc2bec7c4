"""The files that GitLab and GitHub run."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from tests.packaging.files import ROOT
from tests.packaging.schemas import complaints

GITHUB = ROOT / ".github"
CHECKED = [
    ("vendor.gitlab-ci", [ROOT / ".gitlab-ci.yml"]),
    ("vendor.github-workflows", sorted(GITHUB.glob("workflows/*.yml"))),
    # Nothing runs for the six hours that are GitHub's default.
    ("custom.github-workflows-require-timeout", sorted(GITHUB.glob("workflows/*.yml"))),
    ("vendor.dependabot", [GITHUB / "dependabot.yml"]),
]


@pytest.mark.parametrize(("schema", "paths"), CHECKED, ids=[schema for schema, _ in CHECKED])
def test_it_is_what_its_schema_asks_for(schema: str, paths: list[Path]) -> None:
    assert paths
    assert complaints(schema, *paths) == ""


def test_both_run_what_every_change_must_pass() -> None:
    gitlab = yaml.safe_load((ROOT / ".gitlab-ci.yml").read_text())
    github = yaml.safe_load((GITHUB / "workflows/ci.yml").read_text())

    assert gitlab["test"]["script"] == [".ci/run"]
    assert {"run": ".ci/run"} in github["jobs"]["test"]["steps"]
