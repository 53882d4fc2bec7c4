"""A channel that another package brings, as docs/providers.md shows it."""

from __future__ import annotations

import asyncio
import json
import re
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from notifyhub.testing.scripted_server import ScriptedServer, answer
from tests.packages import ROOT, cli, installed, run

EXAMPLE = re.compile(r"<!-- example: (\S+) -->\n```python\n(.*?)```\n<!-- /example -->", re.DOTALL)

Install = Callable[..., Path]


@pytest.fixture
def install(tmp_path: Path) -> Install:
    """A folder as pip leaves it: the example's files, and where its entry point leads."""

    def make(value: str = "sms:plugin", name: str = "sms", **files: str) -> Path:
        site = tmp_path / "site"
        site.mkdir()
        for file, text in EXAMPLE.findall((ROOT / "docs" / "providers.md").read_text()):
            (site / file).write_text(text)
        for file, text in files.items():
            (site / f"{file}.py").write_text(text)
        installed(site, "notifyhub-sms", f"[notifyhub.providers]\n{name} = {value}\n")
        return site

    return make


def test_the_example_sends_over_its_channel(install: Install) -> None:
    site = install()

    async def story() -> tuple[subprocess.CompletedProcess[str], list[object]]:
        async with ScriptedServer(answer(200, {"id": "77"})) as server:
            own = {"sms_base_url": server.url, "sms_token": "very-secret"}
            asked = ("send", "Hello", "--to", "sms=79201234567", "--wait", "30", "--json")
            ended = await asyncio.to_thread(cli, site, *asked, **own)
            return ended, [request.json for request in server.seen]

    ended, seen = asyncio.run(story())

    assert ended.returncode == 0, ended.stderr
    assert [d["status"] for d in json.loads(ended.stdout)["deliveries"]] == ["sent"]
    assert seen == [{"to": "79201234567", "text": "Hello"}]


def test_the_example_is_short(install: Install) -> None:
    lines = (install() / "sms.py").read_text().splitlines()
    assert len([line for line in lines if line]) <= 24


def test_the_example_passes_its_exam(install: Install) -> None:
    site = install()
    ended = run(site, "-m", "pytest", "-q", "-p", "no:cacheprovider", str(site / "test_sms.py"))
    assert ended.returncode == 0, ended.stdout


def test_its_limits_and_words_are_known(install: Install) -> None:
    site = install()
    own = {"sms_base_url": "http://127.0.0.1:9", "sms_token": "x"}

    assert "sms takes at most 160 characters" in cli(site, "send", "x" * 161, "--to", "sms=1", **own).stderr
    assert "there is no such channel; there are" in cli(site, "send", "x", "--to", "sm=1", **own).stderr
    assert "there is no such field" in cli(site, "send", "x", "--to", "sms=1", "--option", "sms.loud=1", **own).stderr


def test_its_channel_is_shown_and_listed(install: Install) -> None:
    site = install()
    own = {"sms_base_url": "http://127.0.0.1:9", "sms_token": "x"}
    stored = cli(site, "send", "Hello", "--to", "sms=79201234567", "--at", "2126-12-01T10:00Z", "--json", **own)
    assert stored.returncode == 0, stored.stderr

    shown = json.loads(cli(site, "channels", "--json", **own).stdout)
    listed = json.loads(cli(site, "list", "--channel", "sms", "--json", **own).stdout)

    assert [channel["name"] for channel in shown] == ["telegram", "viber", "whatsapp", "gateway", "email", "sms"]
    assert [message["text"] for message in listed] == ["Hello"]


def test_no_emulator_stands_for_it(install: Install) -> None:
    shown = json.loads(cli(install(), "channels", "--json").stdout)

    assert {channel["name"] for channel in shown if not channel["emulated"]} == {"sms"}


def test_its_settings_are_settings(install: Install) -> None:
    site = install()
    shown = json.loads(cli(site, "config", "--json", sms_token="very-secret", sms_timeout_s="7").stdout)

    assert (shown["NOTIFYHUB_SMS_TOKEN"], shown["NOTIFYHUB_SMS_TIMEOUT_S"]) == ("***", 7.0)


def test_it_stands_in_the_openapi_document(install: Install) -> None:
    program = (
        "import json; from notifyhub import Hub; from notifyhub_api.app import OPERATIONS; "
        "from notifyhub_api.openapi import openapi; Hub(worker=False); "
        "print(json.dumps(openapi(OPERATIONS)['components']['schemas']))"
    )
    schemas = json.loads(run(install(), "-c", program).stdout)

    assert schemas["Recipient"]["properties"]["sms"]["description"] == "Phone number"
    assert schemas["Recipient"]["additionalProperties"] is False


def test_an_entry_point_may_lead_to_no_channel(install: Install) -> None:
    told = cli(install(value="quiet:plugin", quiet="plugin = None"), "send", "Hello", "--to", "sms=1")
    assert told.returncode == 2
    assert "there is no such channel; there are" in told.stderr


def test_importing_notifyhub_loads_no_provider_of_others(install: Install) -> None:
    site = install(value="loud:plugin", loud="raise SystemExit('loaded on import')")
    program = "import notifyhub, notifyhub_api.app, notifyhub.requests, notifyhub.settings"
    assert run(site, "-c", program).returncode == 0


@pytest.mark.parametrize(
    ("value", "words"),
    [
        ("missing:plugin", "cannot be loaded: ModuleNotFoundError"),
        ("json:dumps", "leads to no ChannelPlugin"),
        ("taken:plugin", "is no name for a channel, or is taken"),
        ("badname:plugin", "is no name for a channel, or is taken"),
    ],
)
def test_a_broken_provider_is_told_in_one_line(install: Install, value: str, words: str) -> None:
    made = "from notifyhub.plugins import ChannelPlugin\nplugin = ChannelPlugin(channel={!r}, make=print)\n"
    site = install(value=value, taken=made.format("telegram"), badname=made.format("two_words"))
    ended = cli(site, "config")

    assert ended.returncode == 2
    assert words in ended.stderr
    assert "notifyhub-sms" in ended.stderr
    assert len(ended.stderr.splitlines()) == 1


def test_its_options_stand_in_the_openapi_document(install: Install) -> None:
    program = (
        "import json; from notifyhub.settings import load; load(); from notifyhub.requests.options import Options; "
        "print(json.dumps(Options.model_json_schema()['properties']['horn']))"
    )
    schema = json.loads(run(install(value="horn:plugin", horn=OPTIONS), "-c", program).stdout)

    assert schema["properties"]["volume"]["type"] == "integer"
    assert schema["additionalProperties"] is False


OPTIONS = """
from pydantic import BaseModel, ConfigDict
from notifyhub.plugins import ChannelPlugin

class Loud(BaseModel):
    model_config = ConfigDict(extra="forbid")
    volume: int

def address(given):
    if not str(given).isdigit():
        raise ValueError("horn wants digits")
    return str(given)

plugin = ChannelPlugin(channel="horn", make=print, address=address, options=Loud)
"""


def test_its_options_and_addresses_are_checked_with_all_the_rest(install: Install) -> None:
    site = install(value="horn:plugin", horn=OPTIONS)
    asked = ("--to", "horn=x", "--option", "horn.volume=loud", "--option", "horn.pitch=1")
    told = cli(site, "send", "Hello", *asked).stderr

    assert "horn wants digits" in told
    assert "--option horn.volume: must be a whole number" in told
    assert "--option horn.pitch: there is no such field" in told
