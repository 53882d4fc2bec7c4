"""--help, and what is said to those who misuse the command line."""

from __future__ import annotations

import pytest

from tests.cli.conftest import Run

COMMANDS = ["send", "status", "cancel", "list", "serve", "worker", "emulator", "config", "doctor", "db", "key"]
COMMANDS += ["db upgrade", "key create", "key list", "key revoke"]
COMMANDS += ["emulator faults", "emulator faults add", "emulator faults set", "emulator faults clear"]


@pytest.mark.parametrize("command", ["", *COMMANDS])
def test_help_shows_an_example_on_a_line_of_its_own(run: Run, command: str) -> None:
    ended = run(*command.split(), "--help")

    assert (ended.code, ended.err) == (0, "")
    lines = [line.strip() for line in ended.out.splitlines()]
    assert lines[0].startswith(f"Usage: notifyhub {command}".rstrip())
    examples = lines[next(i for i, line in enumerate(lines) if line in ("Example:", "Examples:")) + 1 :]
    assert f"notifyhub {command}".rstrip() in examples[0]


def test_a_long_example_is_not_broken(run: Run) -> None:
    example = 'notifyhub send "Hello" --to telegram=1067000 --to viber=EGAZ3SZRi6zW1D0uNYhQHg=='

    assert example in [line.strip() for line in run("send", "--help").out.splitlines()]


def test_help_lists_every_command(run: Run) -> None:
    text = run("--help").out

    assert all(f"\n  {command.split()[0]} " in text for command in COMMANDS)


def test_no_command_shows_the_help_and_ends_with_2(run: Run) -> None:
    ended = run()

    assert ended.code == 2
    assert "Usage: notifyhub" in ended.err


def test_an_unknown_command_ends_with_2_and_one_line(run: Run) -> None:
    ended = run("sned")

    assert ended.code == 2
    assert ended.complaint.startswith("No such command 'sned'")


def test_help_opens_nothing(run: Run, tmp_path_factory: pytest.TempPathFactory) -> None:
    folder = tmp_path_factory.mktemp("data") / "none"

    run("serve", "--help", data_dir=folder)

    assert not folder.exists()
