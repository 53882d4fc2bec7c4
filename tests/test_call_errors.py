"""Errors of Python calls name the arguments of the call, not the members of the request that it becomes."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from notifyhub import Hub, InvalidRequest
from notifyhub.fake import FakeHub
from tests.conftest import HubMaker

TO = {"telegram": "1"}


@pytest.fixture(params=["a hub", "a fake hub"])
def any_hub(request: pytest.FixtureRequest, make_hub: HubMaker) -> Any:
    return make_hub(worker=False) if request.param == "a hub" else Hub.fake()


@pytest.mark.parametrize(
    ("call", "paths"),
    [
        (lambda hub: hub.send("", to=TO), ["text"]),
        (lambda hub: hub.send("Hello", to="1067000"), ["to"]),
        (lambda hub: hub.send("Hello", to=[]), ["to"]),
        (lambda hub: hub.send("Hello", to={"telegram": "x!"}), ["to.telegram"]),
        (lambda hub: hub.send("Hello", to={"sms": "1"}), ["to.sms"]),
        (lambda hub: hub.send("Hello", to=[TO, {"telegram": "x!"}]), ["to[1].telegram"]),
        (lambda hub: hub.send("Hello", to=[TO, 5]), ["to[1]"]),
        (lambda hub: hub.send("Hello", to=TO, at="tomorrow"), ["at"]),
        (lambda hub: hub.send("Hello", to=TO, expires_at="2020-01-01T00:00Z"), ["expires_at"]),
        (lambda hub: hub.send("Hello", to=TO, channels=["sms"]), ["channels[0]"]),
        (lambda hub: hub.send("Hello", to=TO, options={"telegram": {"colour": 1}}), ["options.telegram.colour"]),
        (lambda hub: hub.send("Hello", to=TO, max_attempts=0), ["max_attempts"]),
        (lambda hub: hub.messages(status="lost"), ["status"]),
    ],
)
def test_the_argument_is_named(any_hub: Hub | FakeHub, call: Callable[[Any], Any], paths: list[str]) -> None:
    with pytest.raises(InvalidRequest) as refused:
        call(any_hub)

    assert [fault.path for fault in refused.value.faults] == paths


ID = "01a1fdc9-524d-76a2-a653-642f75c95fee"


@pytest.mark.parametrize(
    ("call", "path"),
    [
        (lambda hub: hub.change(ID, at="tomorrow"), "at"),
        (lambda hub: hub.change(ID, text=""), "text"),
        (lambda hub: hub.retry(ID, expires_at="never"), "expires_at"),
        (lambda hub: hub.resolve(17, "lost"), "as_"),
        (lambda hub: hub.deliveries_by_id([]), "ids"),
        (lambda hub: hub.cancel_deliveries(["x"]), "ids[0]"),
        (lambda hub: hub.deliveries(channel="sms"), "channel"),
        (lambda hub: hub.keys.create("shop", ["everything"]), "scopes[0]"),
    ],
)
def test_the_argument_of_other_calls_is_named(make_hub: HubMaker, call: Callable[[Hub], Any], path: str) -> None:
    with pytest.raises(InvalidRequest) as refused:
        call(make_hub(worker=False))

    assert [fault.path for fault in refused.value.faults] == [path]


def test_text_instead_of_recipients_is_told_with_an_example(any_hub: Hub | FakeHub) -> None:
    with pytest.raises(InvalidRequest, match=r'^to: must be a mapping such as \{"telegram": "1067000"\}, or a list of'):
        any_hub.send("x", to="1067000")  # type: ignore[arg-type]


def test_members_of_a_request_are_named_by_json_path(any_hub: Hub | FakeHub) -> None:
    with pytest.raises(InvalidRequest, match=r"^\$\.recipients\[0\]\.telegram: "):
        any_hub.submit({"text": "Hello", "recipients": [{"telegram": "x!"}]})


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda hub: hub.send("x", to=TO, at="2126-01-02T00:00Z", expires_at="2126-01-01T00:00Z"), "must be after at"),
        (lambda hub: hub.change(ID), "^there is nothing to change: give text, at or expires_at"),
    ],
    ids=["send", "change"],
)
def test_sentences_speak_of_the_arguments_too(make_hub: HubMaker, call: Callable[[Hub], Any], words: str) -> None:
    with pytest.raises(InvalidRequest, match=f"{words}$"):
        call(make_hub(worker=False))
