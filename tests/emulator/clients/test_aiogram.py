"""aiogram, unmodified, against the emulator."""

from __future__ import annotations

import asyncio
import io

import pytest
from aiogram import Bot, Dispatcher, F
from aiogram.client.session.aiohttp import AiohttpSession
from aiogram.client.telegram import TelegramAPIServer
from aiogram.exceptions import (
    TelegramBadRequest,
    TelegramConflictError,
    TelegramEntityTooLarge,
    TelegramForbiddenError,
    TelegramMigrateToChat,
    TelegramNotFound,
    TelegramRetryAfter,
    TelegramServerError,
    TelegramUnauthorizedError,
)
from aiogram.types import (
    BotCommand,
    BufferedInputFile,
    InlineKeyboardButton,
    InlineKeyboardMarkup,
    InputMediaDocument,
    InputMediaPhoto,
    LinkPreviewOptions,
    ReplyParameters,
)
from aiogram.webhook.aiohttp_server import SimpleRequestHandler
from aiohttp import web

from tests.emulator.clients.conftest import TOKEN

PNG = b"\x89PNG\r\n\x1a\n" + bytes(100)
KEYBOARD = InlineKeyboardMarkup(inline_keyboard=[[InlineKeyboardButton(text="Yes", callback_data="yes")]])


@pytest.fixture(scope="module")
def make_bot(module_site):
    def make(token=TOKEN):
        server = TelegramAPIServer.from_base(f"http://127.0.0.1:{module_site.port}/telegram")
        return Bot(token, session=AiohttpSession(api=server))

    return make


@pytest.fixture(scope="module")
def shared_bot(make_bot, run):
    async def made():
        return make_bot()

    bot = run(made())
    yield bot
    run(bot.session.close())


@pytest.fixture
def bot(shared_bot, site):
    return shared_bot


def test_the_bot_learns_who_it_is(bot, run):
    me = run(bot.get_me())
    assert (me.id, me.is_bot, me.username) == (123456, True, "emu_bot")


def test_a_message_is_sent(bot, run, site):
    message = run(bot.send_message(42, "Hello"))
    assert (message.text, message.chat.type, message.from_user.id) == ("Hello", "private", 123456)
    assert [entry["text"] for entry in site.listed()["entries"]] == ["Hello"]


def test_a_message_is_sent_with_all_its_options(bot, run):
    first = run(bot.send_message(42, "first"))
    message = run(
        bot.send_message(
            42,
            "*Hello*",
            parse_mode="MarkdownV2",
            disable_notification=True,
            protect_content=True,
            reply_markup=KEYBOARD,
            reply_parameters=ReplyParameters(message_id=first.message_id),
            link_preview_options=LinkPreviewOptions(is_disabled=True),
        )
    )
    assert (message.text, message.entities[0].type) == ("Hello", "bold")
    assert message.reply_markup.inline_keyboard[0][0].callback_data == "yes"
    assert message.reply_to_message.text == "first"


def test_a_photo_is_uploaded_and_downloaded_again(bot, run):
    async def scenario():
        message = await bot.send_photo(42, BufferedInputFile(PNG, "a.png"), caption="hi")
        again = await bot.send_photo(42, message.photo[-1].file_id)
        file = await bot.get_file(again.photo[-1].file_id)
        return message, (await bot.download_file(file.file_path, io.BytesIO())).read()

    message, content = run(scenario())
    assert (message.caption, content) == ("hi", PNG)


def test_a_document_keeps_its_name(bot, run):
    message = run(bot.send_document(42, BufferedInputFile(b"hello", "list.txt")))
    assert (message.document.file_name, message.document.file_size) == ("list.txt", 5)


@pytest.mark.parametrize("kind", ["video", "audio", "voice", "animation", "video_note", "sticker"])
def test_every_kind_of_file_is_sent(bot, run, kind):
    message = run(getattr(bot, f"send_{kind}")(42, BufferedInputFile(PNG, "a.bin")))
    assert getattr(message, kind).file_size == len(PNG)


def test_an_album_is_sent_and_a_file_in_a_message_replaced(bot, run):
    async def scenario():
        photos = [InputMediaPhoto(media=BufferedInputFile(PNG, f"{n}.png"), caption=str(n)) for n in range(2)]
        sent = await bot.send_media_group(42, photos)
        document = InputMediaDocument(media=BufferedInputFile(b"hello", "list.txt"))
        edited = await bot.edit_message_media(document, chat_id=42, message_id=sent[0].message_id)
        return sent, edited

    sent, edited = run(scenario())
    assert [message.caption for message in sent] == ["0", "1"]
    assert (edited.document.file_name, edited.photo) == ("list.txt", None)


def test_places_people_polls_and_dice_are_sent(bot, run):
    async def scenario():
        await bot.send_location(42, 50.45, 30.52)
        await bot.send_venue(42, 50.45, 30.52, "Gate", "Street 1")
        await bot.send_contact(42, "+380000000000", "Olha")
        poll = await bot.send_poll(42, "Tea?", ["Yes", "No"])
        closed = await bot.stop_poll(42, poll.message_id)
        return poll, closed, await bot.send_dice(42)

    poll, closed, dice = run(scenario())
    assert (poll.poll.is_closed, closed.is_closed, dice.dice.emoji) == (False, True, "🎲")


def test_messages_are_copied_forwarded_edited_and_deleted(bot, run):
    async def scenario():
        first = await bot.send_message(42, "first")
        copies = await bot.copy_messages(43, 42, [first.message_id])
        forwarded = await bot.forward_message(43, 42, first.message_id)
        edited = await bot.edit_message_text("second", chat_id=42, message_id=first.message_id)
        deleted = await bot.delete_messages(42, [first.message_id])
        return copies, forwarded, edited, deleted

    copies, forwarded, edited, deleted = run(scenario())
    assert (len(copies), forwarded.text, edited.text, deleted) == (1, "first", "second", True)


def test_commands_chats_and_members_are_told(bot, run):
    async def scenario():
        await bot.set_my_commands([BotCommand(command="start", description="Begin")])
        commands = await bot.get_my_commands()
        await bot.delete_my_commands()
        return (
            commands,
            await bot.get_my_commands(),
            await bot.get_chat(42),
            await bot.get_chat_member(-42, 7),
            await bot.get_chat_administrators(-42),
        )

    commands, none, chat, member, administrators = run(scenario())
    assert ([command.command for command in commands], none) == (["start"], [])
    assert (chat.type, member.status, administrators[0].status) == ("private", "member", "creator")


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        ("400", TelegramBadRequest),
        ("401", TelegramUnauthorizedError),
        ("403", TelegramForbiddenError),
        ("404", TelegramNotFound),
        ("too_large", TelegramEntityTooLarge),
        ("500", TelegramServerError),
    ],
)
def test_an_error_is_raised_as_the_client_knows_it(bot, run, fails, answer, error):
    fails(answer)
    with pytest.raises(error):
        run(bot.send_message(42, "Hello"))


def test_flood_control_tells_how_long_to_wait(bot, run, fails):
    fails({"status": 429, "retry_after": 7})
    with pytest.raises(TelegramRetryAfter) as caught:
        run(bot.send_message(42, "Hello"))
    assert caught.value.retry_after == 7


def test_a_group_that_moved_tells_its_new_id(bot, run, fails):
    fails("migrated", address="-42")
    with pytest.raises(TelegramMigrateToChat) as caught:
        run(bot.send_message(-42, "Hello"))
    assert caught.value.migrate_to_chat_id == -1001234567890


def test_an_empty_text_is_refused(bot, run):
    with pytest.raises(TelegramBadRequest, match="message text is empty"):
        run(bot.send_message(42, ""))


def test_polling_receives_what_a_person_writes_and_presses(make_bot, run, site, person):
    async def scenario():
        heard = asyncio.Queue()
        dispatcher = Dispatcher()

        @dispatcher.message(F.text)
        async def on_message(message):
            await message.answer("Sure?", reply_markup=KEYBOARD)
            heard.put_nowait(message.text)

        @dispatcher.callback_query()
        async def on_press(query):
            await query.answer("Done")
            heard.put_nowait(query.data)

        polling = asyncio.create_task(dispatcher.start_polling(make_bot(), handle_signals=False))
        await asyncio.to_thread(person, "hi there")
        message = await asyncio.wait_for(heard.get(), 60)
        await asyncio.to_thread(person, kind="press", data="yes")
        press = await asyncio.wait_for(heard.get(), 60)
        await dispatcher.stop_polling()
        await polling
        return message, press

    assert run(scenario()) == ("hi there", "yes")


def test_a_webhook_is_called_with_its_secret_token_and_may_answer_with_a_message(make_bot, run, site, person):
    async def scenario():
        heard = asyncio.Queue()
        bot, dispatcher = make_bot(), Dispatcher()

        @dispatcher.message(F.text)
        async def on_message(message):
            heard.put_nowait(message.text)
            return message.answer("Answered in the same breath")

        application = web.Application()
        handler = SimpleRequestHandler(dispatcher, bot, handle_in_background=False, secret_token="s3cret")
        handler.register(application, "/hook")
        runner = web.AppRunner(application)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        port = runner.addresses[0][1]
        await bot.set_webhook(f"http://127.0.0.1:{port}/hook", secret_token="s3cret")
        await asyncio.to_thread(person, "hi")
        text = await asyncio.wait_for(heard.get(), 60)
        entries = await asyncio.to_thread(site.journal.wait_for, text="same breath", timeout_s=60)
        await runner.cleanup()
        return text, entries

    text, entries = run(scenario())
    assert (text, entries[0]["accepted"]) == ("hi", True)


def test_getting_updates_conflicts_with_a_webhook(bot, run, receiver):
    async def scenario():
        await bot.set_webhook(receiver.url)
        try:
            with pytest.raises(TelegramConflictError):
                await bot.get_updates()
            return await bot.get_webhook_info()
        finally:
            await bot.delete_webhook(drop_pending_updates=True)

    assert run(scenario()).url == receiver.url
