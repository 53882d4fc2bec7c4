"""The fixture `notifyhub_emulator`, in pytest runs of its own inside this process."""

from __future__ import annotations

import subprocess
import sys

import pytest

pytest_plugins = ["pytester"]

SEND = """
import json, urllib.request

def send(emulator, text, token=None):
    url = f"{emulator.url}/telegram/bot{token or emulator.token}/sendMessage"
    body = json.dumps({"chat_id": 42, "text": text}).encode()
    request = urllib.request.Request(url, body, {"Content-Type": "application/json"})
    return json.load(urllib.request.build_opener(urllib.request.ProxyHandler({})).open(request, timeout=30))
"""


@pytest.fixture
def passes(pytester: pytest.Pytester):
    """`passes(source, tests)`: does a run of these tests end well?"""

    def passes(source: str, tests: int) -> None:
        pytester.makepyfile(SEND + source)
        ran = pytester.runpytest_inprocess("-p", "notifyhub_pytest", "-p", "no:cacheprovider", "-q")
        ran.assert_outcomes(passed=tests)

    return passes


def test_what_was_sent_can_be_waited_for(passes):
    passes(
        """
def test_it(notifyhub_emulator):
    send(notifyhub_emulator, "Hello")
    [entry] = notifyhub_emulator.wait_for(channel="telegram", address="42", text="Hell", timeout_s=30)
    assert entry["accepted"]
    notifyhub_emulator.assert_no_duplicates()
""",
        1,
    )


def test_every_test_finds_an_empty_journal_and_no_faults(passes):
    passes(
        """
urls, tokens = set(), set()

def sends(emulator):
    emulator.assert_nothing_sent()
    urls.add(emulator.url)
    tokens.add(emulator.token)
    assert send(emulator, "Hello")["ok"]
    emulator.faults(failure_rate=1)

def test_one(notifyhub_emulator):
    sends(notifyhub_emulator)

def test_two(notifyhub_emulator):
    sends(notifyhub_emulator)
    assert (len(urls), len(tokens)) == (1, 2)
""",
        2,
    )


def test_an_inbox_shows_its_own_token_only(passes):
    passes(
        """
def test_it(notifyhub_emulator):
    send(notifyhub_emulator, "mine")
    send(notifyhub_emulator, "other", token="1:other")
    assert [entry["text"] for entry in notifyhub_emulator.inbox().journal()] == ["mine"]
    assert [entry["text"] for entry in notifyhub_emulator.inbox("1:other").journal()] == ["other"]
    assert len(notifyhub_emulator.journal()) == 2
""",
        1,
    )


def test_faults_can_be_set(passes):
    passes(
        """
import pytest, urllib.error

def test_it(notifyhub_emulator):
    notifyhub_emulator.rule(channel="telegram", answer="blocked", count=1)
    with pytest.raises(urllib.error.HTTPError):
        send(notifyhub_emulator, "refused")
    assert send(notifyhub_emulator, "taken")["ok"]

def test_a_script(notifyhub_emulator):
    notifyhub_emulator.script("telegram", "42", "503")
    with pytest.raises(urllib.error.HTTPError):
        send(notifyhub_emulator, "refused")

def test_a_wrong_fault(notifyhub_emulator):
    with pytest.raises(ValueError):
        notifyhub_emulator.faults(failure="teapot")
""",
        3,
    )


def test_duplicates_and_unexpected_sends_fail_a_test(passes):
    passes(
        """
import pytest

def test_it(notifyhub_emulator):
    for _ in range(2):
        send(notifyhub_emulator, "Hello")
    with pytest.raises(AssertionError, match="went 2 times"):
        notifyhub_emulator.assert_no_duplicates()
    with pytest.raises(AssertionError, match="2 sends arrived"):
        notifyhub_emulator.assert_nothing_sent()
""",
        1,
    )


def test_the_plugin_imports_nothing_of_the_hub_before_it_is_used():
    seen = "import sys, notifyhub_pytest; print([name for name in sys.modules if name.startswith('notifyhub')])"
    told = subprocess.run([sys.executable, "-c", seen], capture_output=True, text=True, check=True)
    assert told.stdout.strip() == "['notifyhub_pytest']"
