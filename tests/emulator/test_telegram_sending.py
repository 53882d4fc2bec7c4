"""Telegram's sends beyond plain text: files, albums, places, polls, copies; answers, keyboards, limits, outcomes."""

import json

import pytest
import requests

from notifyhub.emulator.app import Emulator
from notifyhub.emulator.telegram.errors import BY_STATUS, OUTCOMES
from notifyhub.emulator.telegram.messages import Messages

TOKEN = "123456:AAtoken"
PNG = b"\x89PNG\r\n\x1a\n" + bytes(100)
BUTTON = {"inline_keyboard": [[{"text": "Yes", "callback_data": "yes"}]]}


def upload(site, method, fields, files, token=TOKEN):
    url = f"http://127.0.0.1:{site.port}/telegram/bot{token}/{method}"
    return requests.post(url, data=fields, files=files, timeout=30)


def result(reply):
    assert reply.status == 200, reply.raw
    return reply.json["result"]


def fault(reply):
    return reply.json["description"].removeprefix("Bad Request: ")


def test_an_upload_is_kept_and_given_back(site):
    photo = upload(site, "sendPhoto", {"chat_id": 42}, {"photo": ("a.png", PNG)}).json()["result"]["photo"][0]
    file = result(site.telegram({"file_id": photo["file_id"]}, "getFile"))
    assert (file["file_size"], file["file_path"].split("/")[0]) == (len(PNG), "photos")
    assert site.call("GET", f"/telegram/file/bot{TOKEN}/{file['file_path']}").raw == PNG


def test_an_upload_may_be_attached_under_another_name(site):
    reply = upload(site, "sendDocument", {"chat_id": 42, "document": "attach://x1"}, {"x1": ("list.txt", b"hello")})
    assert reply.json()["result"]["document"]["file_name"] == "list.txt"


def test_the_parameters_of_an_upload_may_stand_in_the_query(site):
    reply = upload(site, "sendPhoto?chat_id=42&caption=hi", {}, {"photo": ("a.png", PNG)})
    assert reply.json()["result"]["caption"] == "hi"


def test_a_file_of_another_bot_is_not_found(site):
    photo = upload(site, "sendPhoto", {"chat_id": 42}, {"photo": ("a.png", PNG)}).json()["result"]["photo"][0]
    reply = site.telegram({"file_id": photo["file_id"]}, "getFile", token="7:other")
    assert fault(reply) == "wrong file_id or the file is temporarily unavailable"


@pytest.mark.parametrize("photo", ["https://e.org/a.png", "AgACAgIAAxkBAAIBQ2Xnothing_here"])
def test_a_file_may_be_named_by_its_address_or_an_id(site, photo):
    assert result(site.telegram({"chat_id": 42, "photo": photo}, "sendPhoto"))["photo"][0]["width"] == 90


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({}, "there is no photo in the request"),
        ({"photo": "attach://nothing"}, "there is no photo in the request"),
        ({"photo": "a b"}, "wrong file identifier/HTTP URL specified"),
        ({"photo": "https://e.org/a.png", "caption": "x" * 1025}, "message caption is too long"),
        (
            {"photo": "https://e.org/a.png", "caption": "<x>", "parse_mode": "HTML"},
            'can\'t parse entities: Unsupported start tag "x" at byte offset 0',
        ),
        ({"photo": "https://e.org/a.png", "chat_id": ""}, "chat_id is empty"),
    ],
)
def test_a_bad_photo_is_refused_in_the_words_of_telegram(site, fields, expected):
    assert fault(site.telegram({"chat_id": 42} | fields, "sendPhoto")) == expected


def test_the_file_is_looked_at_before_the_chat(site):
    assert fault(site.telegram({"chat_id": "?"}, "sendPhoto")) == "there is no photo in the request"


def test_an_empty_file_is_refused(site):
    reply = upload(site, "sendDocument", {"chat_id": 42}, {"document": ("a.txt", b"")})
    assert reply.json()["description"] == "Bad Request: file must be non-empty"


def test_a_photo_over_ten_megabytes_is_too_large(site):
    reply = upload(site, "sendPhoto", {"chat_id": 42}, {"photo": ("a.png", bytes((10 << 20) + 1))})
    assert (reply.status_code, reply.json()["description"]) == (413, "Request Entity Too Large")


def test_a_file_over_twenty_megabytes_can_be_sent_but_not_fetched(site):
    document = upload(site, "sendDocument", {"chat_id": 42}, {"document": ("a.bin", bytes((20 << 20) + 1))})
    reply = site.telegram({"file_id": document.json()["result"]["document"]["file_id"]}, "getFile")
    assert fault(reply) == "file is too big"


def test_the_journal_keeps_the_caption_and_no_whole_file(site):
    upload(site, "sendDocument", {"chat_id": 42, "caption": "hi"}, {"document": ("a.bin", bytes(1 << 20))})
    [entry] = site.journal.entries()
    assert (entry["text"], len(site.journal.entry(entry["id"])["request_body"]) < 1 << 16) == ("hi", True)


def test_a_restart_repeats_no_id_of_an_album(serve, tmp_path):
    given = []
    media = [{"type": "photo", "media": "https://e.org/a"}] * 3
    for _ in range(2):
        with serve(Emulator(tmp_path / "journal.db")) as site:
            album = result(site.telegram({"chat_id": 42, "media": media}, "sendMediaGroup"))
            given += [message["message_id"] for message in album]
    assert sorted(set(given)) == given


def test_an_album_shares_a_group_and_counts_as_one_send(site):
    media = [{"type": "photo", "media": "attach://a", "caption": "one"}, {"type": "video", "media": "https://e.org/b"}]
    fields = {"chat_id": 42, "media": json.dumps(media)}
    messages = upload(site, "sendMediaGroup", fields, {"a": ("a.png", PNG)}).json()["result"]
    assert [next(key for key in ("photo", "video") if key in message) for message in messages] == ["photo", "video"]
    assert len({message["media_group_id"] for message in messages}) == 1
    assert len(site.journal.entries()) == 1


@pytest.mark.parametrize(
    ("media", "expected"),
    [
        ([], "there are no media"),
        ([{"type": "photo", "media": "https://e.org/a"}], "media group must include 2-10 items"),
        ([{"type": "voice", "media": "https://e.org/a"}] * 2, "can't parse InputMedia: type of the media is invalid"),
        ("oops", "can't parse media JSON object"),
    ],
)
def test_a_bad_album_is_refused(site, media, expected):
    assert fault(site.telegram({"chat_id": 42, "media": media}, "sendMediaGroup")) == expected


@pytest.mark.parametrize(
    ("method", "fields", "expected"),
    [
        ("sendLocation", {"latitude": 1}, "longitude is empty"),
        ("sendLocation", {"latitude": 91, "longitude": 1}, "wrong location specified"),
        ("sendLocation", {"latitude": "north", "longitude": 1}, "wrong location specified"),
        ("sendVenue", {"latitude": 1, "longitude": 1, "title": "x"}, "address is empty"),
        ("sendContact", {"first_name": "x"}, "phone number is empty"),
        ("sendPoll", {"options": ["a"]}, "poll question must be non-empty"),
        ("sendPoll", {"question": "x" * 301, "options": ["a"]}, "poll question length must not exceed 300"),
        ("sendPoll", {"question": "x"}, "poll must have at least 1 option"),
        ("sendPoll", {"question": "x", "options": ["a"] * 13}, "poll can't have more than 12 options"),
        ("sendPoll", {"question": "x", "options": [""]}, "poll options must be non-empty"),
        ("sendPoll", {"question": "x", "options": ["a" * 101]}, "poll options length must not exceed 100"),
        ("sendDice", {"emoji": "x"}, "wrong dice emoji specified"),
    ],
)
def test_bad_places_people_polls_and_dice_are_refused(site, method, fields, expected):
    assert fault(site.telegram({"chat_id": 42} | fields, method)) == expected


def test_an_answer_shows_the_message_that_it_answers(site):
    first = result(site.telegram({"chat_id": 42, "text": "first"}))
    for fields in (
        {"reply_parameters": {"message_id": first["message_id"]}},
        {"reply_to_message_id": first["message_id"]},
    ):
        answer = result(site.telegram({"chat_id": 42, "text": "second"} | fields))
        assert answer["reply_to_message"]["text"] == "first"


def test_an_answer_to_nothing_is_refused_unless_that_is_allowed(site):
    fields = {"chat_id": 42, "text": "hi", "reply_parameters": {"message_id": 10**9}}
    assert fault(site.telegram(fields)) == "message to be replied not found"
    allowed = fields | {"reply_parameters": {"message_id": 10**9, "allow_sending_without_reply": True}}
    assert "reply_to_message" not in result(site.telegram(allowed))


def test_what_goes_with_a_message_stands_in_the_message(site):
    fields = {"protect_content": True, "message_thread_id": 7, "link_preview_options": {"is_disabled": True}}
    message = result(site.telegram({"chat_id": -1001234567890, "text": "hi", "reply_markup": BUTTON} | fields))
    assert (message["has_protected_content"], message["message_thread_id"]) == (True, 7)
    assert (message["reply_markup"], message["link_preview_options"]) == (BUTTON, {"is_disabled": True})


def test_a_keyboard_beside_the_message_is_not_in_the_message(site):
    markup = {"keyboard": [[{"text": "Yes"}]]}
    assert "reply_markup" not in result(site.telegram({"chat_id": 42, "text": "hi", "reply_markup": markup}))


@pytest.mark.parametrize(
    ("button", "expected"),
    [
        ("x", "can't parse inline keyboard button: InlineKeyboardButton must be an Object"),
        ({"callback_data": "x"}, "can't parse inline keyboard button: can't find field \"text\""),
        ({"text": "x"}, "can't parse inline keyboard button: Text buttons are unallowed in the inline keyboard"),
        ({"text": "x", "callback_data": "я" * 33}, "BUTTON_DATA_INVALID"),
        ({"text": "x", "url": "not an address"}, "BUTTON_URL_INVALID"),
    ],
)
def test_a_bad_button_is_refused(site, button, expected):
    markup = {"inline_keyboard": [[button]]}
    assert fault(site.telegram({"chat_id": 42, "text": "hi", "reply_markup": markup})) == expected


def test_a_copy_is_a_message_of_its_own_and_a_forward_tells_its_origin(site):
    first = result(site.telegram({"chat_id": 42, "text": "first"}))
    source = {"chat_id": 43, "from_chat_id": 42, "message_id": first["message_id"]}
    assert list(result(site.telegram(source, "copyMessage"))) == ["message_id"]
    assert result(site.telegram(source, "forwardMessage"))["forward_origin"]["sender_user"]["id"] == 123456


@pytest.mark.parametrize(
    ("method", "fields", "expected"),
    [
        ("copyMessage", {"message_id": 10**9}, "message to copy not found"),
        ("forwardMessage", {"message_id": 10**9}, "message to forward not found"),
        ("copyMessages", {"message_ids": [10**9]}, "there are no messages to copy"),
        ("forwardMessages", {"message_ids": [10**9]}, "there are no messages to forward"),
    ],
)
def test_what_is_not_there_cannot_be_passed_on(site, method, fields, expected):
    assert fault(site.telegram({"chat_id": 43, "from_chat_id": 42} | fields, method)) == expected


def test_what_may_be_too_old_to_be_known_is_believed_in():
    messages = Messages(lambda: 100, cap=2)
    kept = [messages.next_id() for _ in range(3)]
    for message_id in kept:
        messages.keep(1, {"message_id": message_id, "chat": {"id": 42}})
    assert [messages.may_exist(1, 42, one) for one in (100, 101, 102, 103, 104)] == [True, True, True, True, False]
    assert messages.get(1, 42, 101) is None


def test_a_message_is_edited_and_deleted(site):
    sent = {"chat_id": 42, "message_id": result(site.telegram({"chat_id": 42, "text": "first"}))["message_id"]}
    edited = result(site.telegram(sent | {"text": "<b>second</b>", "parse_mode": "HTML"}, "editMessageText"))
    assert (edited["text"], edited["entities"][0]["type"], "edit_date" in edited) == ("second", "bold", True)
    assert result(site.telegram(sent, "deleteMessage")) is True
    assert fault(site.telegram(sent, "deleteMessage")) == "message to delete not found"


@pytest.mark.parametrize(
    ("method", "fields", "expected"),
    [
        ("editMessageText", {"message_id": 10**9, "text": "x"}, "message to edit not found"),
        ("editMessageText", {"text": "x"}, "message identifier is not specified"),
        ("editMessageText", {"message_id": 10**9}, "message text is empty"),
        ("editMessageCaption", {"message_id": 10**9}, "message to edit not found"),
        (
            "editMessageMedia",
            {"message_id": 1, "media": {"type": "x"}},
            "can't parse InputMedia: type of the media is invalid",
        ),
        ("stopPoll", {"message_id": 10**9}, "message to edit not found"),
        ("deleteMessages", {}, "message identifiers are not specified"),
        ("deleteMessages", {"message_ids": list(range(1, 102))}, "too many message identifiers specified"),
    ],
)
def test_a_bad_change_is_refused(site, method, fields, expected):
    assert fault(site.telegram({"chat_id": 42} | fields, method)) == expected


def test_an_edit_that_changes_nothing_is_refused(site):
    sent = result(site.telegram({"chat_id": 42, "text": "hi"}))
    reply = site.telegram({"chat_id": 42, "message_id": sent["message_id"], "text": "hi"}, "editMessageText")
    assert fault(reply).startswith("message is not modified")


def test_captions_and_keyboards_are_edited(site):
    photo = result(site.telegram({"chat_id": 42, "photo": "https://e.org/a", "reply_markup": BUTTON}, "sendPhoto"))
    sent = {"chat_id": 42, "message_id": photo["message_id"]}
    captioned = result(site.telegram(sent | {"caption": "hi", "reply_markup": BUTTON}, "editMessageCaption"))
    assert (captioned["caption"], captioned["reply_markup"], "photo" in captioned) == ("hi", BUTTON, True)
    assert "reply_markup" not in result(site.telegram(sent, "editMessageReplyMarkup"))


def test_edits_are_no_sends(site):
    sent = result(site.telegram({"chat_id": 42, "text": "first"}))
    site.telegram({"chat_id": 42, "message_id": sent["message_id"], "text": "second"}, "editMessageText")
    assert len(site.journal.entries()) == 1


@pytest.fixture
def limited(site):
    site.call("PUT", "/limits", {"profile": "real"})
    yield site
    site.call("DELETE", "/limits")


def test_a_chat_takes_one_message_a_second(limited):
    first, second = (limited.telegram({"chat_id": 42, "text": "hi"}) for _ in range(2))
    assert (first.status, second.status, second.json["parameters"]) == (200, 429, {"retry_after": 1})
    assert (second.headers["Retry-After"], second.json["description"]) == ("1", "Too Many Requests: retry after 1")
    assert [entry["accepted"] for entry in limited.journal.entries()] == [True, False]


def only(site, **limits):
    hour = {name.replace("_", "."): {"count": count, "seconds": 3600} for name, count in limits.items()}
    assert site.call("PUT", "/limits", {"limits": hour}).status == 200


def test_a_bot_has_a_limit_over_all_its_chats(limited):
    only(limited, telegram_bot=2)
    statuses = [limited.telegram({"chat_id": chat, "text": "hi"}).status for chat in (1, 2, 3)]
    other = limited.telegram({"chat_id": 1, "text": "hi"}, token="7:other").status
    assert (statuses, other) == ([200, 200, 429], 200)


def test_a_group_has_a_limit_of_its_own(limited):
    only(limited, telegram_group=2)
    assert [limited.telegram({"chat_id": -42, "text": "hi"}).status for _ in range(3)] == [200, 200, 429]
    assert [limited.telegram({"chat_id": 42, "text": "hi"}).status for _ in range(3)] == [200, 200, 200]


def test_a_paid_broadcast_has_the_wider_limit(limited):
    only(limited, telegram_bot=1)
    paid = {"chat_id": 42, "text": "hi", "allow_paid_broadcast": True}
    assert [limited.telegram(paid).status for _ in range(3)] == [200, 200, 200]


def test_the_documented_limits_are_the_real_ones():
    in_force = Emulator(limits="real").limits.describe()["in_force"]
    assert (in_force["telegram.bot"], in_force["telegram.chat"], in_force["telegram.group"]) == (
        {"count": 30, "seconds": 1.0},
        {"count": 1, "seconds": 1.0},
        {"count": 20, "seconds": 60.0},
    )


@pytest.mark.parametrize("name", OUTCOMES)
def test_every_outcome_is_told_in_the_words_of_telegram(site, name):
    script = {"channel": "telegram", "address": "42", "answers": [name]}
    assert site.set_faults({"scripts": [script]}).status == 200
    reply = site.telegram({"chat_id": 42, "text": "hi"})
    assert (reply.status, reply.json["error_code"]) == (OUTCOMES[name].status, OUTCOMES[name].status)
    assert (reply.json["description"], bool(OUTCOMES[name].reason)) == (OUTCOMES[name].description, True)


def test_a_group_that_moved_tells_its_new_id(site):
    site.set_faults({"scripts": [{"channel": "telegram", "address": "-42", "answers": ["migrated"]}]})
    reply = site.telegram({"chat_id": -42, "text": "hi"})
    assert reply.json["parameters"] == {"migrate_to_chat_id": -1001234567890}


def test_statuses_stand_for_outcomes_of_the_same_status():
    assert {status: OUTCOMES[name].status for status, name in BY_STATUS.items()} == {one: one for one in BY_STATUS}
