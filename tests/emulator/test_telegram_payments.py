"""Invoices in the emulated Bot API."""

import json

import pytest

STARS = {
    "title": "Coffee",
    "description": "One cup",
    "payload": "order-17",
    "currency": "XTR",
    "prices": [{"label": "Cup", "amount": 50}],
}
EUROS = {**STARS, "currency": "EUR", "provider_token": "1:TEST", "prices": [{"label": "Cup", "amount": 300}] * 2}


def error(reply):
    return reply.status, reply.json["description"]


def test_an_invoice_in_stars_is_sent(site):
    sent = site.telegram({"chat_id": 42, **STARS}, "sendInvoice").json["result"]

    assert sent["invoice"] == {
        "title": "Coffee",
        "description": "One cup",
        "start_parameter": "",
        "currency": "XTR",
        "total_amount": 50,
    }
    assert site.listed()["entries"][-1]["text"] == "Coffee"


def test_an_invoice_in_money_is_summed_up(site):
    sent = site.telegram({"chat_id": 42, **EUROS}, "sendInvoice").json["result"]

    assert (sent["invoice"]["currency"], sent["invoice"]["total_amount"]) == ("EUR", 600)


def test_prices_may_be_json_text(site):
    prices = json.dumps(STARS["prices"])

    assert site.telegram({"chat_id": 42, **STARS, "prices": prices}, "sendInvoice").status == 200


@pytest.mark.parametrize("method", ["sendInvoice", "createInvoiceLink"])
@pytest.mark.parametrize(
    ("fields", "description"),
    [
        ({"title": ""}, 'Bad Request: parameter "title" is required'),
        ({"title": "x" * 33}, "Bad Request: INVOICE_TITLE_TOO_LONG"),
        ({"description": "x" * 256}, "Bad Request: INVOICE_DESCRIPTION_TOO_LONG"),
        ({"payload": "ё" * 65}, "Bad Request: INVOICE_PAYLOAD_INVALID"),
        ({"currency": "stars"}, "Bad Request: CURRENCY_INVALID"),
        ({"prices": []}, "Bad Request: there must be at least one price"),
        ({"prices": {}}, "Bad Request: can't parse prices JSON object"),
        ({"prices": [{"label": "Cup"}]}, "Bad Request: can't parse labeled price"),
        ({"prices": [{"label": "Cup", "amount": 1}] * 2}, "Bad Request: STARS_INVOICE_INVALID"),
        ({"prices": [{"label": "Cup", "amount": 0}]}, "Bad Request: CURRENCY_TOTAL_AMOUNT_INVALID"),
        ({"currency": "EUR"}, "Bad Request: PAYMENT_PROVIDER_INVALID"),
        ({"provider_token": "1:TEST"}, "Bad Request: STARS_INVOICE_INVALID"),
    ],
)
def test_an_invoice_that_cannot_be_is_refused(site, method, fields, description):
    assert error(site.telegram({"chat_id": 42, **STARS, **fields}, method)) == (400, description)


def test_a_link_to_an_invoice_is_made(site):
    assert site.telegram(STARS, "createInvoiceLink").json["result"].startswith("https://t.me/$")


def test_nobody_has_paid(site):
    assert site.telegram({}, "getMyStarBalance").json["result"] == {"amount": 0}
    assert site.telegram({}, "getStarTransactions").json["result"] == {"transactions": []}
    refund = site.telegram({"user_id": 42, "telegram_payment_charge_id": "x"}, "refundStarPayment")
    assert error(refund) == (400, "Bad Request: CHARGE_NOT_FOUND")
    late = site.telegram({"pre_checkout_query_id": "1", "ok": True}, "answerPreCheckoutQuery")
    assert late.status == 400


PAY = {"text": "Pay 50", "pay": True}
HELP = {"text": "Help", "callback_data": "help"}


@pytest.mark.parametrize("rows", [[[PAY]], [[PAY, HELP]], [[PAY], [HELP]]])
def test_the_keyboard_of_an_invoice_begins_with_a_pay_button(site, rows):
    markup = {"inline_keyboard": rows}

    sent = site.telegram({"chat_id": 42, **STARS, "reply_markup": markup}, "sendInvoice").json["result"]

    assert sent["reply_markup"] == markup


@pytest.mark.parametrize("rows", [[[HELP]], [[HELP, PAY]], [[HELP], [PAY]]])
def test_a_keyboard_of_an_invoice_that_begins_otherwise_is_refused(site, rows):
    refused = site.telegram({"chat_id": 42, **STARS, "reply_markup": {"inline_keyboard": rows}}, "sendInvoice")

    assert error(refused) == (400, "Bad Request: REPLY_MARKUP_BUY_EMPTY")
