"""The image's lock files fit what setup.py and pyproject.toml ask for."""

from __future__ import annotations

import re
import tomllib
from importlib.metadata import requires

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from tests.packaging.files import DOCKER, ROOT

LOCKED = re.compile(r"^([A-Za-z0-9._-]+)==([^ ;\\]+)(.*)\n((?:    --hash=sha256:[0-9a-f]{64}.*\n)*)", re.MULTILINE)


def locked(name: str) -> dict[str, str]:
    """The versions of a lock file."""
    found = LOCKED.findall((DOCKER / name).read_text())
    assert all(hashes for *_, hashes in found)
    return {canonicalize_name(package): version for package, version, *_ in found}


def wanted() -> list[Requirement]:
    """What notifyhub needs, with its extra `all`."""
    asked = [Requirement(one) for one in requires("notifyhub") or ()]
    return [one for one in asked if one.marker is None or one.marker.evaluate({"extra": "all"})]


@pytest.mark.parametrize("requirement", wanted(), ids=str)
def test_the_image_has_an_allowed_version(requirement: Requirement) -> None:
    version = locked("requirements.lock").get(canonicalize_name(requirement.name))

    assert version is not None, "it is missing: run `make lock`"
    assert requirement.specifier.contains(version, prereleases=True), "run `make lock`"


def test_the_wheel_is_built_with_an_allowed_version() -> None:
    asked = tomllib.loads((ROOT / "pyproject.toml").read_text())["build-system"]["requires"]
    versions = locked("build.lock")

    for requirement in map(Requirement, asked):
        assert requirement.specifier.contains(versions[canonicalize_name(requirement.name)]), "run `make lock`"


@pytest.mark.parametrize("name", ["requirements.lock", "build.lock"])
def test_a_lock_says_nothing_of_where_it_was_made(name: str) -> None:
    assert not re.search(r"://|^-", (DOCKER / name).read_text(), re.MULTILINE)
