"""docker/Dockerfile and docker/compose.yaml."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

from notifyhub.settings import Settings
from tests.packaging.files import DOCKER, ROOT, compose, settings_file
from tests.packaging.schemas import complaints

SERVICES: dict[str, dict[str, Any]] = compose()["services"]
NEEDED = re.compile(r"\$\{([A-Z_]+):\?")
DRAIN_S = Settings.model_fields["drain_s"].default


def test_compose_is_what_its_schema_asks_for() -> None:
    assert complaints("vendor.compose-spec", DOCKER / "compose.yaml") == ""


def test_the_image_copies_only_what_exists_and_is_not_ignored() -> None:
    text = (DOCKER / "Dockerfile").read_text()
    copied = {name for line in re.findall(r"^COPY (?!--from)(.+) \S+$", text, re.MULTILINE) for name in line.split()}
    kept = {line[1:] for line in (ROOT / ".dockerignore").read_text().splitlines() if line.startswith("!")}

    assert copied == kept
    assert all((ROOT / name).exists() for name in copied)


def test_the_image_has_every_package() -> None:
    kept = (ROOT / ".dockerignore").read_text().splitlines()

    assert {f"!{path.parent.name}" for path in ROOT.glob("notifyhub*/__init__.py")} <= set(kept)


def test_the_image_runs_as_a_user_without_rights() -> None:
    assert re.findall(r"^USER (.+)$", (DOCKER / "Dockerfile").read_text(), re.MULTILINE) == ["10001:10001"]


@pytest.mark.parametrize("name", [name for name, one in SERVICES.items() if name != "migrate"])
def test_a_service_is_restarted(name: str) -> None:
    assert SERVICES[name]["restart"] == "unless-stopped"


@pytest.mark.parametrize("name", [name for name, one in SERVICES.items() if "ports" in one])
def test_only_this_machine_reaches_a_service(name: str) -> None:
    assert all(port.startswith("127.0.0.1:") for port in SERVICES[name]["ports"])


@pytest.mark.parametrize("name", ["api", "worker", "scheduler"])
def test_a_process_starts_when_the_schema_is_there_and_has_time_to_end(name: str) -> None:
    service = SERVICES[name]

    assert service["depends_on"]["migrate"] == {"condition": "service_completed_successfully"}
    assert int(service["stop_grace_period"].removesuffix("s")) > DRAIN_S + 10


def test_volumes_that_are_used_are_declared_and_files_exist() -> None:
    used = {volume.split(":")[0] for service in SERVICES.values() for volume in service.get("volumes", ())}
    files = {name for name in used if name.startswith(".")}

    assert used - files == set(compose()["volumes"])
    assert all((DOCKER / name).exists() for name in files)


def test_new_env_fills_in_every_password_with_another(tmp_path: Path) -> None:
    for name in ("new-env", ".env.example"):
        shutil.copy(DOCKER / name, tmp_path / name)

    subprocess.run([tmp_path / "new-env"], check=True)

    made = settings_file(tmp_path / ".env")
    assert set(NEEDED.findall((DOCKER / "compose.yaml").read_text())) <= set(made)
    assert all(re.fullmatch("[0-9a-f]{48}", value) for value in made.values())
    assert len(set(made.values())) == len(made)
    assert (tmp_path / ".env").stat().st_mode & 0o777 == 0o600


def test_new_env_leaves_an_env_file_as_it_is(tmp_path: Path) -> None:
    for name in ("new-env", ".env.example"):
        shutil.copy(DOCKER / name, tmp_path / name)
    (tmp_path / ".env").write_text("POSTGRES_PASSWORD=mine\n")

    ended = subprocess.run([tmp_path / "new-env"], capture_output=True, text=True, check=False)

    assert (ended.returncode, (tmp_path / ".env").read_text()) == (1, "POSTGRES_PASSWORD=mine\n")
    assert "exists already" in ended.stderr
