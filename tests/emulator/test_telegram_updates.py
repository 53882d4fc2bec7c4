"""What reaches a bot: people's messages and presses, by getUpdates and by webhook; and what bots ask."""

from concurrent.futures import ThreadPoolExecutor
from itertools import count

import pytest
from starlette.responses import JSONResponse, Response

from notifyhub.emulator.app import Emulator
from notifyhub.emulator.callbacks.callbacks import CallbackSettings

NUMBERS = count(1000)
BUTTON = {"inline_keyboard": [[{"text": "Yes", "callback_data": "yes"}]]}


class Talk:
    """One bot of a test's own, and the person of chat 42."""

    def __init__(self, site):
        self.site = site
        self.id = next(NUMBERS)
        self.token = f"{self.id}:AAtoken"

    def call(self, method, **fields):
        return self.site.telegram(fields, method, self.token)

    def ask(self, method, **fields):
        reply = self.call(method, **fields)
        assert reply.status == 200, reply.raw
        return reply.json["result"]

    def fault(self, method, **fields):
        return self.call(method, **fields).json["description"]

    def does(self, text="", chat="42", **deed):
        deed = {"bot": str(self.id), "text": text} | deed
        return self.site.call("POST", f"/people/telegram/{chat}/messages", deed)


@pytest.fixture
def talk(site):
    site.emulator.callbacks.settings = CallbackSettings(pause_limit_s=0)
    return Talk(site)


def test_what_a_person_writes_is_an_update(talk):
    assert talk.does("/start abc").status == 200
    [update] = talk.ask("getUpdates")
    message = update["message"]
    assert (message["text"], message["entities"]) == ("/start abc", [{"offset": 0, "length": 6, "type": "bot_command"}])
    assert (message["chat"]["id"], message["from"]["is_bot"]) == (42, False)


def test_without_a_name_the_bot_is_the_one_that_wrote_last(talk):
    talk.ask("sendMessage", chat_id=4711, text="hi")
    talk.site.call("POST", "/people/telegram/4711/messages", {"text": "hello"})
    assert [update["message"]["text"] for update in talk.ask("getUpdates")] == ["hello"]


@pytest.mark.parametrize(
    ("path", "body", "status"),
    [
        ("telegram/999/messages", {"text": "hi"}, 409),
        ("telegram/42/messages", {"text": "hi", "bot": "emu_bot"}, 409),
        ("telegram/nobody/messages", {"text": "hi", "bot": "1"}, 409),
        ("gateway/42/messages", {"text": "hi", "bot": "1"}, 409),
        ("telegram/42/messages", {"kind": "press", "data": "nothing", "bot": "1"}, 409),
        ("telegram/42/messages", {}, 422),
        ("telegram/42/messages", {"kind": "press"}, 422),
        ("telegram/42/messages", {"kind": "wave"}, 422),
    ],
)
def test_a_deed_that_cannot_be_is_refused(talk, path, body, status):
    talk.site.emulator.acquaintances.clear()
    reply = talk.site.call("POST", f"/people/{path}", body)
    assert (reply.status, bool(reply.json["errors"][0]["message"])) == (status, True)


def test_a_post_in_a_channel_is_an_update_of_another_kind(talk):
    talk.does("news", chat="@news_room")
    assert "channel_post" in talk.ask("getUpdates")[0]


def test_a_press_can_be_answered_once(talk):
    sent = talk.ask("sendMessage", chat_id=42, text="Sure?", reply_markup=BUTTON)
    talk.does(kind="press", data="yes")
    query = talk.ask("getUpdates")[0]["callback_query"]
    assert (query["data"], query["message"]["message_id"]) == ("yes", sent["message_id"])
    assert talk.ask("answerCallbackQuery", callback_query_id=query["id"]) is True
    assert "query is too old" in talk.fault("answerCallbackQuery", callback_query_id=query["id"])


def test_a_press_may_name_its_message(talk):
    first, _ = (talk.ask("sendMessage", chat_id=42, text="Sure?", reply_markup=BUTTON) for _ in range(2))
    talk.does(kind="press", data="yes", message_id=str(first["message_id"]))
    assert talk.ask("getUpdates")[0]["callback_query"]["message"]["message_id"] == first["message_id"]


def test_a_person_who_blocked_the_bot_hears_and_says_nothing(talk):
    talk.does(kind="block")
    assert talk.fault("sendMessage", chat_id=42, text="hi") == "Forbidden: bot was blocked by the user"
    assert talk.does("hi").status == 409
    talk.does(kind="unblock")
    assert talk.does("hi").status == 200
    assert [list(update)[1] for update in talk.ask("getUpdates")] == ["my_chat_member", "my_chat_member", "message"]


def test_the_bot_may_answer_and_not_edit_what_a_person_wrote(talk):
    message_id = talk.does("hi").json["update"]["message"]["message_id"]
    answer = talk.ask("sendMessage", chat_id=42, text="yes?", reply_to_message_id=message_id)
    assert answer["reply_to_message"]["text"] == "hi"
    assert "can't be edited" in talk.fault("editMessageText", chat_id=42, message_id=message_id, text="x")


def test_an_offset_confirms_and_a_limit_cuts(talk):
    for text in ("one", "two", "three"):
        talk.does(text)
    first = talk.ask("getUpdates", limit=1)
    assert len(first) == 1
    rest = talk.ask("getUpdates", offset=first[0]["update_id"] + 1)
    assert [update["message"]["text"] for update in rest] == ["two", "three"]
    assert [update["message"]["text"] for update in talk.ask("getUpdates", offset=-1)] == ["three"]


def test_updates_that_are_not_wanted_do_not_come(talk):
    talk.ask("getUpdates", allowed_updates=["callback_query"])
    talk.does("hi")
    assert talk.ask("getUpdates", allowed_updates=[]) == []
    talk.does("hi")
    assert len(talk.ask("getUpdates")) == 1


def test_a_waiting_getting_of_updates_ends_with_the_update(talk):
    with ThreadPoolExecutor(1) as pool:
        waiting = pool.submit(talk.ask, "getUpdates", timeout=50)
        talk.does("hi")
        assert waiting.result(60)[0]["message"]["text"] == "hi"


def test_setting_a_webhook_ends_a_waiting_getting_of_updates(talk, receiver):
    with ThreadPoolExecutor(1) as pool:
        waiting = pool.submit(talk.fault, "getUpdates", timeout=50)
        # Again and again, because nobody outside can see when the wait has begun.
        while not waiting.done():
            talk.ask("setWebhook", url=receiver.url)
            talk.ask("deleteWebhook")
        assert waiting.result().startswith("Conflict: ")


def test_a_webhook_gets_what_waited_and_what_comes_and_its_secret(talk, receiver):
    talk.does("before")
    talk.ask("setWebhook", url=f"{receiver.url}/hook", secret_token="s3cret")
    talk.does("after")
    posts = [receiver.next(), receiver.next()]
    assert [post.json["message"]["text"] for post in posts] == ["before", "after"]
    assert {post.headers["x-telegram-bot-api-secret-token"] for post in posts} == {"s3cret"}
    assert talk.site.emulator.callbacks.wait_until_idle()
    assert talk.ask("getWebhookInfo")["pending_update_count"] == 0


def test_a_webhook_that_fails_is_called_again_and_tells_of_the_trouble(talk, receiver):
    receiver.answers += [Response(status_code=500), Response(status_code=502)]
    talk.ask("setWebhook", url=receiver.url)
    talk.does("hi")
    assert len({receiver.next().json["update_id"] for _ in range(3)}) == 1
    assert talk.site.emulator.callbacks.wait_until_idle()
    assert talk.ask("getWebhookInfo")["last_error_message"] == "Wrong response from the webhook: 502"


def test_what_a_webhook_did_not_take_waits_for_getting(talk):
    talk.ask("setWebhook", url="http://127.0.0.1:1/")
    talk.site.emulator.callbacks.settings = CallbackSettings()
    talk.does("hi")
    talk.ask("deleteWebhook")
    assert [update["message"]["text"] for update in talk.ask("getUpdates")] == ["hi"]


def test_pending_updates_may_be_dropped(talk):
    talk.does("hi")
    talk.ask("deleteWebhook", drop_pending_updates=True)
    assert talk.ask("getUpdates") == []


def test_the_answer_of_a_webhook_may_be_a_call(talk, receiver):
    receiver.answers.append(JSONResponse({"method": "sendMessage", "chat_id": 42, "text": f"answer {talk.id}"}))
    talk.ask("setWebhook", url=receiver.url)
    talk.does("hi")
    [entry] = talk.site.journal.wait_for(1, text=f"answer {talk.id}", timeout_s=30)
    assert entry["accepted"]


@pytest.mark.parametrize(
    ("fields", "description"),
    [
        ({"url": "ftp://e.org"}, "invalid webhook URL specified"),
        ({"url": "http://"}, "invalid webhook URL specified"),
        ({"url": "https://e.org", "secret_token": "x" * 257}, "secret token is too long"),
        ({"url": "https://e.org", "secret_token": "a b"}, "secret token contains unallowed characters"),
    ],
)
def test_a_bad_webhook_is_refused(talk, fields, description):
    assert talk.fault("setWebhook", **fields) == f"Bad Request: {description}"


def test_a_webhook_tells_what_became_of_it(talk, receiver):
    told = [
        talk.call("setWebhook", url=receiver.url).json["description"],
        talk.call("setWebhook", url=receiver.url).json["description"],
        talk.call("setWebhook", url="").json["description"],
        talk.call("deleteWebhook").json["description"],
    ]
    assert told == ["Webhook was set", "Webhook is already set", "Webhook was deleted", "Webhook is already deleted"]


def test_the_settings_of_a_webhook_are_shown_but_for_its_secret(talk, receiver):
    talk.ask("setWebhook", url=receiver.url, max_connections=7, allowed_updates=["message"], secret_token="s3cret")
    info = talk.ask("getWebhookInfo")
    assert (info["url"], info["max_connections"], info["allowed_updates"]) == (receiver.url, 7, ["message"])
    assert "s3cret" not in str(info)


def test_webhooks_are_set_once_a_second_where_limits_are_real(talk, receiver):
    talk.site.call("PUT", "/limits", {"limits": {"telegram.webhook": {"count": 1, "seconds": 3600}}})
    statuses = [talk.call("setWebhook", url=f"{receiver.url}/{n}").status for n in range(2)]
    talk.site.call("DELETE", "/limits")
    assert statuses == [200, 429]


def test_commands_are_kept_by_scope_and_language(talk):
    talk.ask("setMyCommands", commands=[{"command": "/start", "description": "Begin"}])
    talk.ask("setMyCommands", commands=[{"command": "begin", "description": "Почати"}], language_code="uk")
    assert talk.ask("getMyCommands") == [{"command": "start", "description": "Begin"}]
    assert talk.ask("getMyCommands", language_code="uk")[0]["command"] == "begin"
    assert talk.ask("getMyCommands", scope={"type": "all_private_chats"}) == []


@pytest.mark.parametrize(
    ("command", "expected"),
    [
        ({"command": "Start", "description": "x"}, "BOT_COMMAND_INVALID"),
        ({"command": "start", "description": " "}, "BOT_COMMAND_DESCRIPTION_INVALID"),
        ({"command": "start"}, "can't parse BotCommand JSON object"),
    ],
)
def test_a_bad_command_is_refused(talk, command, expected):
    assert talk.fault("setMyCommands", commands=[command]) == f"Bad Request: {expected}"


@pytest.mark.parametrize(("name", "key"), [("MyName", "name"), ("MyDescription", "description")])
def test_names_and_descriptions_are_kept(talk, name, key):
    talk.ask(f"set{name}", **{key: "Post"})
    assert talk.ask(f"get{name}") == {key: "Post"}
    assert "is too long" in talk.fault(f"set{name}", **{key: "x" * 600})


def test_chats_members_and_photos_are_told(talk):
    assert talk.ask("getChat", chat_id=-42)["type"] == "group"
    assert talk.ask("getChatMember", chat_id=-42, user_id=talk.id)["status"] == "member"
    assert talk.ask("getChatMemberCount", chat_id=-42) == 2
    assert talk.ask("getUserProfilePhotos", user_id=42) == {"total_count": 0, "photos": []}


@pytest.mark.parametrize(
    ("method", "fields", "expected"),
    [
        ("getChat", {}, "chat_id is empty"),
        ("getChatMember", {"chat_id": -42}, "invalid user_id specified"),
        ("getChatAdministrators", {"chat_id": 42}, "there are no administrators in the private chat"),
        ("getFile", {}, "file_id not specified"),
        ("sendChatAction", {"chat_id": 42, "action": "dancing"}, "wrong parameter action in request"),
        ("answerCallbackQuery", {"text": "x" * 201}, "MESSAGE_TOO_LONG"),
    ],
)
def test_a_bad_question_is_refused(talk, method, fields, expected):
    assert talk.fault(method, **fields) == f"Bad Request: {expected}"


@pytest.mark.parametrize("method", ["logOut", "close"])
def test_what_needs_no_answer_is_agreed_to(talk, method):
    assert talk.ask(method) is True


def test_a_reset_forgets_what_people_did_and_keeps_webhooks(serve, receiver):
    with serve(Emulator()) as site:
        talk, other = Talk(site), Talk(site)
        talk.does("hi")
        talk.does(kind="block")
        other.ask("setWebhook", url=receiver.url)
        site.call("POST", "/reset")
        assert (talk.ask("getUpdates"), talk.call("sendMessage", chat_id=42, text="hi").status) == ([], 200)
        assert other.ask("getWebhookInfo")["url"] == receiver.url
