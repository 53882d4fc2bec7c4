"""What a bot says of itself in the emulated Bot API: its menu button and the rights it asks for."""

import pytest

SHOP = {"type": "web_app", "text": "Shop", "web_app": {"url": "https://shop.example"}}
COMMANDS = {"type": "commands"}


def button(site, **fields):
    return site.telegram(fields, "getChatMenuButton").json["result"]


def test_a_chat_has_the_menu_button_it_was_given(site):
    assert site.telegram({"chat_id": 42, "menu_button": SHOP}, "setChatMenuButton").json["result"] is True

    assert button(site, chat_id=42) == SHOP
    assert button(site, chat_id=43) == {"type": "default"}


def test_a_bot_has_a_menu_button_for_all_chats(site):
    site.telegram({"menu_button": COMMANDS}, "setChatMenuButton")

    assert button(site) == COMMANDS


def test_a_menu_button_is_taken_back(site):
    site.telegram({"chat_id": 42, "menu_button": SHOP}, "setChatMenuButton")
    site.telegram({"chat_id": 42}, "setChatMenuButton")

    assert button(site, chat_id=42) == {"type": "default"}


@pytest.mark.parametrize(
    ("fields", "description"),
    [
        ({"menu_button": "[]"}, "can't parse menu button JSON object"),
        ({"menu_button": {"type": "round"}}, "can't parse menu button: MenuButton has unsupported type"),
        ({"menu_button": {"type": "web_app"}}, "BUTTON_TEXT_INVALID"),
        ({"menu_button": SHOP | {"web_app": {"url": "http://shop.example"}}}, "BUTTON_URL_INVALID"),
        ({"menu_button": SHOP | {"web_app": "https://shop.example"}}, "BUTTON_URL_INVALID"),
        ({"chat_id": -42}, "private chat not found"),
    ],
)
def test_a_menu_button_that_cannot_be_is_refused(site, fields, description):
    reply = site.telegram(fields, "setChatMenuButton")

    assert (reply.status, reply.json["description"]) == (400, f"Bad Request: {description}")


def rights(site, **fields):
    return site.telegram(fields, "getMyDefaultAdministratorRights").json["result"]


def test_the_rights_asked_for_in_groups_and_channels_are_two(site):
    site.telegram({"rights": {"can_pin_messages": True}}, "setMyDefaultAdministratorRights")
    site.telegram({"rights": {"can_post_messages": True}, "for_channels": True}, "setMyDefaultAdministratorRights")

    groups, channels = rights(site), rights(site, for_channels=True)
    assert {name for name, given in groups.items() if given} == {"can_pin_messages"}
    assert {name for name, given in channels.items() if given} == {"can_post_messages"}


def test_the_rights_asked_for_are_taken_back(site):
    site.telegram({"rights": {"can_pin_messages": True}}, "setMyDefaultAdministratorRights")
    site.telegram({}, "setMyDefaultAdministratorRights")

    assert not any(rights(site).values())


def test_rights_that_are_none_are_refused(site):
    reply = site.telegram({"rights": "[1]"}, "setMyDefaultAdministratorRights")

    assert (reply.status, reply.json["description"]) == (400, "Bad Request: can't parse rights JSON object")
