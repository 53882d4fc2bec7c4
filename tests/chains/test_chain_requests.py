"""What may be asked of chains, over the library, REST and the command line."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from notifyhub import Hub, InvalidRequest
from notifyhub.domain import durations
from notifyhub.fake import FakeHub
from tests.api.conftest import Api, serve  # noqa: F401 (a fixture)
from tests.chains.conftest import EVERYWHERE, VIBER
from tests.cli.conftest import Run, in_this_tree, run  # noqa: F401 (fixtures)
from tests.conftest import HubMaker

BAD: list[tuple[Any, list[tuple[str, str]]]] = [
    ({"first_of": ["viber", "whatsapp", "viber"]}, [("channels.first_of", "repeated")]),
    ({"first_of": ["viber", "pager"]}, [("channels.first_of[1]", "unknown_value")]),
    ({"first_of": []}, [("channels.first_of", "empty")]),
    ({"first_of": "viber"}, [("channels.first_of", "type")]),
    ({"first_of": None}, [("channels.first_of", "type")]),
    ({"confirm_within": "PT10M"}, [("channels.first_of", "missing")]),
    ({}, [("channels.first_of", "missing")]),
    ({"first_of": ["viber"], "then": ["gateway"]}, [("channels.then", "unknown_field")]),
    (
        {"first_of": ["viber", "pager", "viber"], "confirm_within": "soon", "x": 1},
        [
            ("channels.confirm_within", "form"),
            ("channels.first_of", "repeated"),
            ("channels.first_of[1]", "unknown_value"),
            ("channels.x", "unknown_field"),
        ],
    ),
    *(
        ({"first_of": ["viber"], "confirm_within": wrong}, [("channels.confirm_within", "form")])
        for wrong in ("10 minutes", "PT", "P", "P1M", "-PT1M", "PT0.5S", "P31D", 0, -1, 2_592_001, 1.5, True, [], {})
    ),
]


@pytest.mark.parametrize(("channels", "faults"), BAD)
def test_a_chain_that_cannot_be_is_refused_and_nothing_is_stored(
    make_hub: HubMaker, channels: Any, faults: list[tuple[str, str]]
) -> None:
    hub = make_hub(worker=False)

    with pytest.raises(InvalidRequest) as refused:
        hub.send("Hello", to=EVERYWHERE, channels=channels)

    assert sorted((fault.path, fault.code) for fault in refused.value.faults) == faults
    assert hub.messages() == []


def test_somebody_without_an_address_on_the_chain_is_named(make_hub: HubMaker) -> None:
    hub = make_hub(worker=False)

    with pytest.raises(InvalidRequest) as refused:
        hub.send("Hello", to=[{"viber": VIBER}, {"telegram": "1"}], channels={"first_of": ["viber", "gateway"]})

    assert [(fault.path, fault.code) for fault in refused.value.faults] == [("to[1]", "no_address")]


@pytest.mark.parametrize(
    ("given", "answered"),
    [
        ("PT10M", "PT10M"),
        (600, "PT10M"),
        (600.0, "PT10M"),
        ("PT600S", "PT10M"),
        ("P1DT2H", "P1DT2H"),
        ("P2W", "P14D"),
        ("PT1.5S", "PT1.5S"),
        (timedelta(minutes=90), "PT1H30M"),
        (timedelta(days=30), "P30D"),
    ],
)
def test_a_duration_may_be_given_in_several_ways(make_hub: HubMaker, given: Any, answered: str) -> None:
    hub = make_hub(worker=False)

    message = hub.send("Hello", to=EVERYWHERE, channels={"first_of": ("viber", "gateway"), "confirm_within": given})

    assert message.channels is not None
    assert message.channels.confirm_within == answered


@pytest.mark.parametrize("length_ms", [0, 1, 999, 1_000, 59_999, 60_000, 3_600_000, 86_400_000, 90_061_001, -60_000])
def test_durations_are_written_as_they_are_read(length_ms: int) -> None:
    text = durations.as_text(length_ms)

    assert durations.milliseconds(text) == (length_ms if length_ms >= 0 else None)


def test_the_text_must_fit_all_channels_of_the_chain(make_hub: HubMaker) -> None:
    hub = make_hub(worker=False)

    with pytest.raises(InvalidRequest) as refused:
        hub.send("x" * 5_000, to=EVERYWHERE, channels={"first_of": ["viber", "whatsapp"]})
    message = hub.send("Hello", to=EVERYWHERE, channels={"first_of": ["viber", "whatsapp"]})
    with pytest.raises(InvalidRequest) as refused_later:
        hub.change(message.id, text="x" * 5_000)

    assert [fault.path for fault in refused.value.faults] == ["text"]
    assert [fault.path for fault in refused_later.value.faults] == ["text"]


def test_rest_takes_a_chain_and_names_what_is_wrong_with_one(
    make_hub: HubMaker,
    serve: Callable[[Hub], Api],  # noqa: F811
) -> None:
    api = serve(make_hub(worker=False))
    asked = {"text": "Hello", "recipients": [EVERYWHERE]}

    good = api.post("/api/v1/messages", {**asked, "channels": {"first_of": ["viber", "gateway"], "confirm_within": 60}})
    wrong = {"first_of": ["viber", "pager", "viber"], "confirm_within": "soon"}
    bad = api.post("/api/v1/messages", {**asked, "channels": wrong})

    assert (good.status, good.json["channels"]) == (
        202,
        {"first_of": ["viber", "gateway"], "confirm_within": "PT1M"},
    )
    chain = good.json["deliveries"][0]["chain"]
    assert (chain["step"], chain["then"], "confirm_by" in chain) == (1, ["gateway"], True)
    assert bad.status == 422
    assert sorted(bad.faults) == [
        ("$.channels.confirm_within", "form"),
        ("$.channels.first_of", "repeated"),
        ("$.channels.first_of[1]", "unknown_value"),
    ]
    assert len(api.get("/api/v1/messages").json["items"]) == 1


ON_BOTH = ("--to", f"viber={VIBER}", "--to", "gateway=79161234567")
LATER = ("--at", "2126-12-01T10:00:00+03:00")


def test_the_command_line_takes_a_chain(run: Run) -> None:  # noqa: F811
    ended = run("send", "Hi", *ON_BOTH, *LATER, "--first-of", "viber, gateway", "--confirm-within", "10m", "--json")

    assert ended.json["channels"] == {"first_of": ["viber", "gateway"], "confirm_within": "PT10M"}
    assert [d["channel"] for d in ended.json["deliveries"]] == ["viber"]


@pytest.mark.parametrize(
    ("options", "complaint"),
    [
        (("--first-of", "viber,viber"), "--first-of: names a channel more than once"),
        (("--first-of", "viber,pager"), "--first-of: there is no such channel"),
        (("--first-of", "viber", "--confirm-within", "soon"), "--confirm-within: must be from 1 second to 30 days"),
        (("--confirm-within", "10m"), "--confirm-within: goes with --first-of"),
    ],
)
def test_the_command_line_names_what_is_wrong_with_a_chain(
    run: Run,  # noqa: F811
    options: tuple[str, ...],
    complaint: str,
) -> None:
    ended = run("send", "Hi", *ON_BOTH, *LATER, *options)

    assert (ended.code, ended.complaint.startswith(complaint)) == (2, True), ended.err
    assert run("list", "--json").json == []


def test_the_command_line_makes_a_mailing_of_a_chain(run: Run) -> None:  # noqa: F811
    chain = ("--first-of", "viber,gateway", "--confirm-within", "2h", "--draft")

    made = run("mailing", "create", "Sale", "Hello", *chain, "--json")
    shown = run("mailing", "show", "1")
    both = run("mailing", "create", "Sale", "Hello", *chain, "--channel", "viber")

    assert made.json["channels"] == {"first_of": ["viber", "gateway"], "confirm_within": "PT2H"}
    assert "by viber, then gateway" in shown.out
    assert (both.code, both.complaint) == (2, "--first-of: goes without --channel")


def test_a_fake_hub_sends_by_the_first_channel() -> None:
    fake = FakeHub()

    message = fake.send("Hello", to=EVERYWHERE, channels={"first_of": ["whatsapp", "viber"]})

    assert [(one.channel, one.text) for one in fake.sent] == [("whatsapp", "Hello")]
    assert message.channels is not None
    assert message.accepted == 1
