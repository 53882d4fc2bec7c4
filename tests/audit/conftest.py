"""The service and the command line, as their own tests use them."""

from __future__ import annotations

from tests.api.conftest import api as api
from tests.api.conftest import serve as serve
from tests.cli.conftest import in_this_tree as in_this_tree
from tests.cli.conftest import run as run
