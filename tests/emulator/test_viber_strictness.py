"""What Viber asks of bots when it is as strict as the real one, and its limits."""

import pytest

TEXT = {"receiver": "01234567890A=", "type": "text", "text": "hi", "sender": {"name": "Shop"}}
TOKEN = "445da6az1s345z78-dazcczb2542zv51a-e0vc5fva17480im9"


def status_of(site, path="send_message", **fields):
    return site.viber(path, **{"token": TOKEN, **(fields or TEXT)}).json["status"]


def test_a_token_has_a_form(site, strict):
    strict(viber={"token_form": True})
    assert [status_of(site), status_of(site, **TEXT, token="445da6")] == [0, 2]


def test_sending_needs_a_webhook(site, strict):
    strict(viber={"webhook_required": True})
    assert status_of(site) == 10


def test_a_stranger_is_not_subscribed(site, strict):
    strict(viber={"subscribed_only": True})
    assert status_of(site) == 6


def test_the_real_profile_asks_for_all_of_it(site, strict):
    strict(profile="real")
    told = site.call("GET", "/strictness").json
    assert told["viber"] == {
        "token_form": True,
        "webhook_required": True,
        "subscribed_only": True,
        "https_only": False,
        "may_broadcast": True,
    }


def test_a_field_wins_over_the_profile(site, strict):
    strict(profile="real", viber={"webhook_required": False, "subscribed_only": False})
    assert status_of(site) == 0


def test_what_get_tells_may_be_put_back(site, strict):
    strict(profile="real", whatsapp={"allowed_recipients": ["16505551234"]})
    told = site.call("GET", "/strictness").json
    assert site.call("PUT", "/strictness", told).json == told


def test_a_bad_setting_is_a_problem_that_names_its_field(site):
    reply = site.call("PUT", "/strictness", {"viber": {"webhook": True}})
    assert (reply.status, reply.json["errors"][0]["field"]) == (422, "viber.webhook")


def test_100_messages_without_an_answer_are_the_most(site, limited):
    limited("viber.unanswered", count=2)
    assert [status_of(site) for _ in range(3)] == [0, 0, 12]
    assert status_of(site, **TEXT | {"receiver": "another="}) == 0


def test_one_person_is_asked_after_twice_in_12_hours(site, limited):
    limited("viber.user_details", count=2)
    assert [status_of(site, "get_user_details", id="anna=") for _ in range(3)] == [0, 0, 12]


def test_the_limits_are_the_documented_ones(site):
    site.call("PUT", "/limits", {"profile": "real"})
    in_force = site.call("GET", "/limits").json["in_force"]
    site.call("DELETE", "/limits")
    assert in_force["viber.unanswered"] == {"count": 100, "seconds": 3600.0}
    assert in_force["viber.broadcast"] == {"count": 500, "seconds": 10.0}
    assert in_force["viber.user_details"] == {"count": 2, "seconds": 43200.0}


@pytest.mark.parametrize(
    ("path", "fields", "status"),
    [
        ("get_user_details", {"id": ""}, 4),
        ("get_user_details", {"id": 7}, 3),
        ("get_online", {"ids": []}, 4),
        ("get_online", {"ids": ["x"] * 101}, 3),
        ("get_online", {"ids": ["x"] * 100}, 0),
    ],
)
def test_questions_about_people_are_checked(site, path, fields, status):
    assert status_of(site, path, **fields) == status
