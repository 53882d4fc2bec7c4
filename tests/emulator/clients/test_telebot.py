"""pyTelegramBotAPI, unmodified, against the emulator: the synchronous client and the asynchronous one."""

from __future__ import annotations

import asyncio
import threading

import pytest
import telebot
from telebot import apihelper, asyncio_helper
from telebot.async_telebot import AsyncTeleBot
from telebot.asyncio_helper import ApiTelegramException as AsyncApiException
from telebot.types import (
    BotCommand,
    InlineKeyboardButton,
    InlineKeyboardMarkup,
    InputMediaPhoto,
    LinkPreviewOptions,
    ReplyParameters,
    Update,
)

from tests.emulator.clients.conftest import TOKEN

PNG = b"\x89PNG\r\n\x1a\n" + bytes(100)


def keyboard():
    return InlineKeyboardMarkup([[InlineKeyboardButton("Yes", callback_data="yes")]])


@pytest.fixture(autouse=True, scope="module")
def pointed_at_the_emulator(module_site):
    """The way that the library gives: its two module globals, each in the synchronous and the asynchronous half."""
    root = f"http://127.0.0.1:{module_site.port}/telegram"
    before = [(module, module.API_URL, module.FILE_URL) for module in (apihelper, asyncio_helper)]
    for module, _, _ in before:
        module.API_URL, module.FILE_URL = f"{root}/bot{{0}}/{{1}}", f"{root}/file/bot{{0}}/{{1}}"
    yield
    for module, api_url, file_url in before:
        module.API_URL, module.FILE_URL = api_url, file_url


@pytest.fixture
def bot(site):
    return telebot.TeleBot(TOKEN, threaded=False)


@pytest.fixture
def async_bot(site, run):
    bot = AsyncTeleBot(TOKEN)
    yield bot
    run(bot.close_session())


def test_the_bot_learns_who_it_is(bot):
    assert (bot.get_me().id, bot.get_me().username) == (123456, "emu_bot")


def test_a_message_is_sent(bot, site):
    message = bot.send_message(42, "Hello, світ")
    assert (message.text, message.chat.id) == ("Hello, світ", 42)
    assert [entry["text"] for entry in site.listed()["entries"]] == ["Hello, світ"]


def test_a_message_is_sent_with_all_its_options(bot):
    first = bot.send_message(42, "first")
    message = bot.send_message(
        42,
        "<b>Hello</b>",
        parse_mode="HTML",
        disable_notification=True,
        protect_content=True,
        reply_markup=keyboard(),
        reply_parameters=ReplyParameters(first.message_id),
        link_preview_options=LinkPreviewOptions(is_disabled=True),
    )
    assert (message.text, message.entities[0].type, message.has_protected_content) == ("Hello", "bold", True)
    assert message.reply_to_message.text == "first"
    assert message.reply_markup.keyboard[0][0].callback_data == "yes"


def test_a_photo_is_uploaded_and_downloaded_again(bot):
    message = bot.send_photo(42, PNG, caption="hi")
    file = bot.get_file(message.photo[-1].file_id)
    assert (message.caption, bot.download_file(file.file_path)) == ("hi", PNG)


def test_a_document_keeps_its_name(bot):
    message = bot.send_document(42, b"hello", visible_file_name="list.txt")
    assert (message.document.file_name, message.document.file_size) == ("list.txt", 5)


@pytest.mark.parametrize("kind", ["video", "audio", "voice", "animation", "video_note", "sticker"])
def test_every_kind_of_file_is_sent(bot, kind):
    message = getattr(bot, f"send_{kind}")(42, PNG)
    assert getattr(message, kind).file_size == len(PNG)


def test_an_album_is_sent(bot):
    messages = bot.send_media_group(42, [InputMediaPhoto(PNG, caption="one"), InputMediaPhoto(PNG)])
    assert [message.caption for message in messages] == ["one", None]


def test_places_people_polls_and_dice_are_sent(bot):
    assert bot.send_location(42, 50.45, 30.52).location.latitude == 50.45
    assert bot.send_venue(42, 50.45, 30.52, "Gate", "Street 1").venue.title == "Gate"
    assert bot.send_contact(42, "+380000000000", "Olha").contact.first_name == "Olha"
    assert bot.send_poll(42, "Tea?", ["Yes", "No"]).poll.question == "Tea?"
    assert bot.send_dice(42).dice.emoji == "🎲"


def test_messages_are_copied_forwarded_edited_and_deleted(bot):
    first = bot.send_message(42, "first")
    assert bot.copy_message(43, 42, first.message_id).message_id > first.message_id
    assert bot.forward_message(43, 42, first.message_id).text == "first"
    assert bot.edit_message_text("second", 42, first.message_id, reply_markup=keyboard()).text == "second"
    assert bot.edit_message_reply_markup(42, first.message_id).reply_markup is None
    assert bot.delete_message(42, first.message_id) is True


def test_commands_chats_and_members_are_told(bot):
    bot.set_my_commands([BotCommand("start", "Begin")])
    assert [command.command for command in bot.get_my_commands()] == ["start"]
    assert bot.get_chat(42).type == "private"
    assert bot.get_chat_member(-42, 7).status == "member"
    assert bot.send_chat_action(42, "typing") is True


@pytest.mark.parametrize(
    ("answer", "code", "description"),
    [
        ("400", 400, "Bad Request: chat not found"),
        ("401", 401, "Unauthorized"),
        ("403", 403, "Forbidden: bot was blocked by the user"),
        ("500", 500, "Internal Server Error: restart"),
    ],
)
def test_an_error_is_raised_as_the_client_knows_it(bot, fails, answer, code, description):
    fails(answer)
    with pytest.raises(apihelper.ApiTelegramException) as caught:
        bot.send_message(42, "Hello")
    assert (caught.value.error_code, caught.value.description) == (code, description)


def test_flood_control_tells_how_long_to_wait(bot, fails):
    fails({"status": 429, "retry_after": 7})
    with pytest.raises(apihelper.ApiTelegramException) as caught:
        bot.send_message(42, "Hello")
    assert caught.value.result_json["parameters"]["retry_after"] == 7


def test_trouble_of_the_front_end_is_an_http_error(bot, fails):
    fails("502")
    with pytest.raises(apihelper.ApiHTTPException):
        bot.send_message(42, "Hello")


def test_polling_receives_what_a_person_writes_and_presses(bot, person):
    written, pressed = threading.Event(), threading.Event()

    @bot.message_handler(commands=["start"])
    def on_start(message):
        bot.reply_to(message, "Sure?", reply_markup=keyboard())
        written.set()

    @bot.callback_query_handler(func=lambda query: query.data == "yes")
    def on_press(query):
        bot.answer_callback_query(query.id, "Done")
        pressed.set()
        bot.stop_polling()

    polling = threading.Thread(target=bot.polling, kwargs={"timeout": 1, "long_polling_timeout": 1, "interval": 0})
    polling.start()
    person("/start abc")
    assert written.wait(60)
    person(kind="press", data="yes")
    assert pressed.wait(60)
    polling.join(60)
    assert not polling.is_alive()


def test_a_webhook_is_called_with_its_secret_token(bot, receiver, person):
    heard = []
    bot.register_message_handler(lambda message: heard.append(message.text), content_types=["text"])
    bot.set_webhook(f"{receiver.url}/hook", secret_token="s3cret")
    person("hi")
    posted = receiver.next()
    bot.process_new_updates([Update.de_json(posted.body.decode())])
    assert (posted.headers["x-telegram-bot-api-secret-token"], heard) == ("s3cret", ["hi"])
    assert bot.get_webhook_info().url == f"{receiver.url}/hook"
    assert bot.remove_webhook() is True
    assert bot.get_webhook_info().url == ""


def test_getting_updates_conflicts_with_a_webhook(bot, receiver):
    bot.set_webhook(receiver.url)
    with pytest.raises(apihelper.ApiTelegramException) as caught:
        bot.get_updates()
    assert caught.value.error_code == 409


def test_the_asynchronous_client_sends_texts_and_files(async_bot, run):
    async def scenario():
        me = await async_bot.get_me()
        text = await async_bot.send_message(42, "<i>Hello</i>", parse_mode="HTML", reply_markup=keyboard())
        photo = await async_bot.send_photo(42, PNG, caption="hi")
        file = await async_bot.get_file(photo.photo[-1].file_id)
        return me, text, photo, await async_bot.download_file(file.file_path)

    me, text, photo, content = run(scenario())
    assert (me.id, text.text, text.entities[0].type) == (123456, "Hello", "italic")
    assert (photo.caption, content) == ("hi", PNG)


def test_the_asynchronous_client_raises_errors(async_bot, run, fails):
    fails("403", {"status": 429, "retry_after": 7})

    async def scenario():
        errors = []
        for _ in range(2):
            with pytest.raises(AsyncApiException) as caught:
                await async_bot.send_message(42, "Hello")
            errors.append(caught.value.error_code)
        return errors

    assert run(scenario()) == [403, 429]


def test_the_asynchronous_client_polls(async_bot, run, person):
    async def scenario():
        heard = asyncio.Queue()

        @async_bot.message_handler(content_types=["text"])
        async def on_message(message):
            await async_bot.reply_to(message, "Sure?")
            heard.put_nowait(message.text)

        polling = asyncio.create_task(async_bot.polling(timeout=1, request_timeout=5, interval=0))
        await asyncio.to_thread(person, "hi there")
        text = await asyncio.wait_for(heard.get(), 60)
        async_bot._polling = False
        await polling
        return text

    assert run(scenario()) == "hi there"
