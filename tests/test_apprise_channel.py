"""The channel `apprise` as people meet it: real processes, and a real server behind a `json://` target."""

from __future__ import annotations

import asyncio
import json
import os
import subprocess
import sysconfig
import urllib.error
from pathlib import Path

import pytest

from notifyhub.domain.addresses import CHANNELS
from notifyhub.testing.scripted_server import Act, ScriptedServer, Seen, answer
from tests.packages import ROOT, cli, installed, run
from tests.processes import Service

ENTRY_POINT = "[notifyhub.providers]\napprise = notifyhub.providers.apprise_channel:plugin\n"
URL = "json://user:very-secret@127.0.0.1:9/"
TO_OPS = ("send", "Привет 😀", "--to", "apprise=ops", "--json")


@pytest.fixture
def site(tmp_path: Path) -> Path:
    """Notifyhub as pip installs it: with its entry points."""
    installed(tmp_path / "site", "notifyhub", ENTRY_POINT)
    return tmp_path / "site"


@pytest.fixture
def bare(site: Path) -> Path:
    """The same in an environment that has everything but apprise; for `python -S`, which sees no other packages."""
    for package in Path(sysconfig.get_path("purelib")).iterdir():
        if not package.name.startswith(("apprise", "notifyhub")) and package.suffix not in (".pth", ".egg-link"):
            (site / package.name).symlink_to(package)
    return site


def targets(**urls: str) -> str:
    return json.dumps(urls)


def sent(site: Path, *acts: Act, wait_s: str = "30", **settings: str) -> tuple[dict[str, str], list[Seen]]:
    """What became of a delivery to a target at a server that acts like this, and what the server saw."""

    async def story() -> tuple[subprocess.CompletedProcess[str], list[Seen]]:
        async with ScriptedServer(*acts) as server:
            own = {"apprise_targets": targets(ops=server.url.replace("http", "json", 1)), **settings}
            return await asyncio.to_thread(cli, site, *TO_OPS, "--wait", wait_s, **own), server.seen

    ended, seen = asyncio.run(story())
    assert ended.stdout, ended.stderr
    return json.loads(ended.stdout)["deliveries"][0], seen


def test_a_message_goes_to_a_target(site: Path) -> None:
    delivery, [seen] = sent(site, answer(200, {}))

    assert (delivery["status"], delivery["address"]) == ("sent", "ops")
    assert seen.json["message"] == "Привет 😀"


def test_trouble_is_tried_again(site: Path) -> None:
    delivery, seen = sent(site, answer(500, {}), answer(200, {}), apprise_retry_base_s="0.01")

    assert delivery["status"] == "sent"
    assert len(seen) == 2


def test_a_refusal_for_good_fails_it(site: Path) -> None:
    delivery, [_] = sent(site, answer(400, {}))
    assert (delivery["status"], delivery["reason"]) == ("failed", "bad_request")


def test_a_title_and_a_type_are_options(site: Path) -> None:
    given = ("--option", "apprise.title=Disk", "--option", "apprise.type=failure")
    own = {"apprise_targets": targets(ops=URL)}

    stored = cli(site, *TO_OPS, *given, "--at", "2126-12-01T10:00Z", **own)
    wrong = cli(site, *TO_OPS, "--option", "apprise.type=loud", "--option", "apprise.sender=me", **own)

    assert stored.returncode == 0, stored.stderr
    assert "--option apprise.type: must be" in wrong.stderr
    assert "--option apprise.sender: there is no such field" in wrong.stderr


@pytest.mark.parametrize(
    ("address", "words"),
    [
        ("mail", "apprise has no such address set up; there are ops"),
        ("json://127.0.0.1:9/", "apprise wants the name of a target that NOTIFYHUB_APPRISE_TARGETS sets up, not a URL"),
    ],
)
def test_only_names_of_targets_are_taken(site: Path, address: str, words: str) -> None:
    refused = cli(site, "send", "Hello", "--to", f"apprise={address}", apprise_targets=targets(ops=URL))
    assert refused.returncode == 2
    assert words in refused.stderr


def test_no_secret_is_shown(site: Path) -> None:
    own = {"apprise_targets": targets(ops=URL), "log_level": "debug"}
    shown = [cli(site, *what, **own) for what in (("config",), ("channels", "--json"), ("doctor",), (*TO_OPS,))]

    assert "'ops': '***" in shown[0].stdout
    assert "leads to ops, not checked" in shown[2].stdout
    assert not [one for one in shown if "very-secret" in one.stdout + one.stderr]


def test_it_is_told_as_a_real_channel(site: Path) -> None:
    shown = json.loads(cli(site, "channels", "--json", apprise_targets=targets(ops=URL)).stdout)
    [own] = [channel for channel in shown if channel["name"] == "apprise"]
    assert (own["emulated"], own["concurrency"]) == (False, 16)


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"apprise_targets": targets(ops="slack://very-secret")}, "NOTIFYHUB_APPRISE_TARGETS: ops is not a URL that"),
        (
            {"apprise_targets": targets(ops="mailto://u:very-secret@h.example/a@h.example/b@h.example")},
            "NOTIFYHUB_APPRISE_TARGETS: ops leads to several places",
        ),
        ({"apprise_targets": '{"ops": 5, "very-secret'}, "NOTIFYHUB_"),
        ({"apprise_token": "very-secret"}, "NOTIFYHUB_APPRISE_TOKEN has no effect"),
        ({"apprise_proxy": "http://u:very-secret@h.example"}, "NOTIFYHUB_APPRISE_PROXY has no effect"),
    ],
)
def test_wrong_settings_are_told_without_their_secrets(site: Path, settings: dict[str, str], words: str) -> None:
    told = cli(site, "config", **settings)

    assert told.returncode == 2
    assert words in told.stderr
    assert "very-secret" not in told.stderr
    assert len(told.stderr.splitlines()) == 1


def test_without_targets_there_is_nothing_to_send_by(site: Path) -> None:
    shown = json.loads(cli(site, "channels", "--json").stdout)
    refused = cli(site, *TO_OPS)

    assert "apprise" not in [channel["name"] for channel in shown]
    assert "apprise has no such address set up; there are none" in refused.stderr


def test_without_the_package_there_is_no_channel_and_no_error(bare: Path) -> None:
    own = {"apprise_targets": targets(ops=URL)}
    shown = cli(bare, "channels", "--json", python=("-S",), **own)
    refused = cli(bare, *TO_OPS, python=("-S",), **own)

    assert shown.returncode == 0, shown.stderr
    assert [channel["name"] for channel in json.loads(shown.stdout)] == [*CHANNELS]
    assert "there is no such channel; there are" in refused.stderr


def test_apprise_is_imported_only_where_there_are_targets(site: Path) -> None:
    program = (
        "import sys, notifyhub, notifyhub_api.app; from notifyhub.settings import load; "
        "print('apprise' in load().channels(), 'apprise' in sys.modules)"
    )
    assert run(site, "-c", program).stdout.split() == ["False", "False"]
    assert run(site, "-c", program, apprise_targets=targets(ops=URL)).stdout.split() == ["True", "True"]


def test_rest_refuses_a_target_that_there_is_not(site: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join((str(site), str(ROOT))))
    with Service(tmp_path, apprise_targets=targets(ops=URL)) as service:
        with pytest.raises(urllib.error.HTTPError) as refused:
            service.ask("/api/v1/messages", {"text": "Hello", "recipients": [{"apprise": "mail"}]})
        [error] = json.load(refused.value)["errors"]

    assert refused.value.code == 422
    assert (error["path"], error["code"]) == ("$.recipients[0].apprise", "unknown_address")


TEST_OF_A_MAILING = """
from notifyhub import Hub, InvalidRequest
with Hub(worker=False) as hub:
    for number, target in enumerate(["ops", "gone"]):
        hub.clients.create(f"7903000000{number}", addresses={"apprise": target})
    draft = hub.mailings.create("Sale", "Hello", ["apprise"], draft=True)
    try:
        hub.mailings.test(draft.id, clients=[1, 2])
    except InvalidRequest as error:
        print([(fault.path, fault.code) for fault in error.faults])
"""


def test_a_test_of_a_mailing_names_the_client_whose_target_is_gone(site: Path) -> None:
    ended = run(site, "-c", TEST_OF_A_MAILING, apprise_targets=targets(ops=URL))

    assert ended.stdout.strip() == "[('clients[1].apprise', 'unknown_address')]", ended.stderr


TWO_TARGETS = """
from notifyhub import Hub
with Hub(worker=True) as hub:
    resting = hub.send("First", to=[{"apprise": "bad"}, {"apprise": "good"}])
    later = hub.wait(hub.send("Second", to={"apprise": "good"}), timeout_s=30)
    print(later.status, hub.message(resting.id).counts)
"""


def test_a_target_that_is_set_up_wrongly_rests_alone(site: Path) -> None:
    async def story() -> subprocess.CompletedProcess[str]:
        async with ScriptedServer(answer(401, {})) as bad, ScriptedServer(answer(200, {})) as good:
            urls = {name: server.url.replace("http", "json", 1) for name, server in (("bad", bad), ("good", good))}
            own = {"apprise_targets": targets(**urls), "apprise_concurrency": "1"}
            return await asyncio.to_thread(run, site, "-c", TWO_TARGETS, **own)

    ended = asyncio.run(story())

    assert ended.stdout.strip() == "sent {'scheduled': 1, 'sent': 1}", ended.stderr
    assert "sender bad of apprise rests" in ended.stderr
    assert "look at bad in NOTIFYHUB_APPRISE_TARGETS" in ended.stderr
