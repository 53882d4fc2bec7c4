"""Invoices, in Telegram Stars and other currencies. Nobody pays them here, so there are no payments."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from typing import Any

from notifyhub.emulator.shared.values import is_whole
from notifyhub.emulator.shared.wire import Answer
from notifyhub.emulator.telegram.answers import bad, no_such_query, success
from notifyhub.emulator.telegram.bots import Bot
from notifyhub.emulator.telegram.fields import Fields
from notifyhub.emulator.telegram.keyboards import inline_keyboard

STARS = "XTR"
TITLE_LIMIT = 32
DESCRIPTION_LIMIT = 255
PAYLOAD_LIMIT = 128


def invoice(fields: Fields, _: int) -> dict[str, Any]:
    """The content of a message with an invoice. Raises `Refused`."""
    about = _invoice(fields)
    _check_keyboard(inline_keyboard(fields))
    return {"invoice": about}


def _invoice(fields: Fields) -> dict[str, Any]:
    title = _within(fields, "title", TITLE_LIMIT)
    description = _within(fields, "description", DESCRIPTION_LIMIT)
    if len(_required(fields, "payload").encode()) > PAYLOAD_LIMIT:
        raise bad("INVOICE_PAYLOAD_INVALID")
    currency = _required(fields, "currency")
    if not (len(currency) == 3 and currency.isascii() and currency.isalpha() and currency.isupper()):
        raise bad("CURRENCY_INVALID")
    total = _total(fields, currency)
    if currency == STARS and fields.text("provider_token"):
        raise bad("STARS_INVOICE_INVALID")
    if currency != STARS and not fields.text("provider_token"):
        raise bad("PAYMENT_PROVIDER_INVALID")
    start = fields.text("start_parameter")
    about = {"title": title, "description": description, "start_parameter": start}
    return about | {"currency": currency, "total_amount": total}


def _check_keyboard(keyboard: dict[str, Any]) -> None:
    """sendInvoice: "If not empty, the first button must be a Pay button"."""
    if keyboard and not keyboard["reply_markup"]["inline_keyboard"][0][0].get("pay"):
        raise bad("REPLY_MARKUP_BUY_EMPTY")


def _total(fields: Fields, currency: str) -> int:
    prices = fields.json("prices", list, "prices JSON object") or []
    if not prices:
        raise bad("there must be at least one price")
    for price in prices:
        if not (isinstance(price, dict) and price.get("label") and is_whole(price.get("amount"))):
            raise bad("can't parse labeled price")
    if currency == STARS and len(prices) != 1:
        raise bad("STARS_INVOICE_INVALID")
    total = sum(int(price["amount"]) for price in prices)
    if total <= 0:
        raise bad("CURRENCY_TOTAL_AMOUNT_INVALID")
    return total


def _required(fields: Fields, name: str) -> str:
    value = fields.text(name)
    if not value:
        raise bad(f'parameter "{name}" is required')
    return value


def _within(fields: Fields, name: str, limit: int) -> str:
    value = _required(fields, name)
    if len(value) > limit:
        raise bad(f"INVOICE_{name.upper()}_TOO_LONG")
    return value


class Payments:
    """The methods around invoices. Each raises `Refused`."""

    def link(self, _: Bot, fields: Fields) -> Answer:
        _invoice(fields)
        return success(f"https://t.me/${secrets.token_urlsafe(12)}")

    def answer_query(self, _: Bot, fields: Fields) -> Answer:
        """Nobody has begun to pay, so there is no such query."""
        raise no_such_query()

    def refund(self, _: Bot, fields: Fields) -> Answer:
        if fields.number("user_id") <= 0:
            raise bad("invalid user_id specified")
        raise bad("CHARGE_NOT_FOUND")

    def transactions(self, _: Bot, __: Fields) -> Answer:
        return success({"transactions": []})

    def balance(self, _: Bot, __: Fields) -> Answer:
        return success({"amount": 0})


PAYMENT_METHODS: dict[str, Callable[[Payments, Bot, Fields], Answer]] = {
    "createinvoicelink": Payments.link,
    "answershippingquery": Payments.answer_query,
    "answerprecheckoutquery": Payments.answer_query,
    "refundstarpayment": Payments.refund,
    "getstartransactions": Payments.transactions,
    "getmystarbalance": Payments.balance,
}
