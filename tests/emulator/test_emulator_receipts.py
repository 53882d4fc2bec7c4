import pytest

from notifyhub.emulator.callbacks.receipts import ReceiptSettings, schedule

KINDS = ("delivered", "seen")


@pytest.mark.parametrize(
    ("settings", "expected"),
    [
        ({}, [(0.0, "delivered"), (0.0, "seen")]),
        ({"seen": False}, [(0.0, "delivered")]),
        ({"manner": "never"}, []),
        ({"manner": "late", "late_s": 9}, [(9.0, "delivered"), (9.0, "seen")]),
        ({"manner": "twice", "seen": False}, [(0.0, "delivered"), (0.0, "delivered")]),
        ({"manner": "out_of_order"}, [(0.0, "seen"), (0.0, "delivered")]),
    ],
)
def test_receipts_come_in_the_manner_that_is_set(settings, expected):
    assert schedule(ReceiptSettings(**settings), KINDS) == expected


def test_the_manner_is_set_over_http(site):
    assert site.call("PUT", "/receipts", {"manner": "late", "late_s": 2}).json["manner"] == "late"
    assert site.call("GET", "/receipts").json == {"manner": "late", "late_s": 2.0, "seen": True}
    assert site.call("PUT", "/receipts", {}).json["manner"] == "in_time"


def test_an_unknown_manner_is_a_problem_that_names_its_field(site):
    reply = site.call("PUT", "/receipts", {"manner": "by pigeon"})
    assert (reply.status, reply.json["errors"][0]["field"]) == (422, "manner")
