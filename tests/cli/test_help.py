"""--help, and what is said to those who misuse the command line."""

from __future__ import annotations

import pytest

import notifyhub
from tests.cli.conftest import Run

COMMANDS = ["send", "status", "cancel", "list", "serve", "worker", "emulator", "config", "doctor", "db", "key"]
COMMANDS += ["db upgrade", "key create", "key list", "key revoke"]
COMMANDS += ["login-link", "sessions", "sessions list", "sessions revoke"]
COMMANDS += ["stats", "stats check", "clients", "mailing", "report"]
COMMANDS += [f"clients {name}" for name in ("add", "list", "show", "change", "delete", "import")]
COMMANDS += [
    f"mailing {name}"
    for name in (
        "create",
        "list",
        "show",
        "start",
        "pause",
        "resume",
        "cancel",
        "delete",
        "retry-failed",
        "preview",
        "test",
        "stats",
        "watch",
    )
]
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


def test_the_version_is_told(run: Run) -> None:
    assert run("--version").out == f"notifyhub {notifyhub.__version__}\n"


def test_help_says_that_a_text_can_be_piped_in(run: Run) -> None:
    assert "- reads it from standard input" in " ".join(run("send", "--help").out.split())


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_a_shell_can_be_taught_to_complete(run: Run, monkeypatch: pytest.MonkeyPatch, shell: str) -> None:
    monkeypatch.setenv("SHELL", f"/bin/{shell}")
    script = run("--show-completion", shell)

    assert script.code == 0, script.err
    assert "_NOTIFYHUB_COMPLETE" in script.out


def test_commands_and_options_are_completed(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("_NOTIFYHUB_COMPLETE", "complete_bash")
    for words, expected in (("notifyhub se", "send"), ("notifyhub send --prio", "--priority")):
        monkeypatch.setenv("COMP_WORDS", words)
        monkeypatch.setenv("COMP_CWORD", str(len(words.split()) - 1))
        assert expected in run().out.split()
