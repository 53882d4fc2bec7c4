"""The layers of docs/architecture.md: imports go down only, and never in a circle."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PACKAGES = ("notifyhub", "notifyhub_api", "notifyhub_cli", "notifyhub_pytest")

# The most specific prefix decides. Modules of one layer may not import each other, unless they share a folder.
LAYERS = {
    "notifyhub.errors": 0,
    "notifyhub.clock": 0,
    "notifyhub.forks": 0,
    "notifyhub.logs": 0,
    "notifyhub.channel_settings": 2,
    "notifyhub.server": 0,
    "notifyhub.domain": 1,
    "notifyhub.rendering": 2,
    "notifyhub.email_settings": 3,
    "notifyhub.plugins": 3,
    "notifyhub.setting_kinds": 2,
    "notifyhub.setting_faults": 3,
    "notifyhub.report_settings": 3,
    "notifyhub.inbound_settings": 3,
    "notifyhub.retention_settings": 3,
    "notifyhub.webhook_settings": 3,
    "notifyhub.dashboard_settings": 3,
    "notifyhub.service_settings": 3,
    "notifyhub.oidc_settings": 3,
    "notifyhub.url_masking": 0,
    "notifyhub.process_settings": 3,
    "notifyhub.observing_settings": 3,
    "notifyhub.metrics": 2,
    "notifyhub.tracing": 3,
    "notifyhub.broker_settings": 3,
    "notifyhub.settings": 4,
    "notifyhub.mail": 4,
    "notifyhub.requests": 4,
    "notifyhub.answers": 4,
    "notifyhub.verbs": 5,
    "notifyhub.tables": 5,
    "notifyhub.store": 5,
    "notifyhub.providers": 5,
    "notifyhub.queue": 5,
    "notifyhub.settings_shown": 5,
    "notifyhub.unknown_variables": 5,
    "notifyhub.testing": 6,
    "notifyhub.reports": 6,
    "notifyhub.webhooks": 6,
    "notifyhub.flow": 6,
    "notifyhub.client": 7,
    "notifyhub.scheduler": 7,
    "notifyhub.fake": 7,
    "notifyhub.worker": 8,
    "notifyhub.worker.main": 10,
    "notifyhub.hub": 9,
    "notifyhub": 10,
    "notifyhub_api": 11,
    "notifyhub_cli": 12,
    "notifyhub_pytest": 12,
}
EMULATOR = "notifyhub.emulator"
MAY_USE_THE_EMULATOR = ("notifyhub_cli", "notifyhub_pytest")
MOST_LINES = 300


def modules() -> dict[str, Path]:
    found = {}
    for package in PACKAGES:
        for path in sorted((ROOT / package).rglob("*.py")):
            if path.parent.name != "migrations":
                parts = path.relative_to(ROOT).with_suffix("").parts
                found[".".join(parts[:-1] if parts[-1] == "__init__" else parts)] = path
    return found


MODULES = modules()


def imports_of(path: Path) -> set[str]:
    """Our own modules that a file imports, wherever in the file it does."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            assert node.level == 0, f"{path}: relative imports hide the direction"
            full = {f"{node.module}.{alias.name}" for alias in node.names}
            found |= {name if name in MODULES else node.module for name in full}
    return {name for name in found if name.split(".")[0] in PACKAGES}


def room(module: str) -> str:
    """The entry of LAYERS that a module belongs to."""
    names = [name for name in LAYERS if module == name or (module.startswith(f"{name}.") and name != "notifyhub")]
    return max(names, key=len) if names else module


@pytest.mark.parametrize("module", [name for name in MODULES if not name.startswith(EMULATOR)])
def test_imports_go_down_only(module: str) -> None:
    own = room(module)
    for imported in imports_of(MODULES[module]):
        if imported.startswith(EMULATOR):
            assert module.startswith(MAY_USE_THE_EMULATOR), f"{module} imports {imported}"
            continue
        other = room(imported)
        assert other == own or LAYERS[other] < LAYERS[own], f"{module} imports {imported}"


@pytest.mark.parametrize("module", [name for name in MODULES if name.startswith(EMULATOR)])
def test_the_emulator_shares_nothing_with_the_rest_but_logs_and_how_it_is_served(module: str) -> None:
    foreign = {room(name) for name in imports_of(MODULES[module]) if not name.startswith(EMULATOR)}

    assert foreign <= {"notifyhub.logs", "notifyhub.server"}


def test_no_modules_import_each_other_in_a_circle() -> None:
    graph = {name: {other for other in imports_of(path) if other != name} for name, path in MODULES.items()}
    done: set[str] = set()

    def visit(module: str, way: tuple[str, ...]) -> None:
        assert module not in way, " → ".join((*way, module))
        if module not in done:
            for other in graph.get(module, ()):
                visit(other, (*way, module))
            done.add(module)

    for module in graph:
        visit(module, ())


@pytest.mark.parametrize("module", [name for name in MODULES if name.startswith("notifyhub.domain")])
def test_the_domain_knows_no_clock_no_chance_and_no_outside(module: str) -> None:
    source = ast.parse(MODULES[module].read_text())
    names = {alias.name for node in ast.walk(source) if isinstance(node, ast.Import) for alias in node.names}
    names |= {node.module or "" for node in ast.walk(source) if isinstance(node, ast.ImportFrom)}

    assert not names & {"time", "random", "os", "socket", "secrets", "threading", "asyncio"}


def test_only_settings_and_the_search_for_misspelt_ones_read_the_environment() -> None:
    readers = {name for name, path in MODULES.items() if "os.environ" in path.read_text()}

    # The last two read what systemd and our own supervisor tell a process.
    assert readers <= {
        "notifyhub.settings",
        "notifyhub.unknown_variables",
        "notifyhub_cli.readiness",
        "notifyhub_cli.parent",
    }


@pytest.mark.parametrize("module", MODULES)
def test_no_file_does_too_much(module: str) -> None:
    assert len(MODULES[module].read_text().splitlines()) <= MOST_LINES
