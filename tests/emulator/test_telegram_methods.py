"""Every method of the Bot API: emulated, or a clear answer that the emulator has none."""

import re
from pathlib import Path

import pytest

from notifyhub.emulator.telegram.methods import METHODS, VERSION

DOCS = (Path(__file__).parents[2] / "docs" / "emulator-telegram.md").read_text()
ANSWERED = DOCS[DOCS.index("## What is answered") : DOCS.index("## People")]
FOREIGN_STICKER = "CAACAgIAAxkBAAEBX2ZhYt1kQm9uZQACBQADwDZPE_lqX5qCa011NgQ"


def told(marker):
    """The methods that a paragraph or row of the docs names; `copyMessage(s)` names two."""
    part = next(line for line in ANSWERED.splitlines() if line.startswith(marker))
    names = re.findall(r"`(\w+)(\(s\))?`", part)
    return {name for name, _ in names} | {f"{name}s" for name, plural in names if plural}


NOT_EMULATED = told("| not emulated")
EMULATED = {
    name
    for line in ANSWERED.splitlines()
    if line.startswith("| ") and "not emulated" not in line
    for name in told(line)
}


def test_the_docs_name_every_method_once():
    assert f"Bot API {VERSION}" in ANSWERED
    assert set(METHODS) == EMULATED | NOT_EMULATED
    assert not EMULATED & NOT_EMULATED


@pytest.mark.parametrize("method", METHODS)
def test_a_method_is_emulated_or_says_that_it_is_not(site, method):
    reply = site.call("GET", f"/telegram/bot1:x/{method}?offset=-1")
    answer = reply.json

    if method in EMULATED:
        assert answer["ok"] or (reply.status == 400 and "not found" not in answer["description"].split(": ")[0])
        assert answer.get("error_code") not in (404, 501)
    else:
        assert (reply.status, answer["ok"], answer["error_code"]) == (501, False, 501)
        assert (
            answer["description"]
            == f"Not Implemented: the emulator of notifyhub does not emulate {method} of the Bot API"
        )


@pytest.mark.parametrize("method", ["sendgift", "SENDGIFT"])
def test_it_is_told_by_its_real_name_however_it_was_spelt(site, method):
    assert "sendGift" in site.telegram({}, method).json["description"]


def test_a_method_that_the_bot_api_does_not_have_is_not_found(site):
    reply = site.telegram({}, "sendMesage")

    assert (reply.status, reply.json["description"]) == (404, "Not Found: method not found")


def test_a_sticker_by_a_foreign_file_id_is_taken_unless_asked_otherwise(site, strict):
    fields = {"chat_id": 42, "sticker": FOREIGN_STICKER}

    assert site.telegram(fields, "sendSticker").json["result"]["sticker"]["file_id"] == FOREIGN_STICKER
    strict(telegram={"known_files_only": True})
    refused = site.telegram(fields, "sendSticker")
    assert (refused.status, refused.json["description"]) == (
        400,
        "Bad Request: wrong file identifier/HTTP URL specified",
    )


def test_a_file_that_the_emulator_gave_is_taken_however_strict(site, strict):
    first = site.call(
        "POST",
        "/telegram/bot1:x/sendDocument",
        b"--b\r\nContent-Disposition: form-data; name=chat_id\r\n\r\n42\r\n"
        b"--b\r\nContent-Disposition: form-data; name=document; filename=a.txt\r\n\r\nHello\r\n--b--\r\n",
        {"Content-Type": "multipart/form-data; boundary=b"},
    ).json["result"]["document"]["file_id"]
    strict(profile="real")

    assert site.telegram({"chat_id": 42, "document": first}, "sendDocument", token="1:x").status == 200


def test_chats_bots_and_boosts_are_asked_about(site):
    assert site.telegram({}, "getChatMenuButton").json["result"] == {"type": "default"}
    assert site.telegram({}, "getMyDefaultAdministratorRights").json["result"]["can_manage_chat"] is False
    assert site.telegram({"chat_id": "@news", "user_id": 42}, "getUserChatBoosts").json["result"] == {"boosts": []}
