"""/receipts: webhooks for the messengers: receipts, and what people do. No key: each call is signed."""

from __future__ import annotations

from pydantic import Field, RootModel
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response

from notifyhub.answers import Answer
from notifyhub.verbs import result_of
from notifyhub_api.operations import OF_A_BODY, Operation, Parameter, Tag
from notifyhub_api.web import answer, body_of, hub_of

TAG = Tag("receipts", "Webhooks for the messengers: receipts (delivered, read, failed), and what people do.")
_ABOUT = (
    "Set this URL as the {where}. The signature of the raw body is checked (as sent, so before unpacking gzip); with a "
    "wrong one nothing changes. Receipts that are late, repeated, out of order or about unknown messages are answered "
    "with 200 too."
)


class Received(Answer):
    """The receipts were accepted."""

    known: int | None = Field(None, description="receipts whose delivery was found; others are kept for a while")


class Challenge(RootModel[str]):
    """The challenge from Meta."""


async def telegram(request: Request) -> Response:
    """Updates of Telegram."""
    return await _received(request, "telegram")


async def viber(request: Request) -> Response:
    """Callbacks of Viber."""
    return await _received(request, "viber")


async def whatsapp(request: Request) -> Response:
    """Webhooks of WhatsApp."""
    return await _received(request, "whatsapp")


async def subscribe_whatsapp(request: Request) -> Response:
    """Meta's verification of the webhook."""
    asked = request.query_params
    words = (asked.get(f"hub.{name}", "") for name in ("mode", "verify_token", "challenge"))
    return PlainTextResponse(hub_of(request).subscribe(*words))


async def _received(request: Request, channel: str) -> Response:
    body = await body_of(request)
    known = await result_of(hub_of(request).submit_receipts(channel, body, request.headers))
    # Viber would read a welcome message from this body, so it says as little as possible.
    return answer(Received(known=known or None))


operations = (
    Operation(
        method="POST",
        path="/receipts/telegram",
        endpoint=telegram,
        scope=None,
        tag=TAG,
        summary="Updates of Telegram",
        description="Set this URL as the webhook of the bot (`setWebhook`), with NOTIFYHUB_TELEGRAM_WEBHOOK_SECRET as "
        "its `secret_token`; with a wrong one nothing changes. Telegram sends no receipts: updates tell who writes, "
        "presses a button, blocks the bot or starts it again. Repeated ones are answered with 200 too and change "
        "nothing.",
        parameters=[
            Parameter(
                "X-Telegram-Bot-Api-Secret-Token",
                "header",
                {"type": "string"},
                "the `secret_token` of the webhook of one of the bots",
            )
        ],
        answers={200: Received},
        refusals=[403, 503, *OF_A_BODY],
        example_answer={},
    ),
    Operation(
        method="POST",
        path="/receipts/viber",
        endpoint=viber,
        scope=None,
        tag=TAG,
        summary="Callbacks of Viber",
        description=_ABOUT.format(where="webhook of the bot (`set_webhook`)"),
        parameters=[
            Parameter(
                "X-Viber-Content-Signature",
                "header",
                {"type": "string"},
                "HMAC-SHA256 of the body with the token of one of the accounts, in hex",
            )
        ],
        answers={200: Received},
        refusals=[403, 503, *OF_A_BODY],
        example_answer={"known": 1},
    ),
    Operation(
        method="POST",
        path="/receipts/whatsapp",
        endpoint=whatsapp,
        scope=None,
        tag=TAG,
        summary="Webhooks of WhatsApp",
        description=_ABOUT.format(where="callback URL of the app at Meta, with the field `messages`"),
        parameters=[
            Parameter(
                "X-Hub-Signature-256",
                "header",
                {"type": "string"},
                "`sha256=` and HMAC-SHA256 of the body with the app's secret, in hex",
            )
        ],
        answers={200: Received},
        refusals=[403, 503, *OF_A_BODY],
        example_answer={"known": 1},
    ),
    Operation(
        method="GET",
        path="/receipts/whatsapp",
        endpoint=subscribe_whatsapp,
        scope=None,
        tag=TAG,
        summary="Verify the webhook",
        description="Returns `hub.challenge` if `hub.verify_token` is `NOTIFYHUB_WHATSAPP_VERIFY_TOKEN`.",
        parameters=[
            Parameter(name, "query", {"type": "string"}, "as Meta sends it")
            for name in ("hub.mode", "hub.verify_token", "hub.challenge")
        ],
        answers={200: Challenge},
        text=[200],
        refusals=[403],
        example_answer="1158201444",
    ),
)
