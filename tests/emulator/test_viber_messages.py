"""Every type of Viber's messages, each with what is wrong with it."""

import pytest

BASE = {"receiver": "01234567890A=", "sender": {"name": "Shop"}}
LINK = "https://example.com/cat.jpg"
BUTTON = {"ActionType": "reply", "ActionBody": "yes"}
RICH = {"ButtonsGroupColumns": 6, "ButtonsGroupRows": 7, "Buttons": [BUTTON]}
KEYBOARD = {"Type": "keyboard", "Buttons": [BUTTON]}
GOOD = {
    "picture": {"media": LINK, "text": "", "thumbnail": LINK},
    "video": {"media": LINK, "size": 26 << 20, "duration": 180},
    "file": {"media": LINK, "size": 50 << 20, "file_name": "cat.pdf"},
    "contact": {"contact": {"name": "x" * 28, "phone_number": "1" * 18}},
    "location": {"location": {"lat": -90, "lon": 180.0}},
    "url": {"media": "https://example.com/" + "x" * 1980},
    "sticker": {"sticker_id": 1},
    "rich_media": {"rich_media": RICH, "min_api_version": 2},
}
BAD, MISSING, TOO_NEW, TOO_OLD = 3, 4, 13, 14


def status_of(site, **fields):
    return site.viber(**BASE, **fields).json["status"]


@pytest.mark.parametrize("kind", list(GOOD))
def test_every_type_is_accepted(site, kind):
    assert status_of(site, type=kind, **GOOD[kind]) == 0


@pytest.mark.parametrize(
    ("kind", "field"),
    [
        ("picture", "media"),
        ("video", "media"),
        ("video", "size"),
        ("file", "media"),
        ("file", "size"),
        ("file", "file_name"),
        ("contact", "contact"),
        ("location", "location"),
        ("url", "media"),
        ("sticker", "sticker_id"),
        ("rich_media", "rich_media"),
    ],
)
def test_a_type_without_its_field_misses_data(site, kind, field):
    fields = {name: value for name, value in GOOD[kind].items() if name != field}
    assert status_of(site, type=kind, **fields) == MISSING


@pytest.mark.parametrize(
    ("kind", "change", "status"),
    [
        ("picture", {"text": "x" * 769}, BAD),
        ("picture", {"media": "cat.jpg"}, BAD),
        ("picture", {"thumbnail": 7}, BAD),
        ("video", {"size": (26 << 20) + 1}, BAD),
        ("video", {"duration": 181}, BAD),
        ("video", {"size": "big"}, BAD),
        ("file", {"size": (50 << 20) + 1}, BAD),
        ("file", {"file_name": "x" * 257}, BAD),
        ("file", {"file_name": "virus.EXE"}, BAD),
        ("contact", {"contact": {"name": "Cat"}}, MISSING),
        ("contact", {"contact": {"name": "x" * 29, "phone_number": "1"}}, BAD),
        ("contact", {"contact": {"name": "Cat", "phone_number": "1" * 19}}, BAD),
        ("contact", {"contact": "Cat"}, BAD),
        ("location", {"location": {"lat": 1}}, MISSING),
        ("location", {"location": {"lat": 91, "lon": 0}}, BAD),
        ("location", {"location": {"lat": "north", "lon": 0}}, BAD),
        ("url", {"media": "https://example.com/" + "x" * 1981}, BAD),
        ("sticker", {"sticker_id": "one"}, BAD),
        ("rich_media", {"rich_media": RICH | {"ButtonsGroupColumns": 7}}, BAD),
        ("rich_media", {"rich_media": RICH | {"ButtonsGroupRows": 8}}, BAD),
        ("rich_media", {"rich_media": RICH | {"Buttons": []}}, BAD),
        ("rich_media", {"min_api_version": 1}, TOO_OLD),
    ],
)
def test_a_bad_value_is_refused(site, kind, change, status):
    assert status_of(site, type=kind, **GOOD[kind] | change) == status


@pytest.mark.parametrize("keyboard", [{}, {"Type": "keyboard"}, KEYBOARD | {"Buttons": [{}]}, KEYBOARD | {"Type": "x"}])
def test_a_keyboard_without_buttons_is_refused(site, keyboard):
    assert status_of(site, type="text", text="hi", keyboard=keyboard) == BAD


def test_a_keyboard_may_come_alone(site):
    assert status_of(site, keyboard=KEYBOARD) == 0


def test_a_version_that_no_app_speaks_is_not_supported(site):
    assert status_of(site, type="text", text="hi", min_api_version=11) == TOO_NEW


def test_a_bad_avatar_is_refused(site):
    assert site.viber(**BASE | {"sender": {"name": "Shop", "avatar": 7}}, type="text", text="hi").json["status"] == BAD


def test_what_is_to_be_read_of_a_picture_is_in_the_journal(site):
    status_of(site, type="picture", **GOOD["picture"] | {"text": "a cat"})
    assert site.journal.entries()[0]["text"] == "a cat"
