"""Topics of forums in the emulated Bot API."""

import json

import pytest

FORUM = -1001234567890


@pytest.fixture
def topic(site):
    return site.telegram({"chat_id": FORUM, "name": "Orders"}, "createForumTopic").json["result"]["message_thread_id"]


def asked(site, method, **fields):
    return site.telegram({"chat_id": FORUM, **fields}, method)


def error(reply):
    return reply.status, reply.json["description"]


def test_a_topic_is_made_with_name_colour_and_icon(site):
    look = {"icon_color": 16478047, "icon_custom_emoji_id": "5312"}

    made = asked(site, "createForumTopic", name="Orders", **look).json["result"]

    assert made == {
        "message_thread_id": made["message_thread_id"],
        "name": "Orders",
        **look,
    }


@pytest.mark.parametrize(
    ("fields", "description"),
    [
        ({"name": ""}, "Bad Request: title must be non-empty"),
        ({"name": "x", "icon_color": 1}, "Bad Request: invalid icon color specified"),
        ({"name": "x", "chat_id": -42}, "Bad Request: the chat is not a forum"),
    ],
)
def test_a_topic_that_cannot_be_is_refused(site, fields, description):
    assert error(asked(site, "createForumTopic", **fields)) == (400, description)


def test_what_is_sent_into_a_topic_stands_in_it(site, topic):
    sent = asked(site, "sendMessage", text="Hello", message_thread_id=topic).json["result"]

    assert (sent["message_thread_id"], sent["is_topic_message"]) == (topic, True)
    assert site.listed()["entries"][-1]["text"] == "Hello"


def test_nothing_is_sent_into_a_closed_topic_until_it_is_open_again(site, topic):
    asked(site, "closeForumTopic", message_thread_id=topic)
    assert error(asked(site, "sendMessage", text="x", message_thread_id=topic)) == (400, "Bad Request: TOPIC_CLOSED")
    asked(site, "reopenForumTopic", message_thread_id=topic)
    assert asked(site, "sendMessage", text="x", message_thread_id=topic).status == 200


def test_a_deleted_topic_is_gone(site, topic):
    assert asked(site, "deleteForumTopic", message_thread_id=topic).json["result"] is True
    gone = (400, "Bad Request: message thread not found")
    assert error(asked(site, "sendMessage", text="x", message_thread_id=topic)) == gone
    assert error(asked(site, "editForumTopic", name="y", message_thread_id=topic)) == (
        400,
        "Bad Request: TOPIC_ID_INVALID",
    )


@pytest.mark.parametrize("method", ["editForumTopic", "closeForumTopic", "reopenForumTopic", "deleteForumTopic"])
def test_a_topic_that_was_never_made_cannot_be_changed(site, method):
    assert error(asked(site, method, message_thread_id=999)) == (400, "Bad Request: TOPIC_ID_INVALID")


def test_what_changes_nothing_is_told(site, topic):
    asked(site, "closeForumTopic", message_thread_id=topic)
    assert error(asked(site, "closeForumTopic", message_thread_id=topic)) == (400, "Bad Request: TOPIC_NOT_MODIFIED")


def test_a_topic_never_heard_of_is_believed_in_unless_asked_otherwise(site, strict):
    assert asked(site, "sendMessage", text="x", message_thread_id=999).status == 200
    strict(telegram={"known_topics_only": True})
    gone = (400, "Bad Request: message thread not found")
    assert error(asked(site, "sendMessage", text="x", message_thread_id=999)) == gone


def test_the_general_topic_is_closed_hidden_and_shown(site):
    for method in (
        "closeGeneralForumTopic",
        "reopenGeneralForumTopic",
        "hideGeneralForumTopic",
        "unhideGeneralForumTopic",
    ):
        assert asked(site, method).json == {"ok": True, "result": True}
    assert asked(site, "editGeneralForumTopic", name="News").status == 200
    assert asked(site, "reopenGeneralForumTopic").status == 200


def test_icons_are_custom_emoji(site):
    icons = site.telegram({}, "getForumTopicIconStickers").json["result"]

    assert icons
    assert all(icon["type"] == "custom_emoji" and icon["custom_emoji_id"] for icon in icons)


def test_topics_of_bots_do_not_meet(site, topic):
    other = site.telegram({"chat_id": FORUM, "message_thread_id": topic}, "closeForumTopic", token="9:other")

    assert error(other) == (400, "Bad Request: TOPIC_ID_INVALID")
    assert json.loads(other.raw)["ok"] is False


@pytest.mark.parametrize("method", ["forwardMessage", "copyMessage", "forwardMessages", "copyMessages"])
def test_what_is_passed_on_into_a_topic_stands_in_it(site, topic, method):
    first = asked(site, "sendMessage", text="Hello").json["result"]["message_id"]
    given = {"message_ids": [first]} if method.endswith("s") else {"message_id": first}

    result = asked(site, method, from_chat_id=FORUM, message_thread_id=topic, **given).json["result"]

    passed_on = (result[0] if isinstance(result, list) else result)["message_id"]
    answer = asked(site, "sendMessage", text="x", reply_parameters={"message_id": passed_on}).json["result"]
    assert (answer["reply_to_message"]["message_thread_id"], answer["reply_to_message"]["text"]) == (topic, "Hello")


def test_a_forward_may_be_protected(site):
    first = asked(site, "sendMessage", text="Hello").json["result"]["message_id"]

    forward = asked(site, "forwardMessage", from_chat_id=FORUM, message_id=first, protect_content=True).json["result"]

    assert forward["has_protected_content"] is True


def test_a_private_chat_has_topics_that_are_edited_and_deleted_but_not_closed(site):
    topic = site.telegram({"chat_id": 42, "name": "Orders"}, "createForumTopic").json["result"]["message_thread_id"]
    its = {"chat_id": 42, "message_thread_id": topic}

    assert site.telegram({**its, "text": "Hello"}, "sendMessage").json["result"]["message_thread_id"] == topic
    assert error(site.telegram(its, "closeForumTopic")) == (400, "Bad Request: the chat is not a forum")
    assert site.telegram({**its, "name": "Done"}, "editForumTopic").status == 200
    assert site.telegram(its, "unpinAllForumTopicMessages").status == 200
    assert site.telegram(its, "deleteForumTopic").status == 200
    assert error(site.telegram({**its, "text": "x"}, "sendMessage")) == (400, "Bad Request: message thread not found")


def test_nobody_is_seen_typing_in_a_deleted_topic(site, topic):
    typing = {"action": "typing", "message_thread_id": topic}
    assert asked(site, "sendChatAction", **typing).status == 200

    asked(site, "deleteForumTopic", message_thread_id=topic)

    assert error(asked(site, "sendChatAction", **typing)) == (400, "Bad Request: message thread not found")
