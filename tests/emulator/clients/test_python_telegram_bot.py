"""python-telegram-bot, unmodified, against the emulator."""

from __future__ import annotations

import asyncio
import io

import pytest
from telegram import (
    Bot,
    BotCommand,
    InlineKeyboardButton,
    InlineKeyboardMarkup,
    InputMediaPhoto,
    LinkPreviewOptions,
    ReplyParameters,
    Update,
)
from telegram.error import BadRequest, ChatMigrated, Conflict, Forbidden, InvalidToken, NetworkError, RetryAfter
from telegram.ext import Application, CallbackQueryHandler, MessageHandler, filters

from tests.emulator.clients.conftest import TOKEN

PNG = b"\x89PNG\r\n\x1a\n" + bytes(100)
KEYBOARD = InlineKeyboardMarkup([[InlineKeyboardButton("Yes", callback_data="yes")]])


@pytest.fixture(scope="module")
def root(module_site):
    return f"http://127.0.0.1:{module_site.port}/telegram"


@pytest.fixture(scope="module")
def shared_bot(root, run):
    bot = Bot(TOKEN, base_url=f"{root}/bot", base_file_url=f"{root}/file/bot")
    run(bot.initialize())
    yield bot
    run(bot.shutdown())


@pytest.fixture
def bot(shared_bot, site):
    return shared_bot


def test_the_bot_learns_who_it_is_at_its_start(bot):
    assert (bot.id, bot.username) == (123456, "emu_bot")


def test_a_message_is_sent(bot, run, site):
    message = run(bot.send_message(42, "Hello"))
    assert (message.text, message.chat.id, message.from_user.id) == ("Hello", 42, 123456)
    assert [entry["text"] for entry in site.listed()["entries"]] == ["Hello"]


def test_a_message_is_sent_with_all_its_options(bot, run):
    first = run(bot.send_message(42, "first"))
    message = run(
        bot.send_message(
            42,
            "<b>Hello</b>",
            parse_mode="HTML",
            disable_notification=True,
            protect_content=True,
            reply_markup=KEYBOARD,
            reply_parameters=ReplyParameters(first.message_id),
            link_preview_options=LinkPreviewOptions(is_disabled=True),
        )
    )
    assert (message.text, message.entities[0].type, message.has_protected_content) == ("Hello", "bold", True)
    assert message.reply_to_message.text == "first"
    assert message.reply_markup == KEYBOARD
    assert message.link_preview_options.is_disabled


def test_a_photo_is_uploaded_and_downloaded_again(bot, run):
    async def scenario():
        message = await bot.send_photo(42, io.BytesIO(PNG), caption="*hi*", parse_mode="MarkdownV2")
        again = await bot.send_photo(42, message.photo[-1].file_id)
        file = await bot.get_file(again.photo[-1].file_id)
        return message, bytes(await file.download_as_bytearray())

    message, content = run(scenario())
    assert (message.caption, message.caption_entities[0].type, content) == ("hi", "bold", PNG)


def test_a_document_keeps_its_name(bot, run):
    message = run(bot.send_document(42, b"hello", filename="list.txt"))
    assert (message.document.file_name, message.document.mime_type, message.document.file_size) == (
        "list.txt",
        "text/plain",
        5,
    )


@pytest.mark.parametrize("kind", ["video", "audio", "voice", "animation", "video_note", "sticker"])
def test_every_kind_of_file_is_sent(bot, run, kind):
    message = run(getattr(bot, f"send_{kind}")(42, PNG))
    assert getattr(message, kind).file_size == len(PNG)


def test_an_album_is_sent(bot, run):
    messages = run(bot.send_media_group(42, [InputMediaPhoto(PNG, caption="one"), InputMediaPhoto(PNG)]))
    assert [message.caption for message in messages] == ["one", None]
    assert len({message.media_group_id for message in messages}) == 1


def test_places_people_polls_and_dice_are_sent(bot, run):
    async def scenario():
        return [
            await bot.send_location(42, 50.45, 30.52),
            await bot.send_venue(42, 50.45, 30.52, "Gate", "Street 1"),
            await bot.send_contact(42, "+380000000000", "Olha"),
            await bot.send_poll(42, "Tea?", ["Yes", "No"]),
            await bot.send_dice(42),
        ]

    location, venue, contact, poll, dice = run(scenario())
    assert (location.location.latitude, venue.venue.title, contact.contact.first_name) == (50.45, "Gate", "Olha")
    assert ([option.text for option in poll.poll.options], dice.dice.emoji) == (["Yes", "No"], "🎲")


def test_messages_are_copied_forwarded_edited_and_deleted(bot, run):
    async def scenario():
        first = await bot.send_message(42, "first")
        copy = await bot.copy_message(43, 42, first.message_id)
        forwarded = await bot.forward_message(43, 42, first.message_id)
        edited = await bot.edit_message_text("second", 42, first.message_id, reply_markup=KEYBOARD)
        bare = await bot.edit_message_reply_markup(42, first.message_id)
        deleted = await bot.delete_message(42, first.message_id)
        return copy, forwarded, edited, bare, deleted

    copy, forwarded, edited, bare, deleted = run(scenario())
    assert copy.message_id < forwarded.message_id
    assert (forwarded.text, forwarded.forward_origin.sender_user.id) == ("first", 123456)
    assert (edited.text, edited.reply_markup, bare.reply_markup, deleted) == ("second", KEYBOARD, None, True)


def test_commands_and_names_are_kept(bot, run):
    async def scenario():
        await bot.set_my_commands([BotCommand("start", "Begin")])
        await bot.set_my_name("Post")
        return await bot.get_my_commands(), await bot.get_my_name()

    commands, name = run(scenario())
    assert ([command.command for command in commands], name.name) == (["start"], "Post")


def test_chats_and_members_are_told(bot, run):
    async def scenario():
        return await bot.get_chat(42), await bot.get_chat_member(-42, bot.id), await bot.send_chat_action(42, "typing")

    chat, member, action = run(scenario())
    assert (chat.username, member.status, action) == ("user42", "member", True)


@pytest.mark.parametrize(
    ("answer", "error", "text"),
    [
        ("400", BadRequest, "Chat not found"),
        ("403", Forbidden, "Forbidden: bot was blocked by the user"),
        ("401", InvalidToken, "Unauthorized"),
        ("404", InvalidToken, "Not Found"),
        ("500", NetworkError, "Internal Server Error: restart"),
        ("502", NetworkError, "Bad Gateway"),
    ],
)
def test_an_error_is_raised_as_the_client_knows_it(bot, run, fails, answer, error, text):
    fails(answer)
    with pytest.raises(error, match=text):
        run(bot.send_message(42, "Hello"))


@pytest.mark.filterwarnings("ignore:Deprecated since version v22.2")
def test_flood_control_tells_how_long_to_wait(bot, run, fails):
    fails({"status": 429, "retry_after": 7})
    with pytest.raises(RetryAfter) as caught:
        run(bot.send_message(42, "Hello"))
    assert caught.value.retry_after == 7


def test_a_group_that_moved_tells_its_new_id(bot, run, fails):
    fails("migrated", address="-42")
    with pytest.raises(ChatMigrated) as caught:
        run(bot.send_message(-42, "Hello"))
    assert caught.value.new_chat_id == -1001234567890


def test_markup_that_cannot_be_read_is_a_bad_request(bot, run):
    with pytest.raises(BadRequest, match="byte offset 0"):
        run(bot.send_message(42, "<x>", parse_mode="HTML"))


def test_polling_receives_what_a_person_writes_and_presses(root, run, site, person):
    async def scenario():
        heard = asyncio.Queue()
        builder = Application.builder().token(TOKEN).base_url(f"{root}/bot").base_file_url(f"{root}/file/bot")
        application = builder.build()

        async def on_message(update, _):
            await update.message.reply_text("Sure?", reply_markup=KEYBOARD)
            heard.put_nowait(update.message.text)

        async def on_press(update, _):
            await update.callback_query.answer("Done")
            heard.put_nowait(update.callback_query.data)

        application.add_handler(MessageHandler(filters.TEXT, on_message))
        application.add_handler(CallbackQueryHandler(on_press))
        async with application:
            await application.start()
            await application.updater.start_polling(poll_interval=0)
            await asyncio.to_thread(person, "hi there")
            message = await asyncio.wait_for(heard.get(), 60)
            await asyncio.to_thread(person, kind="press", data="yes")
            press = await asyncio.wait_for(heard.get(), 60)
            site.emulator.telegram.release()
            await application.updater.stop()
            await application.stop()
        return message, press

    assert run(scenario()) == ("hi there", "yes")


def test_getting_updates_conflicts_with_a_webhook(bot, run, receiver):
    async def scenario():
        await bot.set_webhook(receiver.url)
        with pytest.raises(Conflict, match="webhook is active"):
            await bot.get_updates()
        await bot.delete_webhook()

    run(scenario())


def test_a_second_getting_of_updates_ends_the_first(bot, run, root):
    async def scenario():
        async with Bot(TOKEN, base_url=f"{root}/bot") as other:
            first = asyncio.create_task(bot.get_updates(timeout=30))
            while not first.done():
                await asyncio.sleep(0.05)
                await other.get_updates(timeout=0)
            return await first

    with pytest.raises(Conflict, match="terminated by other getUpdates request"):
        run(scenario())


def test_a_webhook_is_called_with_its_secret_token(bot, run, receiver, person):
    run(bot.set_webhook(f"{receiver.url}/hook", secret_token="s3cret", max_connections=5))
    person("hi")
    posted = receiver.next()
    update = Update.de_json(posted.json, bot)
    assert (posted.path, posted.headers["x-telegram-bot-api-secret-token"]) == ("/hook", "s3cret")
    assert update.message.text == "hi"
    info = run(bot.get_webhook_info())
    assert (info.url, info.max_connections) == (f"{receiver.url}/hook", 5)


def test_a_person_who_blocks_the_bot_is_forbidden_until_they_unblock_it(bot, run, person):
    person(kind="block")
    with pytest.raises(Forbidden, match="blocked by the user"):
        run(bot.send_message(42, "Hello"))
    person(kind="unblock")
    assert run(bot.send_message(42, "Hello")).text == "Hello"
    updates = run(bot.get_updates(timeout=0))
    assert [update.my_chat_member.new_chat_member.status for update in updates] == ["kicked", "member"]
