"""The walks with curl that the documents show, one command after the other, on a service with its emulator."""

from __future__ import annotations

import re
import shlex
from collections.abc import Callable
from pathlib import Path

import pytest

from notifyhub import Hub
from tests.api.conftest import Api, Reply
from tests.conftest import HubMaker
from tests.emulated import RunningEmulator

ROOT = Path(__file__).parents[2]
VARIABLE = re.compile(r"^API=http://127\.0\.0\.1:8000(\S*)$", re.MULTILINE)
COMMAND = re.compile(r"^curl .*?(?=^curl |\Z)", re.MULTILINE | re.DOTALL)

WALKS = {"README.md": "/api/v1", "docs/dialects.md": "/api"}


def commands_of(document: str, base: str) -> list[str]:
    """The curl commands of the block that begins with a variable for this path."""
    blocks = re.findall(r"```sh\n(.*?)```", (ROOT / document).read_text(), re.DOTALL)
    (block,) = (b for b in blocks if (found := VARIABLE.search(b)) and found.group(1) == base)
    return COMMAND.findall(block)


def run(api: Api, command: str, base: str) -> Reply:
    """What curl would ask."""
    _, *words = shlex.split(command)
    method, body, path = None, None, ""
    while words:
        match words.pop(0):
            case "-s":
                pass
            case "-H":
                assert words.pop(0) == "$KEY"
            case "-X":
                method = words.pop(0)
            case "-d":
                body = words.pop(0)
            case url:
                assert url.startswith("$API/")
                path = base + url.removeprefix("$API")
    return api.ask(method or ("GET" if body is None else "POST"), path, None if body is None else body.encode())


@pytest.fixture
def delivering(make_hub: HubMaker, serve: Callable[[Hub], Api]) -> Api:
    return serve(make_hub())


@pytest.mark.parametrize(("document", "base"), WALKS.items())
def test_every_command_of_a_walk_does_what_it_says(
    delivering: Api, emulator: RunningEmulator, document: str, base: str
) -> None:
    commands = commands_of(document, base)
    assert len(commands) >= 9

    for command in commands:
        if "-X DELETE" in command:
            emulator.wait_for(1)
        reply = run(delivering, command, base)
        assert reply.status in (200, 201, 204), f"{command}: {reply.body!r}"

    assert [text for _, _, text in emulator.accepted()] == ["Half price until Sunday"]
    assert (delivering.hub.clients.list(), delivering.hub.mailings.list(status="running")) == ([], [])
