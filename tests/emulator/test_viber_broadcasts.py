"""Viber's broadcasts: one call, many people, each with an outcome of their own."""

import pytest

from notifyhub.emulator.faults.magic import STORIES

GOOD = {"broadcast_list": ["anna=", "boris="], "type": "text", "text": "hi", "sender": {"name": "Shop"}}


def broadcast(site, **change):
    return site.viber("broadcast_message", **GOOD | change).json


def told(site):
    return [(entry["address"], entry["text"], entry["accepted"], entry["code"]) for entry in site.journal.entries()]


def test_everybody_on_the_list_gets_it_under_one_token(site):
    answer = broadcast(site)

    assert (answer["status"], answer["failed_list"]) == (0, [])
    assert told(site) == [("anna=", "hi", True, 0), ("boris=", "hi", True, 0)]
    assert {entry["messenger_id"] for entry in site.journal.entries()} == {str(answer["message_token"])}


def test_300_are_the_most(site):
    assert broadcast(site, broadcast_list=[f"p{number}=" for number in range(300)])["status"] == 0
    assert broadcast(site, broadcast_list=[f"p{number}=" for number in range(301)])["status"] == 3


@pytest.mark.parametrize(("wrong", "status"), [(None, 4), ([], 4), ("anna=", 3), ([7], 3)])
def test_a_list_that_is_none_is_refused(site, wrong, status):
    assert broadcast(site, broadcast_list=wrong)["status"] == status


def test_a_refused_broadcast_is_one_entry_in_the_journal(site):
    broadcast(site, text="")
    assert told(site) == [("", "", False, 4)]


def test_who_cannot_be_reached_is_listed_and_the_others_are_not(site):
    answer = broadcast(site, broadcast_list=["anna=", "79161234567", "magic-blocked="])

    assert answer["status"] == 0
    assert answer["failed_list"] == [
        {"receiver": "79161234567", "status": 5, "status_message": "Not found"},
        {"receiver": "magic-blocked=", "status": 6, "status_message": "Not subscribed"},
    ]
    assert [accepted for _, _, accepted, _ in told(site)] == [True, False, False]


def test_there_is_a_magic_receiver_that_is_blocked():
    assert ("viber", "magic-blocked=") in STORIES


def test_a_script_is_for_its_receiver_only(site):
    site.set_faults({"scripts": [{"channel": "viber", "address": "anna=", "answers": [{"code": 11}]}]})
    assert [failed["status"] for failed in broadcast(site)["failed_list"]] == [11]


def test_everyone_reads_their_own_name(site):
    broadcast(
        site, text="replace_me_with_user_name replace_me_with_receiver_id replace_me_with_url_encoded_receiver_id"
    )
    assert told(site)[0][1] == "John McClane anna= anna%3D"


def test_an_account_without_leave_may_not_broadcast(site, strict):
    strict(viber={"may_broadcast": False})
    assert broadcast(site)["status"] == 20


def test_500_broadcasts_in_10_seconds_are_the_most(site, limited):
    limited("viber.broadcast", count=1)
    assert [broadcast(site)["status"] for _ in range(2)] == [0, 12]
