"""Methods of the emulated Bot API that are checked and have no effect."""

import pytest

GROUP, SUPERGROUP, CHANNEL, PERSON = -42, -1001234567890, "@news", 7
PRIVATE = {"chat_id": 42}
MEMBER = {"chat_id": SUPERGROUP, "user_id": PERSON}
NOT_IN_PRIVATE = "chat member status can't be changed in private chats"
SUPERGROUPS_ONLY = "method is available only for supergroups"
NO_USER = "invalid user_id specified"


def error(reply):
    return reply.status, reply.json["description"]


@pytest.fixture
def message(site):
    return site.telegram({"chat_id": SUPERGROUP, "text": "Hello"}).json["result"]["message_id"]


@pytest.mark.parametrize(
    ("method", "fields"),
    [
        ("setMessageReaction", {"reaction": [{"type": "emoji", "emoji": "👍"}]}),
        ("setMessageReaction", {}),
        ("pinChatMessage", {}),
        ("unpinChatMessage", {}),
    ],
)
def test_a_message_that_is_there_is_reacted_to_pinned_and_unpinned(site, message, method, fields):
    reply = site.telegram({"chat_id": SUPERGROUP, "message_id": message, **fields}, method)

    assert reply.json == {"ok": True, "result": True}


@pytest.mark.parametrize(
    ("method", "verb"), [("setMessageReaction", "react"), ("pinChatMessage", "pin"), ("unpinChatMessage", "unpin")]
)
def test_a_message_that_never_was_is_not(site, method, verb):
    reply = site.telegram({"chat_id": SUPERGROUP, "message_id": 999_999}, method)

    assert error(reply) == (400, f"Bad Request: message to {verb} not found")


@pytest.mark.parametrize(
    ("method", "fields"),
    [
        ("unpinChatMessage", PRIVATE),
        ("unpinAllChatMessages", PRIVATE),
        ("leaveChat", {"chat_id": GROUP}),
        ("banChatMember", MEMBER),
        ("unbanChatMember", MEMBER),
        ("restrictChatMember", {**MEMBER, "permissions": {"can_send_messages": False}}),
        ("promoteChatMember", {**MEMBER, "can_pin_messages": True}),
        ("setChatAdministratorCustomTitle", {**MEMBER, "custom_title": "Chief"}),
        ("approveChatJoinRequest", MEMBER),
        ("declineChatJoinRequest", MEMBER),
        ("banChatSenderChat", {"chat_id": SUPERGROUP, "sender_chat_id": -1009999999999}),
        ("unbanChatSenderChat", {"chat_id": SUPERGROUP, "sender_chat_id": -1009999999999}),
        ("setChatTitle", {"chat_id": CHANNEL, "title": "News"}),
        ("setChatDescription", {"chat_id": GROUP, "description": ""}),
        ("setChatPermissions", {"chat_id": GROUP, "permissions": {"can_send_polls": True}}),
        ("deleteChatPhoto", {"chat_id": GROUP}),
        ("setChatStickerSet", {"chat_id": SUPERGROUP, "sticker_set_name": "cats"}),
        ("deleteChatStickerSet", {"chat_id": SUPERGROUP}),
    ],
)
def test_what_can_be_done_is_agreed_to(site, method, fields):
    assert site.telegram(fields, method).json == {"ok": True, "result": True}


@pytest.mark.parametrize(
    ("method", "fields", "description"),
    [
        ("setMessageReaction", {**PRIVATE, "reaction": "[7]"}, "can't parse reaction types JSON object"),
        ("leaveChat", PRIVATE, NOT_IN_PRIVATE),
        ("banChatMember", {**MEMBER, "chat_id": 42}, NOT_IN_PRIVATE),
        ("banChatMember", {"chat_id": GROUP}, NO_USER),
        ("unbanChatMember", {**MEMBER, "chat_id": GROUP}, "method is available for supergroup and channel chats only"),
        ("restrictChatMember", {**MEMBER, "chat_id": GROUP}, SUPERGROUPS_ONLY),
        ("restrictChatMember", {**MEMBER, "permissions": "[]"}, "can't parse permissions JSON object"),
        ("promoteChatMember", {"chat_id": SUPERGROUP, "user_id": -1}, NO_USER),
        ("setChatAdministratorCustomTitle", {**MEMBER, "chat_id": GROUP}, SUPERGROUPS_ONLY),
        ("setChatAdministratorCustomTitle", {**MEMBER, "custom_title": "x" * 17}, "ADMIN_RANK_INVALID"),
        ("approveChatJoinRequest", {"chat_id": GROUP}, NO_USER),
        ("banChatSenderChat", {"chat_id": SUPERGROUP}, "chat_id is empty"),
        ("setChatTitle", {"chat_id": GROUP}, "title must be non-empty"),
        ("setChatTitle", {**PRIVATE, "title": "x"}, "can't change private chat title"),
        ("setChatDescription", {**PRIVATE, "description": "x"}, "can't change private chat description"),
        ("setChatPermissions", {**PRIVATE, "permissions": {}}, "can't change private chat permissions"),
        ("setChatPermissions", {"chat_id": GROUP, "permissions": "x"}, "can't parse permissions JSON object"),
        ("setChatPhoto", {"chat_id": GROUP}, "there is no photo in the request"),
        ("deleteChatPhoto", PRIVATE, "can't change private chat photo"),
        ("setChatStickerSet", {"chat_id": CHANNEL}, SUPERGROUPS_ONLY),
        ("pinChatMessage", {}, "chat_id is empty"),
    ],
)
def test_what_cannot_be_done_is_refused(site, method, fields, description):
    assert error(site.telegram(fields, method)) == (400, f"Bad Request: {description}")


def test_a_photo_of_a_chat_is_uploaded(site):
    body = (
        b"--b\r\nContent-Disposition: form-data; name=chat_id\r\n\r\n-42\r\n"
        b"--b\r\nContent-Disposition: form-data; name=photo; filename=a.jpg\r\n\r\nJPEG\r\n--b--\r\n"
    )

    reply = site.call(
        "POST", "/telegram/bot1:x/setChatPhoto", body, {"Content-Type": "multipart/form-data; boundary=b"}
    )

    assert reply.json == {"ok": True, "result": True}


def test_an_inline_query_that_nobody_made_is_not_answered(site):
    reply = site.telegram({"inline_query_id": "1", "results": []}, "answerInlineQuery")

    expected = "Bad Request: query is too old and response timeout expired or query ID is invalid"
    assert error(reply) == (400, expected)


def test_results_of_an_inline_query_are_a_list(site):
    reply = site.telegram({"inline_query_id": "1", "results": "{}"}, "answerInlineQuery")

    assert error(reply) == (400, "Bad Request: can't parse inline query results JSON object")
