"""Rules, chance, time spans and magic recipients: what the faults decide."""

from __future__ import annotations

import random
import statistics

import pytest
from hypothesis import given
from hypothesis import strategies as st

from notifyhub.domain.addresses import FORMS
from notifyhub.emulator.faults import CHANNELS, Faults, FaultSettings, Rule, TooManyRules, magic
from notifyhub.emulator.faults.chance import MOST_RECIPIENTS
from notifyhub.emulator.faults.names import OUTCOMES
from notifyhub.emulator.shared.wire import Refusal

NAMES = list("abcdefgh")


class Clock:
    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


def faults(*rules: dict, seed: int = 1, clock: Clock | None = None, **settings: object) -> Faults:
    made = Faults(seed=seed, clock=clock or Clock())
    made.replace(FaultSettings.model_validate({"rules": list(rules), **settings}))
    return made


def names(made: Faults, *sends: tuple[str, str]) -> list[str | None]:
    return [made.plan(channel, address).name for channel, address in sends]


def test_a_rule_without_limits_is_for_everybody():
    assert names(faults({"answer": "503"}), ("telegram", "1"), ("viber", "x")) == ["503", "503"]


def test_a_rule_may_be_for_one_channel():
    assert names(faults({"channel": "viber", "answer": "503"}), ("telegram", "1"), ("viber", "x")) == [None, "503"]


def test_a_rule_may_be_for_one_recipient():
    made = faults({"address": "42", "answer": "blocked"})
    assert names(made, ("telegram", "42"), ("telegram", "421")) == ["blocked", None]


def test_a_rule_may_be_for_all_whose_address_begins_so():
    made = faults({"channel": "whatsapp", "address": "+7 916*", "answer": "not_a_user"})
    assert names(made, ("whatsapp", "79161234567"), ("whatsapp", "79261234567")) == ["not_a_user", None]


def test_a_rule_for_a_token_spares_the_others_and_forgets_the_token():
    made = faults({"token": "123:secret", "answer": "token_revoked"})
    plans = [made.plan("telegram", "42", token).name for token in ("123:secret", "124:other")]
    assert plans == ["token_revoked", None]
    assert "secret" not in str(made.describe())


def test_a_rule_is_used_up_after_its_count():
    made = faults({"answer": "500", "count": 2})
    assert names(made, *[("telegram", "42")] * 3) == ["500", "500", None]
    assert made.describe()["rules"] == []


def test_what_is_left_of_a_count_is_told():
    made = faults({"answer": "500", "count": 3})
    made.plan("telegram", "42")
    assert made.describe()["rules"][0]["count"] == 2


def test_an_outage_has_a_beginning_and_an_end():
    clock = Clock()
    made = faults({"answer": "503", "from_s": 10, "until_s": 20}, clock=clock)
    seen = []
    for clock.now in (100.0, 110.0, 119.9, 120.0):
        seen += names(made, ("telegram", "42"))
    assert seen == [None, "503", "503", None]


def test_the_first_rule_that_hits_decides():
    made = faults({"address": "42", "answer": "accept"}, {"answer": "500"})
    assert names(made, ("telegram", "42"), ("telegram", "43")) == [None, "500"]


def test_an_added_rule_comes_before_the_others():
    made = faults({"answer": "500"})
    made.add(Rule(answer="403"))
    assert names(made, ("telegram", "42")) == ["403"]


def test_there_is_an_end_to_rules():
    made = faults(*[{"answer": "500"}] * 1000)
    with pytest.raises(TooManyRules):
        made.add(Rule(answer="403"))


def test_a_rule_of_latency_alone_leaves_the_answer_to_the_next():
    made = faults({"latency_ms": 70}, {"answer": "500"}, latency_ms=10)
    plan = made.plan("telegram", "42")
    assert (plan.latency_s, plan.name) == (0.07, "500")


def test_a_rate_of_a_rule_is_the_share_it_hits():
    made = faults({"answer": "500", "rate": 0.25})
    hit = names(made, *[("telegram", str(number)) for number in range(1, 8001)]).count("500")
    assert 1800 < hit < 2200


def test_latency_by_a_bell_has_its_mean_and_its_tail():
    made = faults(latency_ms={"mean": 200, "deviation": 20, "tail": 0.1, "tail_ms": 5000})
    waits = [made.plan("viber", str(number)).latency_s for number in range(4000)]
    usual = [wait for wait in waits if wait < 5]
    assert 0.19 < statistics.mean(usual) < 0.21
    assert 0.018 < statistics.pstdev(usual) < 0.022
    assert 300 < len(waits) - len(usual) < 500


def story(made: Faults, order: list[str]) -> dict[str, list[tuple[str | None, float]]]:
    told: dict[str, list[tuple[str | None, float]]] = {}
    for name in order:
        plan = made.plan("telegram", name)
        told.setdefault(name, []).append((plan.name, plan.latency_s))
    return told


@given(st.integers(), st.randoms(use_true_random=False))
def test_the_same_seed_tells_each_recipient_the_same_story_in_whatever_order_they_come(
    seed: int, shuffled: random.Random
):
    settings = {"latency_ms": {"min": 0, "max": 1000}, "failure_rate": 0.3}
    rule = {"answer": "503", "rate": 0.5}
    order = NAMES * 3
    first = story(faults(rule, seed=seed, **settings), order)
    shuffled.shuffle(order)
    assert story(faults(rule, seed=seed, **settings), order) == first


def test_another_seed_tells_another_story():
    one, other = (story(faults(latency_ms={"min": 0, "max": 1000}, seed=seed), NAMES) for seed in (1, 2))
    assert one != other


def test_a_reset_begins_every_story_anew():
    made = faults(latency_ms={"min": 0, "max": 1000})
    first = story(made, NAMES)
    again = story(made, NAMES)
    made.reset()
    made.replace(FaultSettings.model_validate({"latency_ms": {"min": 0, "max": 1000}}))
    assert again != first == story(made, NAMES)


@pytest.mark.parametrize(
    ("rule", "field"),
    [
        ({}, "rules.0"),
        ({"answer": "teapot"}, "rules.0.answer"),
        ({"answer": "500", "rate": 2}, "rules.0.rate"),
        ({"answer": "500", "count": 0}, "rules.0.count"),
        ({"answer": "500", "from_s": 5, "until_s": 5}, "rules.0"),
        ({"answer": {"code": 12}}, "rules.0"),
        ({"answer": {"drip_ms": -1}}, "rules.0.answer.drip_ms"),
        ({"latency_ms": {"mean": 5}}, "rules.0.latency_ms.deviation"),
    ],
)
def test_a_bad_rule_is_a_problem_that_names_its_field(site, rule, field):
    reply = site.set_faults({"rules": [rule]})
    assert reply.status == 422
    assert field in [error["field"] for error in reply.json["errors"]]


def test_a_rule_can_be_added_over_http(site):
    reply = site.call("POST", "/faults/rules", {"channel": "telegram", "answer": "blocked"})
    assert reply.status == 201
    assert reply.json["rules"] == [{"channel": "telegram", "answer": "blocked", "rate": 1.0, "from_s": 0.0}]
    assert site.telegram({"chat_id": 42, "text": "hi"}).status == 403


def test_a_bad_added_rule_changes_nothing(site):
    assert site.call("POST", "/faults/rules", {"answer": "teapot"}).status == 422
    assert site.call("GET", "/faults").json["rules"] == []


@pytest.mark.parametrize("channel", [channel for channel in CHANNELS if channel != "email"])
def test_every_outcome_of_a_messenger_can_be_asked_for(site, channel):
    endpoint = site.emulator.endpoints[channel]
    answers = [endpoint.messenger.refuse(Refusal(outcome=name)) for name in OUTCOMES[channel]]
    assert answers
    assert not any(answer.accepted for answer in answers)


def test_the_magic_recipients_have_addresses_in_canonical_form():
    for channel, address, _ in magic.recipients():
        assert FORMS[channel].parse(address) == address


def test_no_two_stories_share_a_recipient():
    every = list(magic.recipients())
    assert len(every) == len(magic.STORIES)


@pytest.mark.parametrize("channel", CHANNELS)
def test_every_outcome_has_a_magic_recipient(channel):
    told = {story.name for on, _, story in magic.recipients() if on == channel}
    assert set(OUTCOMES[channel]) <= told


def magic_address(channel: str, name: str) -> str:
    return next(address for on, address, story in magic.recipients() if (on, story.name) == (channel, name))


def test_a_magic_recipient_needs_no_faults_to_be_set(site):
    reply = site.telegram({"chat_id": magic_address("telegram", "blocked"), "text": "hi"})
    assert (reply.status, reply.json["description"]) == (403, "Forbidden: bot was blocked by the user")


def test_a_magic_story_goes_on_from_send_to_send(site):
    to = {"chat_id": magic_address("telegram", "down_twice"), "text": "hi"}
    assert [site.telegram(to).status for _ in range(4)] == [500, 503, 200, 200]


def test_a_magic_story_tells_how_its_receipts_go():
    plan = Faults(seed=1).plan("viber", magic_address("viber", "twice"))
    assert (plan.name, plan.receipts) == (None, "twice")


def test_magic_can_be_switched_off(site):
    site.set_faults({"magic": False})
    assert site.telegram({"chat_id": magic_address("telegram", "blocked"), "text": "hi"}).status == 200


def test_the_magic_recipients_are_listed(site):
    listed = site.call("GET", "/magic").json["recipients"]
    assert {"channel": "telegram", "address": "4000000000001", "name": "blocked"}.items() <= listed[0].items()
    assert len(listed) == len(magic.STORIES)


def test_recipients_beyond_the_cap_begin_anew():
    made = faults(latency_ms={"min": 0, "max": 1000})
    first = story(made, ["first"])
    for number in range(MOST_RECIPIENTS):
        made.plan("telegram", str(number))
    assert story(made, ["first"]) == first
