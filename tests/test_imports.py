"""Importing is quick, because what is heavy waits for its use. How quick is measured in benchmarks/."""

from __future__ import annotations

import subprocess
import sys

import pytest

STORE = {"peewee", "psycopg"}
QUEUE = {"dramatiq", "apscheduler", "redis"}
SERVICE = {"starlette", "uvicorn"}
OTHERS = {"aiohttp", "aiosmtplib", "httpx", "pydantic", "pydantic_settings"}
OTHERS |= {"structlog", "orjson", "phonenumbers", "rich"}
RENDERING = {"babel", "jinja2", "PIL"}
HEAVY = STORE | QUEUE | SERVICE | OTHERS | RENDERING

HELP = """
import sys
sys.argv = ["notifyhub", {!r}]
from notifyhub_cli.main import main
try:
    main()
except SystemExit:
    pass
"""
CALL = """
from notifyhub import StoreUnavailable
from notifyhub.client import Client
try:
    Client("http://127.0.0.1:9", patience_s=0).send("Hello", to={"telegram": "1"})
except StoreUnavailable:
    pass
"""


def imported(program: str) -> set[str]:
    """The top-level packages that a program has imported when it ends."""
    told = "\nimport sys; print('imported:', *{name.partition('.')[0] for name in sys.modules})"
    ended = subprocess.run([sys.executable, "-c", program + told], capture_output=True, text=True, check=True)
    return set(ended.stdout.rpartition("imported:")[2].split())


@pytest.mark.parametrize(
    ("program", "needed"),
    [
        ("import notifyhub", set()),
        ("from notifyhub import send", set()),
        ("from notifyhub import Hub", set()),
        ("import notifyhub.client", set()),
        (HELP.format("--help"), {"orjson"}),
        (HELP.format("--version"), {"orjson"}),
    ],
    ids=["notifyhub", "send", "Hub", "client", "--help", "--version"],
)
def test_nothing_heavy_is_imported_before_it_is_used(program: str, needed: set[str]) -> None:
    assert imported(program) & HEAVY <= needed


def test_the_client_needs_neither_store_nor_queue_nor_service() -> None:
    assert imported(CALL) & (STORE | QUEUE | SERVICE | {"aiohttp"}) == set()


def test_names_that_are_imported_later_are_there_for_who_looks() -> None:
    import notifyhub

    assert set(notifyhub.__all__) <= set(dir(notifyhub))
    for name in notifyhub.__all__:
        assert getattr(notifyhub, name)
    with pytest.raises(AttributeError, match="has no attribute 'Hbu'"):
        notifyhub.Hbu  # noqa: B018
