"""What docs/api.md asks of the service, in this order; each answer is the next one's ground."""

from __future__ import annotations

import hmac
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from notifyhub.providers.receivers import EMULATED_APP_SECRET, EMULATED_WEBHOOK_SECRET
from notifyhub.providers.registry import EMULATED_TOKENS

LATER = "2126-12-01T10:00:00+03:00"

Body = Callable[[Mapping[str, Any]], Any]


def nothing(_: Mapping[str, Any]) -> None:
    """No body."""


@dataclass(frozen=True)
class Step:
    """One request.

    path   may name what an earlier answer left, as `{message}`
    body   made from what is kept; `nothing` for none
    keep   names for parts of the answer, such as {"message": "id"}
    faults what the emulator is to do from now on
    only   of a text, the lines with this are shown
    enters somebody uses the sign-in link that the answer has
    until  the status that the thing asked for must reach before it is shown
    """

    operation: str
    path: str
    body: Body = nothing
    keep: Mapping[str, str] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)
    faults: Mapping[str, Any] | None = None
    until: str | None = None
    only: str | None = None
    enters: bool = False
    says: str = ""


def given(body: Any) -> Body:
    return lambda _: body


def signed(header: str, prefix: str, key: str, body: Any) -> Mapping[str, str]:
    """The header by which a messenger signs this body."""
    return {header: prefix + hmac.new(key.encode(), json.dumps(body).encode(), "sha256").hexdigest()}


OF_TELEGRAM = {
    "update_id": 10000,
    "message": {
        "message_id": 5,
        "from": {"id": 1067000, "is_bot": False, "first_name": "User"},
        "chat": {"id": 1067000, "first_name": "User", "type": "private"},
        "date": 1795259191,
        "text": "/start",
    },
}
OF_VIBER = {
    "event": "delivered",
    "timestamp": 1795259191885,
    "message_token": 491266184665523,
    "user_id": "01234567890A=",
}
OF_WHATSAPP = {
    "object": "whatsapp_business_account",
    "entry": [
        {
            "id": "102290129340398",
            "changes": [
                {
                    "field": "messages",
                    "value": {
                        "messaging_product": "whatsapp",
                        "metadata": {"display_phone_number": "15550783881", "phone_number_id": "106540352242922"},
                        "statuses": [
                            {
                                "id": "wamid.HBgLMTY1MDM4Nzk0MzkVAgARGA",
                                "status": "delivered",
                                "timestamp": "1795259191",
                                "recipient_id": "79161234567",
                            }
                        ],
                    },
                }
            ],
        }
    ],
}

STORIES = (
    # First, while nothing has been called that would say how long ago.
    Step("channels_every", "/api/v1/channels"),
    Step("stats_now", "/api/v1/stats/now"),
    Step("channels_read", "/api/v1/channels/telegram"),
    Step("channels_settings", "/api/v1/channels/gateway/settings"),
    Step(
        "messages_create",
        "/api/v1/messages",
        given({"text": "Hello", "recipients": [{"telegram": "1067000"}]}),
        keep={"message": "id", "delivery": "deliveries.0.id"},
    ),
    Step(
        "messages_create",
        "/api/v1/messages",
        given({"text": "Hello", "recipients": [{"telegram": "1067000"}]}),
        says="The same once more is a duplicate:",
    ),
    Step(
        "messages_create",
        "/api/v1/messages",
        given({"text": "", "recipients": [{"telegram": "nobody!"}], "send_at": "2126-12-01T10:00:00"}),
        says="Everything that is wrong is named at once:",
    ),
    Step("messages_read", "/api/v1/messages/{message}", until="sent"),
    Step("messages_deliveries", "/api/v1/messages/{message}/deliveries?limit=1"),
    Step("deliveries_read", "/api/v1/deliveries/{delivery}"),
    Step(
        "messages_create",
        "/api/v1/messages",
        given({"text": "Later", "recipients": [{"telegram": "1067000"}], "send_at": LATER}),
        keep={"later": "id", "later_delivery": "deliveries.0.id"},
        says="At a date, with its offset:",
    ),
    Step(
        "messages_create",
        "/api/v1/messages",
        given(
            {
                "text": "Hello, both",
                "recipients": [
                    {"telegram": "1067000", "viber": "01234567890A="},
                    {"whatsapp": "79161234567", "gateway": "79161234567"},
                ],
                "send_at": LATER,
                "expires_at": "2126-12-03T10:00:00+03:00",
                "max_attempts": 3,
                "priority": "urgent",
                "deduplicate": 3600,
                "reference": "order-17",
                "metadata": {"shop": 5},
            }
        ),
        says="To two people, each on every channel that they have an address on:",
    ),
    Step(
        "messages_change",
        "/api/v1/messages/{later}",
        given({"text": "Later, but otherwise", "send_at": "2126-12-02T10:00:00+03:00"}),
    ),
    Step("messages_cancel", "/api/v1/messages/{later}/cancel"),
    Step("messages_change", "/api/v1/messages/{later}", given({"text": "Too late"}), says="Where it is too late:"),
    Step(
        "messages_create",
        "/api/v1/messages",
        given(
            {
                "text": "Your code is 4821",
                "recipients": [{"viber": "01234567890A=", "gateway": "79161234567"}],
                "channels": {"first_of": ["viber", "whatsapp", "gateway"], "confirm_within": "PT10M"},
                "send_at": LATER,
            }
        ),
        says="By one channel after the other, until one gets through:",
    ),
    Step(
        "messages_create_many",
        "/api/v1/messages/batch",
        given(
            {
                "messages": [
                    {"text": "One", "recipients": [{"telegram": "1067000"}], "send_at": LATER},
                    {"text": "", "recipients": [{"telegram": "1067000"}]},
                    {"text": "Three", "recipients": [{"gateway": "79161234567"}], "send_at": LATER},
                ]
            }
        ),
        keep={"one": "results.0.message.deliveries.0.id"},
    ),
    Step(
        "deliveries_bulk",
        "/api/v1/deliveries/bulk",
        lambda kept: {"action": "reschedule", "ids": [kept["one"], 404], "send_at": LATER},
    ),
    Step("deliveries_cancel", "/api/v1/deliveries/cancel", lambda kept: {"ids": [kept["one"], 404]}),
    Step(
        "deliveries_bulk",
        "/api/v1/deliveries/bulk",
        given({"action": "retry", "filter": {"channel": ["telegram"], "reference": "order-17"}, "dry_run": True}),
        says="How many would be tried again?",
    ),
    Step("deliveries_status", "/api/v1/deliveries/status", lambda kept: {"ids": [kept["one"], kept["delivery"]]}),
    Step("messages_find", "/api/v1/messages?reference=order-17"),
    Step("deliveries_find", "/api/v1/deliveries?channel=telegram&status=cancelled&limit=1"),
    Step("deliveries_find", "/api/v1/deliveries?reference=order-17&format=csv", says="All of them, for a spreadsheet:"),
    Step(
        "messages_create",
        "/api/v1/messages",
        given(
            {"text": "Perhaps", "recipients": [{"telegram": "1067001"}], "on_unconfirmed": "at_most_once"},
        ),
        faults={
            "scripts": [
                {"channel": "telegram", "address": "1067001", "answers": ["lost"]},
                {"channel": "telegram", "address": "1067002", "answers": ["403"]},
            ]
        },
        keep={"perhaps": "id", "held": "deliveries.0.id"},
        says="To be held, not sent again, when the messenger's answer is lost:",
    ),
    Step("messages_read", "/api/v1/messages/{perhaps}", until="unconfirmed", says="It was lost:"),
    Step("deliveries_resolve", "/api/v1/deliveries/{held}/resolve", given({"as": "sent"})),
    Step(
        "messages_create",
        "/api/v1/messages",
        given({"text": "Unwanted", "recipients": [{"telegram": "1067002"}]}),
        keep={"unwanted": "id"},
        says="To somebody who has blocked the bot:",
    ),
    Step("messages_read", "/api/v1/messages/{unwanted}", until="failed", says="It failed:"),
    Step("messages_retry", "/api/v1/messages/{unwanted}/retry", says="When the block is gone:"),
    Step(
        "messages_create",
        "/api/v1/messages",
        given({"text": "Once", "recipients": [{"telegram": "1067000"}]}),
        headers={"Idempotency-Key": "order-17"},
        says="Under a name of your own, so that it may be repeated:",
    ),
    Step(
        "messages_create",
        "/api/v1/messages",
        given({"text": "Once", "recipients": [{"telegram": "1067000"}]}),
        headers={"Idempotency-Key": "order-17"},
        says="Repeated, it is answered as the first time:",
    ),
    Step(
        "messages_create",
        "/api/v1/messages",
        given({"text": "Another", "recipients": [{"telegram": "1067000"}]}),
        headers={"Idempotency-Key": "order-17"},
        says="Another request under that name is refused:",
    ),
    Step(
        "messages_create",
        "/api/v1/messages",
        given(
            {
                "text": "Your order is ready",
                "recipients": [{"email": "ann@example.org", "telegram": "1067000", "whatsapp": "79161234567"}],
                "options": {"email": {"subject": "Order 17"}},
            }
        ),
        says="One person by e-mail, Telegram and WhatsApp:",
    ),
    Step(
        "clients_create",
        "/api/v1/clients",
        given({"phone": "+7 (920) 123-45-67", "tags": ["vip"], "addresses": {"telegram": "1067000"}}),
        keep={"client": "id"},
    ),
    Step("clients_import_", "/api/v1/clients/import", given({"phone": "89031112233", "tags": ["new"]})),
    Step("clients_export", "/api/v1/clients/export?tag=vip"),
    Step("clients_export", "/api/v1/clients/export?format=jsonl", says="As JSON Lines:"),
    Step("clients_find", "/api/v1/clients?tag=vip&timezone=Europe/Moscow"),
    Step("clients_count", "/api/v1/clients/count", given({"audience": {"tag": "vip"}})),
    Step("clients_read", "/api/v1/clients/{client}"),
    Step("clients_change", "/api/v1/clients/{client}", given({"attributes": {"city": "Tver"}, "opted_out": ["viber"]})),
    Step(
        "templates_store",
        "/api/v1/templates",
        given({"name": "code", "text": "{{ attributes.city }}: {{ code }}"}),
    ),
    Step(
        "templates_store",
        "/api/v1/templates",
        given({"name": "code", "text": "{{ code|upper() }", "language": "ru"}),
        says="What is wrong in a text is told with its line and column:",
    ),
    Step(
        "templates_store",
        "/api/v1/templates",
        given(
            {
                "name": "code",
                "text": "<b>{{ attributes.city }}</b>: {{ code }}",
                "channel": "telegram",
                "parse_mode": "HTML",
            }
        ),
        says="A variant for one channel:",
    ),
    Step("templates_read", "/api/v1/templates/code?version=1"),
    Step("templates_versions", "/api/v1/templates/code/versions"),
    Step(
        "templates_preview",
        "/api/v1/templates/code/preview",
        lambda kept: {"variables": {"code": 7194}, "client_id": kept["client"], "channel": "telegram"},
    ),
    Step(
        "templates_preview",
        "/api/v1/templates/code/preview",
        given({"variables": {"cod": 7194}}),
        says="A variable that it does not read:",
    ),
    Step("templates_find", "/api/v1/templates?limit=10"),
    Step(
        "templates_delete",
        "/api/v1/templates/code?channel=telegram",
        says="Without the variant for Telegram:",
    ),
    Step("audit_find", "/api/v1/audit?about=template:code&limit=1"),
    Step(
        "mailings_create",
        "/api/v1/mailings",
        given(
            {
                "name": "Winter sale",
                "text": "Everything at half price until Sunday",
                "channels": ["telegram", "gateway"],
                "audience": {"operator_code": ["903", "920"], "tag": "vip"},
                "starts_at": LATER,
            }
        ),
        keep={"mailing": "id"},
    ),
    Step(
        "mailings_preview",
        "/api/v1/mailings/preview",
        given({"text": "Hello", "channels": ["telegram", "viber"], "audience": {"tag": "vip"}, "name": "Winter sale"}),
    ),
    Step("mailings_test", "/api/v1/mailings/{mailing}/test", lambda kept: {"clients": [kept["client"]]}),
    Step("mailings_change", "/api/v1/mailings/{mailing}", given({"priority": "normal", "starts_at": None})),
    Step("mailings_read", "/api/v1/mailings/{mailing}", until="finished", says="It started at once, and has finished:"),
    Step("mailings_stats", "/api/v1/mailings/{mailing}/stats"),
    Step("mailings_stats", "/api/v1/mailings/{mailing}/stats?format=csv", says="As a table for a spreadsheet:"),
    Step("mailings_deliveries", "/api/v1/mailings/{mailing}/deliveries?status=sent&limit=1"),
    Step("mailings_retry_failed", "/api/v1/mailings/{mailing}/retry-failed"),
    Step("mailings_find", "/api/v1/mailings?status=finished"),
    Step(
        "mailings_create",
        "/api/v1/mailings",
        given(
            {
                "name": "Welcome",
                "text": "Welcome to the club",
                "channels": ["telegram"],
                "late_joiners": True,
                "ends_at": LATER,
                "draft": True,
            }
        ),
        keep={"welcome": "id"},
        says="A draft, which also goes to clients who join later:",
    ),
    Step("mailings_start", "/api/v1/mailings/{welcome}/start"),
    Step("mailings_pause", "/api/v1/mailings/{welcome}/pause"),
    Step("mailings_resume", "/api/v1/mailings/{welcome}/resume"),
    Step("mailings_cancel", "/api/v1/mailings/{welcome}/cancel"),
    Step("mailings_delete", "/api/v1/mailings/{welcome}"),
    Step(
        "reachability_suppress",
        "/api/v1/reachability",
        given({"channel": "telegram", "address": "1067000"}),
    ),
    Step("reachability_find", "/api/v1/reachability?channel=telegram&address=1067000"),
    Step(
        "messages_create",
        "/api/v1/messages",
        given({"text": "Once more", "recipients": [{"telegram": "1067000"}]}),
        says="To an address that nothing may be sent to:",
    ),
    Step(
        "reachability_clear",
        "/api/v1/reachability/clear",
        given({"channel": "telegram", "address": "1067000"}),
    ),
    Step(
        "webhooks_create",
        "/api/v1/webhooks",
        given(
            {"url": "http://127.0.0.1:9/hooks", "events": ["person.*"], "description": "the shop"},
        ),
        keep={"webhook": "id"},
    ),
    Step(
        "webhooks_create",
        "/api/v1/webhooks",
        given({"url": "https://169.254.169.254/hooks", "events": ["delivery.sold"]}),
        says="With an event that does not exist:",
    ),
    Step(
        "webhooks_create",
        "/api/v1/webhooks",
        given({"url": "https://169.254.169.254/hooks"}),
        says="With an address that is never called:",
    ),
    Step("webhooks_every", "/api/v1/webhooks?limit=10"),
    Step("webhooks_read", "/api/v1/webhooks/{webhook}"),
    Step("webhooks_change", "/api/v1/webhooks/{webhook}", given({"channels": ["telegram"], "description": None})),
    Step("webhooks_retry", "/api/v1/webhooks/{webhook}/retry"),
    Step(
        "webhooks_replay",
        "/api/v1/webhooks/{webhook}/replay",
        given({"since": "2020-01-01T00:00:00Z", "until": "2020-01-02T00:00:00Z"}),
    ),
    Step("webhooks_rotate", "/api/v1/webhooks/{webhook}/rotate"),
    Step("webhooks_test", "/api/v1/webhooks/{webhook}/test"),
    Step("webhooks_posts", "/api/v1/webhooks/{webhook}/posts?state=dead"),
    Step("webhooks_delete", "/api/v1/webhooks/{webhook}"),
    Step("events_find", "/api/v1/events?types=mailing.*&limit=2"),
    Step("stats_overall", "/api/v1/stats?by=day"),
    Step("stats_check", "/api/v1/stats/check"),
    Step("stats_repair", "/api/v1/stats/repair"),
    Step("clients_delete", "/api/v1/clients/{client}"),
    Step(
        "clients_create",
        "/api/v1/clients",
        given({"phone": "79161234567", "addresses": {"telegram": "1067001"}}),
        says="Somebody who will ask to be forgotten:",
        keep={"leaver": "id"},
    ),
    Step(
        "erasures_erase",
        "/api/v1/clients/{leaver}/erase",
        given({"reason": "asked by e-mail", "by": "Ann"}),
        keep={"erasure": "id"},
    ),
    Step("erasures_every", "/api/v1/erasures?address=79161234567"),
    Step("erasures_read", "/api/v1/erasures/{erasure}"),
    Step(
        "keys_create",
        "/api/v1/keys",
        given({"name": "shop", "scopes": ["send", "read"], "expires_at": LATER, "rate_limit": 600}),
        keep={"key": "id"},
    ),
    Step("keys_every", "/api/v1/keys?limit=1"),
    Step("keys_read", "/api/v1/keys/{key}"),
    Step("keys_revoke", "/api/v1/keys/{key}/revoke"),
    Step("sessions_link", "/api/v1/sign-in-links", given({"name": "Anna", "role": "operator"}), enters=True),
    Step("sessions_every", "/api/v1/sessions", keep={"session": "items.0.id"}),
    Step("sessions_revoke", "/api/v1/sessions/{session}/revoke"),
    Step("deliveries_request_of", "/api/v1/deliveries/{later_delivery}/request"),
    Step("deliveries_why", "/api/v1/deliveries/{later_delivery}/why"),
    Step("messages_why", "/api/v1/messages/{later}/why"),
    Step(
        "dialects_sendmsg",
        "/api/sendmsg",
        given(
            {
                "sender": {"id": "5", "name": "Shop"},
                "messengers_list": ["Whatsapp", "Viber", "Telegramm"],
                "users_list": [1067000],
                "deffered_time": LATER,
                "message": "Good morning",
            }
        ),
        keep={"morning": "id"},
    ),
    Step(
        "dialects_post",
        "/api/",
        given(
            {
                "Telegram": [
                    {"user_id": 1067000, "message": "message_1", "date_time": "2019-12-30T16:09:00+03:00"},
                    {"user_id": 1067000, "message": "message_1", "date_time": "2019-12-30T16:09:00+03:00"},
                ],
                "WhatsApp": [{"user_id": 1067000, "message": "message_1", "date_time": "2019-12-30T16:09:00"}],
            }
        ),
    ),
    Step("dialects_status", "/api/?messages_id={message}&messages_id={morning}"),
    Step("dialects_cancel", "/api/", lambda kept: {"message_id": [kept["morning"], kept["message"]]}),
    Step("dialects_status", "/api/", says="Without ids:"),
    Step(
        "mailing_dialect_add_client",
        "/api/clients/",
        given({"phone_number": "79201112233", "tag": "new", "timezone": "Asia/Omsk"}),
        keep={"plain_client": "id"},
    ),
    Step("mailing_dialect_list_clients", "/api/clients/?limit=1"),
    Step("mailing_dialect_read_client", "/api/clients/{plain_client}/"),
    Step(
        "mailing_dialect_replace_client",
        "/api/clients/{plain_client}/",
        given({"phone_number": "79201112233", "phone_number_code": "920", "tag": "guest"}),
    ),
    Step("mailing_dialect_change_client", "/api/clients/{plain_client}/", given({"timezone": "+03:00"})),
    Step(
        "mailing_dialect_add_mailing",
        "/api/mailings/",
        given(
            {
                "date_time_start": LATER,
                "text": "Dear guest",
                "date_time_finish": "2126-12-02T10:00:00+03:00",
                "client_filter": {"operator_code": ["920"], "tag": "guest"},
            }
        ),
        keep={"plain_mailing": "id"},
    ),
    Step(
        "mailing_dialect_replace_mailing",
        "/api/mailings/{plain_mailing}/",
        given({"date_time_start": LATER, "text": "Dear guests", "client_filter": {"tag": "guest"}}),
    ),
    Step(
        "mailing_dialect_change_mailing",
        "/api/mailings/{plain_mailing}/",
        given({"date_time_start": "2019-12-30T16:09:00+03:00"}),
        says="With a start in the past it starts at once:",
    ),
    Step("mailing_dialect_read_mailing", "/api/mailings/{plain_mailing}/", until="finished"),
    Step("mailing_dialect_count_messages", "/api/mailings/?limit=1"),
    Step("mailing_dialect_list_messages", "/api/messages/?mailing_id={plain_mailing}"),
    Step("mailing_dialect_delete_mailing", "/api/mailings/{plain_mailing}/"),
    Step("mailing_dialect_delete_client", "/api/clients/{plain_client}/"),
    Step("service_live", "/health/live"),
    Step("service_ready", "/health/ready"),
    Step("service_metrics", "/metrics", only="notifyhub_store_up", says="Some of its lines:"),
    Step("service_index", "/"),
    Step(
        "receipts_telegram",
        "/receipts/telegram",
        given(OF_TELEGRAM),
        headers={"X-Telegram-Bot-Api-Secret-Token": EMULATED_WEBHOOK_SECRET},
        says="Somebody presses Start:",
    ),
    Step(
        "receipts_viber",
        "/receipts/viber",
        given(OF_VIBER),
        headers=signed("X-Viber-Content-Signature", "", EMULATED_TOKENS["viber"], OF_VIBER),
        says="About a message of somebody else's:",
    ),
    Step(
        "receipts_whatsapp",
        "/receipts/whatsapp",
        given(OF_WHATSAPP),
        headers=signed("X-Hub-Signature-256", "sha256=", EMULATED_APP_SECRET, OF_WHATSAPP),
    ),
    Step(
        "receipts_subscribe_whatsapp",
        "/receipts/whatsapp?hub.mode=subscribe&hub.verify_token=emulated&hub.challenge=1158201444",
    ),
)
