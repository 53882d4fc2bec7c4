"""Variables that look like settings, but are none: a misspelt one would have no effect, and nobody would notice."""

from __future__ import annotations

import os
from collections.abc import Callable

PREFIX = "NOTIFYHUB_"
OTHERS = ("NOTIFYHUB_URL", "NOTIFYHUB_KEY")
"""Of the command line; they are options, not settings."""
OF_TESTS = "NOTIFYHUB_TEST_"

_said = False


def unknown() -> list[tuple[str, str]]:
    """The names of such variables in the environment, each with what to do about it.

    Wrong members of channels are not among them: with those no command that reads settings goes on.
    """
    given = [name for name in sorted(os.environ) if name.startswith(PREFIX) and name not in OTHERS]
    given = [name for name in given if not name.startswith(OF_TESTS)]
    if not given:
        return []
    # Here, because most commands read no settings, and importing them takes long.
    from notifyhub.settings import is_of_a_group, names, near

    known = {name.upper() for name in names()}
    wrong = [name for name in given if name.upper() not in known and not is_of_a_group(name)]
    return [(name, _advice(near(name))) for name in wrong]


def say_unknown(say: Callable[[str], object]) -> None:
    """Say each of them, once in a process."""
    global _said
    if not _said:
        _said = True
        for name, advice in unknown():
            say(f"{name} is not a setting: {advice}")


def _advice(meant: str | None) -> str:
    return f"did you mean {meant}?" if meant else "unset it"
