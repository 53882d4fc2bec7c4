"""Every recipe of docs/recipes.md works as it stands there."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from notifyhub import Hub
from notifyhub_api.app import make_app
from tests.conftest import HubMaker
from tests.emulated import RunningEmulator
from tests.serving import running

RECIPES = (Path(__file__).parents[1] / "docs" / "recipes.md").read_text()
FILES = dict(re.findall(r"```python\n# (\w+\.py)\n(.*?)```", RECIPES, re.DOTALL))

FASTAPI = """
from fastapi.testclient import TestClient
from fastapi_app import app

with TestClient(app) as web:
    made = web.post("/orders/17/ready", params={"phone": "+7 916 123-45-67"})
    assert made.status_code == 202, made.text
    assert web.get(f"/messages/{made.json()['message']}").json()["reference"] == "order-17"
    assert web.get("/messages/none").status_code == 404
    assert "too short" in web.post("/orders/17/ready", params={"phone": "7916"}).text
    from fastapi_app import hub
    hub.wait(made.json()["message"], timeout_s=20)
"""
DJANGO = """
from django_app import hub
from django.test import Client
from django.test.client import AsyncClient
import asyncio

made = Client().post("/orders/17/ready?phone=79161234567")
assert made.status_code == 202, made.content
shipped = asyncio.run(AsyncClient().post("/orders/17/shipped?phone=79161234567"))
assert shipped.status_code == 202, shipped.content
for answer in (made, shipped):
    hub.wait(answer.json()["message"], timeout_s=20)
hub.close()
"""
FLASK = """
from flask_app import app, hub

web = app.test_client()
made = web.post("/orders/17/ready?phone=79161234567")
assert made.status_code == 202, made.text
refused = web.post("/orders/17/ready?phone=7916")
assert (refused.status_code, refused.json["errors"][0].split(":")[0]) == (422, "to.whatsapp")
hub.wait(made.json["message"], timeout_s=20)
hub.close()
"""
CELERY = """
from celery.contrib.testing.worker import start_worker
from celery_app import app, hub, order_ready

with start_worker(app, perform_ping_check=False):
    order_ready.delay(17, "79161234567")
    while not (found := hub.messages(reference="order-17")):
        pass
    hub.wait(found[0], timeout_s=20)
hub.close()
"""


@pytest.fixture
def run(tmp_path: Path, emulator: RunningEmulator) -> Callable[..., str]:
    """Run a program beside the recipes' files, with the emulator for messengers; gives its output."""
    for name, source in FILES.items():
        (tmp_path / name).write_text(source)

    def program(source: str, **variables: str) -> str:
        own = {
            "NOTIFYHUB_DATA_DIR": str(tmp_path / "data"),
            "NOTIFYHUB_EMULATOR_URL": emulator.url,
            "PYTHONPATH": os.pathsep.join([str(tmp_path), *sys.path]),
        }
        done = subprocess.run(
            [sys.executable, "-c", source],
            cwd=tmp_path,
            env={**os.environ, **own, **variables},
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        return done.stdout

    return program


@pytest.mark.parametrize(
    ("program", "texts"),
    [
        ("import script", {"The backup is done"}),
        (FASTAPI, {"Order 17 is ready"}),
        (DJANGO, {"Order 17 is ready", "Order 17 is on its way"}),
        (FLASK, {"Order 17 is ready"}),
        (CELERY, {"Order 17 is ready"}),
    ],
    ids=["script", "fastapi", "django", "flask", "celery"],
)
def test_a_recipe_sends(run: Callable[..., str], emulator: RunningEmulator, program: str, texts: set[str]) -> None:
    run(program)

    assert {text for _, _, text in emulator.accepted()} == texts


def test_the_client_sends_by_the_service(
    run: Callable[..., str], make_hub: HubMaker, emulator: RunningEmulator
) -> None:
    hub: Hub = make_hub()
    with running(make_app(hub)) as port:
        told = run(
            "import client_script",
            NOTIFYHUB_URL=f"http://127.0.0.1:{port}",
            NOTIFYHUB_KEY=str(hub.keys.create("script").key),
        )

    assert told == "sent\n"
    assert emulator.accepted() == {("telegram", "1067000", "Hello"): 1}


def test_no_recipe_is_without_a_test() -> None:
    source = Path(__file__).read_text()

    assert FILES
    for name in FILES:
        assert re.search(rf"(import|from) {name.removesuffix('.py')}\b", source)
