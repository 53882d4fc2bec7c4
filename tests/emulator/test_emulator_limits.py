import pytest

from notifyhub.emulator.app import Emulator
from notifyhub.emulator.shared.limits import Limit, Limits, LimitSettings, UnknownLimit

REAL = {"bot": Limit(count=3, seconds=1), "chat": Limit(count=1, seconds=1), "pair": Limit(count=1, seconds=6, burst=3)}


@pytest.fixture
def limits():
    return Limits(REAL, "real")


def test_nothing_is_limited_unless_asked_for():
    limits = Limits(REAL)
    assert [limits.wait_s([("chat", "42")], 0.0) for _ in range(5)] == [0.0] * 5


def test_a_limit_lets_its_count_through_and_then_tells_how_long_to_wait(limits):
    assert [limits.wait_s([("bot", "1")], now) for now in (0.0, 0.25, 0.5, 0.75)] == [0.0, 0.0, 0.0, 0.25]


def test_after_the_wait_there_is_room_again(limits):
    limits.wait_s([("chat", "42")], 0.0)
    assert (limits.wait_s([("chat", "42")], 0.5), limits.wait_s([("chat", "42")], 1.0)) == (0.5, 0.0)


def test_keys_do_not_share_their_room(limits):
    limits.wait_s([("chat", "42")], 0.0)
    assert limits.wait_s([("chat", "43")], 0.0) == 0.0


def test_what_is_refused_by_one_limit_takes_nothing_from_another(limits):
    limits.wait_s([("chat", "42")], 0.0)
    for _ in range(10):
        limits.wait_s([("bot", "1"), ("chat", "42")], 0.1)
    assert [limits.wait_s([("bot", "1")], 0.2) for _ in range(3)] == [0.0, 0.0, 0.0]


def test_the_longest_wait_counts(limits):
    for _ in range(3):
        limits.wait_s([("bot", "1")], 0.0)
    limits.wait_s([("pair", "42")], 0.0)
    assert limits.wait_s([("bot", "1"), ("pair", "42")], 0.5) == 0.5


def test_a_burst_is_borrowed_and_paid_back(limits):
    assert [limits.wait_s([("pair", "42")], 0.0) for _ in range(4)] == [0.0, 0.0, 0.0, 6.0]
    assert (limits.wait_s([("pair", "42")], 6.0), limits.wait_s([("pair", "42")], 6.0)) == (0.0, 6.0)


def test_a_key_can_be_given_its_room_back(limits):
    limits.wait_s([("chat", "42")], 0.0)
    limits.reset("chat", "42")
    assert limits.wait_s([("chat", "42")], 0.0) == 0.0


def test_one_limit_can_be_changed_and_another_switched_off(limits):
    limits.replace(LimitSettings(profile="real", limits={"chat": Limit(count=2, seconds=1), "bot": None}))
    assert [limits.wait_s([("bot", "1"), ("chat", "42")], 0.0) for _ in range(3)] == [0.0, 0.0, 1.0]


def test_one_limit_can_be_on_with_the_others_off():
    limits = Limits(REAL)
    limits.replace(LimitSettings(limits={"chat": Limit(count=1, seconds=5)}))
    assert [limits.wait_s([("bot", "1"), ("chat", "42")], 0.0) for _ in range(2)] == [0.0, 5.0]


def test_an_unknown_limit_is_refused_by_name(limits):
    with pytest.raises(UnknownLimit, match="pigeons"):
        limits.replace(LimitSettings(limits={"pigeons": None}))


def test_the_key_longest_unused_is_forgotten_above_the_cap():
    limits = Limits(REAL, "real", keys_cap=2)
    for key in ("1", "2", "3"):
        limits.wait_s([("chat", key)], 0.0)
    assert [limits.wait_s([("chat", key)], 0.5) > 0 for key in ("2", "3", "1")] == [True, True, False]


@pytest.mark.parametrize(
    ("how", "first"), [({"profile": "real-limits"}, "real"), ({"limits": "real"}, "real"), ({}, "off")]
)
def test_the_emulator_is_told_at_its_start_whether_it_limits(how, first):
    assert Emulator(**how).limits.describe()["profile"] == first


def test_limits_are_set_over_http(site):
    assert site.call("PUT", "/limits", {"profile": "real"}).status == 200
    assert site.call("GET", "/limits").json["profile"] == "real"
    assert site.call("DELETE", "/limits").status == 204
    assert site.call("GET", "/limits").json["profile"] == "off"


@pytest.mark.parametrize(
    ("settings", "field"),
    [
        ({"profile": "strict"}, "profile"),
        ({"limits": {"telegram.chat": {"count": 0, "seconds": 1}}}, "limits.telegram.chat.count"),
        ({"limits": {"pigeons": None}}, "limits.pigeons"),
    ],
)
def test_bad_limits_are_a_problem_that_names_its_field(site, settings, field):
    reply = site.call("PUT", "/limits", settings)
    assert (reply.status, reply.json["errors"][0]["field"]) == (422, field)
