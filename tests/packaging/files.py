"""The files beside the code that run notifyhub: what is in them, and which of its commands they call."""

from __future__ import annotations

import json
import re
import shlex
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml
from typer.main import get_command

from notifyhub_cli.main import app

ROOT = Path(__file__).parents[2]
DOCKER = ROOT / "docker"
K8S = DOCKER / "k8s"
Call = tuple[str, list[str]]
"""Where `notifyhub` is called, and with which arguments."""
MANIFESTS = sorted(path for path in K8S.glob("*/*.yaml") if path.name != "kustomization.yaml")


def parse(arguments: list[str]) -> None:
    """Let the command line read these arguments of `notifyhub`. Raises what it says of wrong ones."""
    command, rest = get_command(app), arguments
    while rest and rest[0] in getattr(command, "commands", {}):
        command, rest = command.commands[rest[0]], rest[1:]  # type: ignore[attr-defined]
    if hasattr(command, "commands"):
        # Whatever a group does not know, it finds out only when it runs.
        assert not rest or rest[0].startswith("-"), f"notifyhub has no command {' '.join(arguments)}"
    command.make_context(command.name, list(rest))


def compose() -> dict[str, Any]:
    loaded: dict[str, Any] = yaml.safe_load((DOCKER / "compose.yaml").read_text())
    return loaded


def documents(path: Path) -> list[dict[str, Any]]:
    return list(yaml.safe_load_all(path.read_text()))


def of_kind(kind: str) -> dict[str, dict[str, Any]]:
    """The manifests of a kind, by name."""
    found = (document for path in MANIFESTS for document in documents(path))
    return {document["metadata"]["name"]: document for document in found if document["kind"] == kind}


def pods() -> dict[str, dict[str, Any]]:
    """What each Deployment and Job has its pods run, by name."""
    return {name: one["spec"]["template"]["spec"] for name, one in (of_kind("Deployment") | of_kind("Job")).items()}


def settings_file(path: Path) -> dict[str, str]:
    lines = (line.partition("=") for line in path.read_text().splitlines() if line and line[0] != "#")
    return {name: value for name, _, value in lines}


def commands() -> list[Call]:
    """Where `notifyhub` is called, and with which arguments."""
    return [*_of_the_image(), *_of_compose(), *_of_pods(), *_of_documents()]


def _of_the_image() -> Iterator[Call]:
    text = (DOCKER / "Dockerfile").read_text()
    yield "the image's CMD", _listed(r"^CMD (\[.*\])", text)
    yield "the image's HEALTHCHECK", _listed(r"^    CMD (\[.*\])", text)[1:]


def _listed(pattern: str, text: str) -> list[str]:
    found = re.search(pattern, text, re.MULTILINE)
    assert found is not None, pattern
    words: list[str] = json.loads(found[1])
    return words


def _of_compose() -> Iterator[Call]:
    for name, service in compose()["services"].items():
        if service["image"].endswith("notifyhub:local}"):
            yield f"compose: {name}", service["command"]
            yield from _asked(f"compose: health of {name}", service["healthcheck"].get("test", ["CMD"])[1:])


def _of_pods() -> Iterator[Call]:
    for name, pod in pods().items():
        for container in pod["containers"]:
            yield name, container["args"]
            for probe in ("startupProbe", "livenessProbe", "readinessProbe"):
                words = container.get(probe, {}).get("exec", {}).get("command", [])
                yield from _asked(f"{name}: {probe}", words)


def _of_documents() -> Iterator[Call]:
    for path in (ROOT / "docs/docker.md", ROOT / ".github/workflows/ci.yml"):
        # A command ends with a quote of those around it; pg_dump has a user and a database of the same name.
        found = re.findall(r"^(?!.* pg_).*(?:exec|run) .*? notifyhub ([^`'\n]+)", path.read_text(), re.MULTILINE)
        yield from ((path.name, words) for line in found if (words := shlex.split(line, comments=True)))


def _asked(where: str, words: list[str]) -> Iterator[Call]:
    if words and words[0] == "notifyhub":
        yield where, words[1:]
