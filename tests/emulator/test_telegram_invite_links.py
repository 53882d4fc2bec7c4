"""Invite links in the emulated Bot API."""

import pytest

GROUP = -1001234567890
CHANNEL = "@news"
OTHER_BOT = "9:other"


def asked(site, method, chat=GROUP, **fields):
    return site.telegram({"chat_id": chat, **fields}, method)


def made(site, **fields):
    return asked(site, "createChatInviteLink", **fields).json["result"]


def error(reply):
    return reply.status, reply.json["description"]


def test_a_link_is_made_on_the_terms_asked_for(site):
    link = made(site, name="Spring", member_limit=10, expire_date=4102444800)

    assert link.pop("invite_link").startswith("https://t.me/+")
    assert link.pop("creator")["is_bot"]
    assert link == {
        "creates_join_request": False,
        "is_primary": False,
        "is_revoked": False,
        "name": "Spring",
        "member_limit": 10,
        "expire_date": 4102444800,
    }


def test_no_two_links_are_the_same(site):
    assert made(site)["invite_link"] != made(site)["invite_link"]


@pytest.mark.parametrize(
    ("fields", "description"),
    [
        ({"chat": 42}, "Bad Request: can't invite members to a private chat"),
        ({"member_limit": 100_000}, "Bad Request: USAGE_LIMIT_INVALID"),
        ({"expire_date": 1_700_000_000}, "Bad Request: EXPIRE_DATE_INVALID"),
        (
            {"member_limit": 5, "creates_join_request": True},
            "Bad Request: member limit can't be specified for links requiring administrator approval",
        ),
    ],
)
def test_a_link_that_cannot_be_is_refused(site, fields, description):
    assert error(asked(site, "createChatInviteLink", **fields)) == (400, description)


def test_an_edited_link_has_the_new_terms_only(site):
    link = made(site, name="Spring", member_limit=10)["invite_link"]

    edited = asked(site, "editChatInviteLink", invite_link=link, creates_join_request=True).json["result"]

    assert (edited["invite_link"], edited["creates_join_request"]) == (link, True)
    assert not {"name", "member_limit"} & edited.keys()


def test_a_revoked_link_stays_so(site):
    link = made(site)["invite_link"]

    assert asked(site, "revokeChatInviteLink", invite_link=link).json["result"]["is_revoked"]
    again = asked(site, "editChatInviteLink", invite_link=link, name="x")
    assert error(again) == (400, "Bad Request: INVITE_HASH_EXPIRED")


def test_a_link_of_another_chat_is_not_known(site):
    reply = asked(site, "revokeChatInviteLink", chat=-1009999999999, invite_link=made(site)["invite_link"])

    assert error(reply) == (400, "Bad Request: INVITE_HASH_EXPIRED")


def test_a_new_primary_link_revokes_the_one_before(site):
    first = asked(site, "exportChatInviteLink").json["result"]
    second = asked(site, "exportChatInviteLink").json["result"]

    assert first != second
    assert error(asked(site, "revokeChatInviteLink", invite_link=first)) == (400, "Bad Request: INVITE_HASH_EXPIRED")
    assert asked(site, "revokeChatInviteLink", invite_link=second).json["result"]["is_primary"]


def test_a_channel_has_links_by_subscription(site):
    terms = {"subscription_period": 2592000, "subscription_price": 100}

    link = asked(site, "createChatSubscriptionInviteLink", chat=CHANNEL, **terms).json["result"]

    assert link.items() >= terms.items()
    named = asked(
        site, "editChatSubscriptionInviteLink", chat=CHANNEL, invite_link=link["invite_link"], name="Patrons"
    ).json["result"]
    assert named.items() >= {**terms, "name": "Patrons"}.items()


@pytest.mark.parametrize(
    ("fields", "description"),
    [
        ({"subscription_period": 60, "subscription_price": 100}, "Bad Request: SUBSCRIPTION_PERIOD_INVALID"),
        ({"subscription_period": 2592000, "subscription_price": 0}, "Bad Request: STARS_AMOUNT_INVALID"),
        ({"chat": GROUP, "subscription_period": 2592000, "subscription_price": 1}, "Bad Request: CHAT_INVALID"),
    ],
)
def test_a_subscription_that_cannot_be_is_refused(site, fields, description):
    assert error(asked(site, "createChatSubscriptionInviteLink", **{"chat": CHANNEL, **fields})) == (400, description)


def test_a_new_primary_link_of_one_bot_leaves_that_of_another_alone(site):
    first = asked(site, "exportChatInviteLink").json["result"]

    site.telegram({"chat_id": GROUP}, "exportChatInviteLink", token=OTHER_BOT)

    assert asked(site, "revokeChatInviteLink", invite_link=first).json["result"]["is_primary"]


@pytest.mark.parametrize("method", ["editChatInviteLink", "revokeChatInviteLink"])
def test_a_bot_cannot_change_the_link_of_another(site, method):
    link = {"chat_id": GROUP, "invite_link": made(site)["invite_link"]}

    assert error(site.telegram(link, method, token=OTHER_BOT)) == (400, "Bad Request: INVITE_HASH_EXPIRED")


def test_a_primary_link_has_no_terms(site):
    link = asked(site, "exportChatInviteLink").json["result"]

    edited = asked(site, "editChatInviteLink", invite_link=link, name="Spring")

    assert error(edited) == (400, "Bad Request: CHAT_INVITE_PERMANENT")
