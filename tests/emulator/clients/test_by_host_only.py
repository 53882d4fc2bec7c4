"""The same clients, given no more than another host: the paths are the messengers' own."""

import asyncio

import httpx
import pytest
import telebot
import viberbot.api.api
from aiogram import Bot as AiogramBot
from aiogram.client.session.aiohttp import AiohttpSession
from aiogram.client.telegram import TelegramAPIServer
from heyoo import WhatsApp as Heyoo
from pywa import WhatsApp
from telebot import apihelper
from telegram import Bot
from viberbot import Api, BotConfiguration
from viberbot.api.messages import TextMessage

from tests.emulator.clients.conftest import TOKEN

NUMBER = "106540352242922"
PERSON = "16505551234"
PNG = b"\x89PNG cat"


class AnotherHost(httpx.HTTPTransport):
    """Takes what is meant for graph.facebook.com to another host, and leaves the path as it is."""

    def __init__(self, port):
        super().__init__()
        self._port = port

    def handle_request(self, request):
        request.url = request.url.copy_with(scheme="http", host="127.0.0.1", port=self._port)
        request.headers["Host"] = f"127.0.0.1:{self._port}"
        return super().handle_request(request)


@pytest.fixture
def host(site):
    return f"http://127.0.0.1:{site.port}"


def texts(site):
    return [(entry["channel"], entry["text"], entry["accepted"]) for entry in site.journal.entries()]


def test_python_telegram_bot_sends(site, host):
    async def story():
        async with Bot(TOKEN, base_url=f"{host}/bot", base_file_url=f"{host}/file/bot") as bot:
            sent = await bot.send_document(42, PNG, caption="hi", filename="cat.png")
            assert bytes(await (await sent.document.get_file()).download_as_bytearray()) == PNG

    asyncio.run(story())
    assert texts(site) == [("telegram", "hi", True)]


def test_aiogram_sends(site, host):
    async def story():
        async with AiogramBot(TOKEN, session=AiohttpSession(api=TelegramAPIServer.from_base(host))) as bot:
            await bot.send_message(42, "hi")

    asyncio.run(story())
    assert texts(site) == [("telegram", "hi", True)]


def test_pytelegrambotapi_sends(site, host, monkeypatch):
    monkeypatch.setattr(apihelper, "API_URL", host + "/bot{0}/{1}")
    telebot.TeleBot(TOKEN, threaded=False).send_message(42, "hi")
    assert texts(site) == [("telegram", "hi", True)]


def test_viberbot_sends(site, host, monkeypatch):
    monkeypatch.setattr(viberbot.api.api, "VIBER_BOT_API_URL", f"{host}/pa")
    api = Api(
        BotConfiguration(name="Shop", avatar=None, auth_token="445da6az1s345z78-dazcczb2542zv51a-e0vc5fva17480im9")
    )
    api.send_messages("01234567890A=", [TextMessage(text="hi")])
    assert texts(site) == [("viber", "hi", True)]


def test_pywa_sends_a_media_and_gets_it_back(site):
    wa = WhatsApp(phone_id=NUMBER, token="EAAG", session=httpx.Client(transport=AnotherHost(site.port)))
    media = wa.upload_media(PNG, mime_type="image/png", filename="cat.png")
    wa.send_image(PERSON, media.id, caption="hi")

    assert wa.get_media_bytes(wa.get_media_url(media.id).url) == PNG
    assert texts(site) == [("whatsapp", "hi", True)]


def test_heyoo_sends(site, host):
    client = Heyoo("EAAG", phone_number_id=NUMBER)
    client.url = client.url.replace("https://graph.facebook.com", host)
    client.send_message("hi", PERSON)
    assert texts(site) == [("whatsapp", "hi", True)]
