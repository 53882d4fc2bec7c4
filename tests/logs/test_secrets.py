"""No secret of the settings, of a caller or of a webhook is in a log, at its most talkative."""

from __future__ import annotations

from pathlib import Path

import pytest
import requests

from notifyhub.settings import Settings
from tests.cli.conftest import in_this_tree
from tests.processes import Service

__all__ = ["in_this_tree"]

SECRET = "5ecret"
WITHOUT_EFFECT = {("email", "token")}
"""These are refused."""
NAMED = "order-4711-of-bartholomew"


def settings() -> dict[str, str]:
    """A secret wherever there may be one."""
    return {
        "telegram_token": f"123456:{SECRET}-telegram",
        "telegram_base_url": "http://127.0.0.1:9",
        "telegram_webhook_secret": f"{SECRET}-webhook",
        "telegram_retry_base_s": "0.02",
        "viber_token": f"{SECRET}-viber",
        "viber_base_url": "http://127.0.0.1:9",
        "viber_proxy": f"http://user:{SECRET}@127.0.0.1:9",
        "whatsapp_token": f"{SECRET}-whatsapp",
        "whatsapp_phone_number_id": "100000000000001",
        "whatsapp_base_url": "http://127.0.0.1:9",
        "whatsapp_app_secret": f"{SECRET}-app",
        "whatsapp_verify_token": f"{SECRET}-verify",
        "gateway_token": f"{SECRET}-gateway",
        "gateway_base_url": f"http://user:{SECRET}@127.0.0.1:9/?key={SECRET}",
        "inbound_url": f"http://127.0.0.1:9/{SECRET}?token={SECRET}",
        "inbound_secret": f"{SECRET}-inbound",
        "emulator_key": f"{SECRET}-emulator",
        "email_host": "127.0.0.1",
        "email_port": "9",
        "email_tls": "none",
        "email_username": "shop@example.org",
        "email_password": f"{SECRET}-password",
        "sentry_dsn": f"http://{SECRET}@127.0.0.1:9/1",
        "traces_url": f"http://user:{SECRET}@127.0.0.1:9/traces",
        "retention_erasure_key": f"{SECRET}-of-erasures",
    }


@pytest.mark.parametrize("client", ["aiohttp", "pyreqwest"])
def test_no_secret_is_in_a_log(tmp_path: Path, in_this_tree: None, client: str) -> None:
    with Service(tmp_path, log_level="debug", http_client=client, log_format="json", **settings()) as service:
        to = [{"telegram": "1067000", "viber": "01234567890A=", "whatsapp": "79161234567", "gateway": "79161234567"}]
        to[0]["email"] = "ann@example.org"
        answer = requests.post(
            f"{service.url}/api/v1/messages",
            json={"text": "Hello", "recipients": to, "max_attempts": 2},
            headers={"Authorization": f"Bearer {service.key}", "Idempotency-Key": NAMED},
            timeout=30,
        )
        assert answer.status_code == 202
        for header in ("Bearer nh_wrong", f"Bearer {SECRET}"):
            requests.get(f"{service.url}/api/v1/messages", headers={"Authorization": header}, timeout=30)
        requests.post(f"{service.url}/receipts/telegram?token={SECRET}", data=b"{}", timeout=30)
        assert service.terminate() == 0

    log = (tmp_path / "notifyhub-data" / "notifyhub.log").read_text()
    shown = "".join(line for line in service.lines if line.startswith("{"))
    assert "delivery.attempt" in log
    assert "delivery.attempt" in shown
    for text in (log, shown):
        assert SECRET not in text
        assert service.key not in text
        assert NAMED not in text


def test_every_secret_of_the_settings_is_tried() -> None:
    secret = {
        f"{channel}_{name}"
        for channel, own in Settings().channels().items()
        for name in type(own).model_fields
        if name.endswith(("token", "secret", "password")) and (channel, name) not in WITHOUT_EFFECT
    }
    secret |= {name for name, field in Settings.model_fields.items() if "SecretStr" in str(field.annotation)}

    assert secret <= settings().keys()
