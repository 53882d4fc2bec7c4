"""The methods that neither send nor change messages: who the bot is, chats, members, files, and answers to queries."""

from __future__ import annotations

from collections.abc import Callable

from notifyhub.emulator.shared.wire import Answer
from notifyhub.emulator.telegram.answers import bad, no_such_query, success
from notifyhub.emulator.telegram.bots import Bot
from notifyhub.emulator.telegram.chats import bot_user, chat_of, full_chat, me, person_of
from notifyhub.emulator.telegram.fields import Fields
from notifyhub.emulator.telegram.media import Media, described
from notifyhub.emulator.telegram.topics import Topics

CHAT_ACTIONS = frozenset(
    {
        "typing",
        "upload_photo",
        "record_video",
        "upload_video",
        "record_voice",
        "upload_voice",
        "upload_document",
        "choose_sticker",
        "find_location",
        "record_video_note",
        "upload_video_note",
    }
)
CALLBACK_ANSWER_LIMIT = 200


class Asking:
    """One method for each of the Bot API's, looked up by its lower-cased name. Each raises `Refused`."""

    def __init__(self, media: Media, topics: Topics) -> None:
        self._media = media
        self._topics = topics

    def me(self, bot: Bot, _: Fields) -> Answer:
        return success(me(bot.id))

    def agree(self, _: Bot, __: Fields) -> Answer:
        return success(True)

    def chat(self, _: Bot, fields: Fields) -> Answer:
        return success(full_chat(chat_of(fields.text("chat_id"))))

    def member(self, bot: Bot, fields: Fields) -> Answer:
        chat = chat_of(fields.text("chat_id"))
        user_id = fields.number("user_id")
        if user_id <= 0:
            raise bad("invalid user_id specified")
        if user_id == bot.id:
            status = "kicked" if chat["id"] in bot.blocked_by else "member"
            until = {"until_date": 0} if status == "kicked" else {}
            return success({"user": bot_user(bot.id), "status": status} | until)
        return success({"user": person_of({"id": user_id}), "status": "member"})

    def member_count(self, _: Bot, fields: Fields) -> Answer:
        chat_of(fields.text("chat_id"))
        return success(2)

    def administrators(self, _: Bot, fields: Fields) -> Answer:
        chat = chat_of(fields.text("chat_id"))
        if chat["type"] == "private":
            raise bad("there are no administrators in the private chat")
        return success([{"user": person_of(chat), "status": "creator", "is_anonymous": False}])

    def file(self, bot: Bot, fields: Fields) -> Answer:
        return success(described(self._media.find(bot.id, fields.text("file_id"))))

    def profile_photos(self, _: Bot, fields: Fields) -> Answer:
        if fields.number("user_id") <= 0:
            raise bad("invalid user_id specified")
        return success({"total_count": 0, "photos": []})

    def boosts(self, _: Bot, fields: Fields) -> Answer:
        chat_of(fields.text("chat_id"))
        if fields.number("user_id") <= 0:
            raise bad("invalid user_id specified")
        return success({"boosts": []})

    def chat_action(self, bot: Bot, fields: Fields) -> Answer:
        if fields.text("action").strip().lower() not in CHAT_ACTIONS:
            raise bad("wrong parameter action in request")
        chat = chat_of(fields.text("chat_id"))
        if thread_id := fields.number("message_thread_id"):
            self._topics.check(bot.id, chat, thread_id)
        return success(True)

    def answer_inline(self, _: Bot, fields: Fields) -> Answer:
        """answerInlineQuery: the people here make no inline queries, so there is none to answer."""
        fields.json("results", list, "inline query results JSON object")
        raise no_such_query()

    def answer_press(self, bot: Bot, fields: Fields) -> Answer:
        """answerCallbackQuery: a press can be answered once."""
        if len(fields.text("text")) > CALLBACK_ANSWER_LIMIT:
            raise bad("MESSAGE_TOO_LONG")
        query_id = fields.text("callback_query_id")
        if query_id not in bot.presses:
            raise no_such_query()
        bot.presses.remove(query_id)
        return success(True)


ASKED: dict[str, Callable[[Asking, Bot, Fields], Answer]] = {
    "getme": Asking.me,
    "logout": Asking.agree,
    "close": Asking.agree,
    "getchat": Asking.chat,
    "getchatmember": Asking.member,
    "getchatmembercount": Asking.member_count,
    "getchatadministrators": Asking.administrators,
    "getfile": Asking.file,
    "getuserprofilephotos": Asking.profile_photos,
    "getuserchatboosts": Asking.boosts,
    "sendchataction": Asking.chat_action,
    "answercallbackquery": Asking.answer_press,
    "answerinlinequery": Asking.answer_inline,
}
