"""The command line, as its own tests use it."""

from __future__ import annotations

from tests.cli.conftest import in_this_tree as in_this_tree
from tests.cli.conftest import run as run
