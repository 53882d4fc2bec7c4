"""Telegram's answers, one by one (Bot API; texts as the server writes them)."""

import asyncio
import json
from typing import Any

import pytest
from provider_cases import CASES, NOT_CALLED, REFERENCE, read

from notifyhub.domain.envelope import Envelope
from notifyhub.domain.outcome import Misconfigured, Outcome, PermanentFailure, Sent, TemporaryFailure, Unconfirmed
from notifyhub.providers.aiohttp_transport import AiohttpTransport
from notifyhub.providers.http import LONGEST_WAIT_S
from notifyhub.testing.scripted_server import ScriptedServer, Seen, answer, silent

TELEGRAM = next(case for case in CASES if case.name == "telegram")


def said(status: int, description: str = "", headers: dict[str, str] | None = None, **more: Any) -> Outcome:
    body = {"ok": False, "error_code": status, "description": description, **more}
    return read(TELEGRAM, status, json.dumps(body).encode(), headers)


@pytest.mark.parametrize(
    ("status", "description", "reason"),
    [
        (400, "Bad Request: message text is empty", "empty_text"),
        (400, "Bad Request: text is too long", "text_too_long"),
        (400, "Bad Request: message is too long", "text_too_long"),
        (400, "Bad Request: unsupported parse_mode", "bad_markup"),
        (400, "Bad Request: can't parse entities: Unsupported start tag", "bad_markup"),
        (400, "Bad Request: chat_id is empty", "recipient_unknown"),
        (400, "Bad Request: chat not found", "recipient_unknown"),
        (400, "Bad Request: private chat not found", "recipient_unknown"),
        (400, "Bad Request: message thread not found", "recipient_unknown"),
        (400, "Bad Request: have no write access to the chat", "no_rights"),
        (400, "Bad Request: need administrator rights in the channel chat", "no_rights"),
        (400, "Bad Request: not enough rights to send text messages to the chat", "no_rights"),
        (400, "Bad Request: message to be replied not found", "bad_request"),
        (400, "Bad Request: BUTTON_URL_INVALID", "bad_request"),
        (403, "Forbidden: bot was blocked by the user", "recipient_blocked"),
        (403, "Forbidden: user is deactivated", "recipient_deactivated"),
        (403, "Forbidden: bot can't initiate conversation with a user", "not_subscribed"),
        (403, "Forbidden: the bot can't send messages to the bot", "recipient_is_bot"),
        (403, "Forbidden: bot can't send messages to bots", "recipient_is_bot"),
        (403, "Forbidden: bot was kicked from the supergroup chat", "not_a_member"),
        (403, "Forbidden: bot is not a member of the channel chat", "not_a_member"),
        (403, "Forbidden: the group chat was deleted", "recipient_unknown"),
        (403, "Forbidden: something new", "forbidden"),
        (413, "Request Entity Too Large", "text_too_long"),
    ],
)
def test_what_will_never_go_fails_with_its_reason(status: int, description: str, reason: str) -> None:
    outcome = said(status, description)
    assert isinstance(outcome, PermanentFailure)
    assert (outcome.reason, outcome.code) == (reason, str(status))


@pytest.mark.parametrize(
    ("status", "description"),
    [
        (401, "Unauthorized"),
        (404, "Not Found"),
        (409, "Conflict: terminated by other getUpdates request"),
        (421, "Misdirected Request: unallowed token specified"),
    ],
)
def test_a_fault_of_the_bot_is_our_configuration(status: int, description: str) -> None:
    outcome = said(status, description)
    assert isinstance(outcome, Misconfigured)
    assert "NOTIFYHUB_TELEGRAM_TOKEN" in outcome.mend


def test_a_403_that_is_not_from_the_bot_api_blames_no_recipient() -> None:
    outcome = read(TELEGRAM, 403, b"<html>Access denied</html>")
    assert isinstance(outcome, Misconfigured)


def test_a_migrated_chat_fails_with_the_new_id_in_the_detail() -> None:
    moved = {"migrate_to_chat_id": -1001234567890}
    outcome = said(400, "Bad Request: group chat was upgraded to a supergroup chat", parameters=moved)
    assert isinstance(outcome, PermanentFailure)
    assert outcome.reason == "chat_migrated"
    assert "-1001234567890" in outcome.detail


@pytest.mark.parametrize(
    ("parameters", "headers", "wait_s"),
    [
        ({"retry_after": 7}, {"retry-after": "9"}, 7),
        ({}, {"retry-after": "9"}, 9),
        ({}, {}, 1),
        ({"retry_after": 0}, {}, 1),
        ({"retry_after": -3}, {}, 1),
        ({"retry_after": "7"}, {}, 1),
        ({"retry_after": True}, {}, 1),
        ([1], {}, 1),
        ({"retry_after": 3600}, {}, 3600),
        ({"retry_after": 10**18}, {}, LONGEST_WAIT_S),
    ],
)
def test_flood_control_waits_by_parameters_then_header_then_a_second(
    parameters: Any, headers: dict[str, str], wait_s: float
) -> None:
    outcome = said(429, "Too Many Requests", headers, parameters=parameters)
    assert isinstance(outcome, TemporaryFailure)
    assert (outcome.reason, outcome.retry_after_s) == ("rate_limited", wait_s)


def test_an_internal_error_is_temporary() -> None:
    outcome = said(500, "Internal Server Error: restart")
    assert isinstance(outcome, TemporaryFailure)
    assert outcome.reason == "messenger_error"


def test_a_refusal_inside_a_200_counts_by_its_own_code() -> None:
    body = {"ok": False, "error_code": 403, "description": "Forbidden: bot was blocked by the user"}
    outcome = read(TELEGRAM, 200, json.dumps(body).encode())
    assert isinstance(outcome, PermanentFailure)
    assert outcome.reason == "recipient_blocked"


def test_ok_without_a_message_id_is_sent_all_the_same() -> None:
    assert read(TELEGRAM, 200, b'{"ok": true, "result": {}}') == Sent(None, "200", '{"ok": true, "result": {}}')


def test_false_without_a_code_leaves_the_end_unknown() -> None:
    assert isinstance(read(TELEGRAM, 200, b'{"ok": false}'), Unconfirmed)


@pytest.mark.parametrize(("address", "chat_id"), [("@some_user", "@some_user"), ("-1001234567890", -1001234567890)])
def test_names_go_as_text_and_ids_as_numbers(address: str, chat_id: str | int) -> None:
    provider = TELEGRAM.build(NOT_CALLED, "http://host")
    assert json.loads(provider.request(Envelope(address, "hi", REFERENCE, 1)).body)["chat_id"] == chat_id


def test_the_secret_half_of_the_token_is_masked_alone_too() -> None:
    assert "AAtoken" not in read(TELEGRAM, 500, b"key AAtoken-of_the_bot").detail


MOVED = answer(
    400,
    {
        "ok": False,
        "error_code": 400,
        "description": "Bad Request: group chat was upgraded to a supergroup chat",
        "parameters": {"migrate_to_chat_id": -1001234567890},
    },
)


def sent_to_a_group(*acts: Any, timeout_s: float = 20) -> tuple[Outcome, list[Seen]]:
    async def run() -> tuple[Outcome, list[Seen]]:
        async with ScriptedServer(*acts) as server:
            provider = TELEGRAM.build(AiohttpTransport(2), server.url)
            try:
                return await provider.send(Envelope("-42", "hi", REFERENCE, timeout_s)), server.seen
            finally:
                await provider.aclose()

    return asyncio.run(run())


def test_a_group_that_became_a_supergroup_is_written_to_at_once_under_its_new_id() -> None:
    outcome, seen = sent_to_a_group(MOVED, answer(*TELEGRAM.accepted))
    assert isinstance(outcome, Sent)
    assert outcome.messenger_id == "17"
    assert [request.json["chat_id"] for request in seen] == [-42, -1001234567890]


def test_the_id_that_was_used_stands_in_the_detail() -> None:
    outcome, _ = sent_to_a_group(MOVED, answer(*TELEGRAM.accepted))
    assert "group -42 is now supergroup -1001234567890" in outcome.detail


def test_a_group_that_moves_twice_in_a_row_fails() -> None:
    outcome, seen = sent_to_a_group(MOVED, MOVED)
    assert isinstance(outcome, PermanentFailure)
    assert (outcome.reason, len(seen)) == ("chat_migrated", 2)


def test_an_answer_lost_from_the_new_id_leaves_the_end_unknown() -> None:
    outcome, _ = sent_to_a_group(MOVED, silent, timeout_s=0.5)
    assert isinstance(outcome, Unconfirmed)


def test_what_the_new_id_says_counts() -> None:
    outcome, _ = sent_to_a_group(MOVED, answer(*TELEGRAM.limited))
    assert isinstance(outcome, TemporaryFailure)
    assert outcome.retry_after_s == 7


def test_options_go_by_telegrams_names() -> None:
    asked = {
        "parse_mode": "HTML",
        "silent": True,
        "link_preview": False,
        "protect": True,
        "thread_id": 7,
        "sender": "x",
    }
    request = TELEGRAM.build(NOT_CALLED, "http://host").request(Envelope("42", "hi", REFERENCE, 1, asked))
    assert json.loads(request.body) == {
        "chat_id": 42,
        "text": "hi",
        "parse_mode": "HTML",
        "disable_notification": True,
        "link_preview_options": {"is_disabled": True},
        "protect_content": True,
        "message_thread_id": 7,
    }
