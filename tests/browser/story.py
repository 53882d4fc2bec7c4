"""A little story on every messenger, for the browser tests and for the README's picture."""

from __future__ import annotations

import http.client
import json
import smtplib
from contextlib import suppress
from email.message import EmailMessage
from typing import Any

from notifyhub.emulator.testing import LocalEmulator
from tests.emulator.clients.conftest import Echo
from tests.emulator.receiver import Receiver

VIBER_ID = "EGAZ3SZRi6zW1D0uNYhQHg=="
PHONE = "79161234567"
NUMBER_URL = "/whatsapp/v23.0/106540352242922"
TELEGRAM, VIBER, WHATSAPP, GATEWAY = "1067000", VIBER_ID, PHONE, "79201234567"
EMAIL = "anna@example.org"


class Sender:
    """Plain calls to an emulator, with the emulator's own token."""

    def __init__(self, emulator: LocalEmulator) -> None:
        self._emulator = emulator
        self._ids = iter(range(1, 1000))

    def call(self, path: str, body: dict[str, Any]) -> dict[str, Any]:
        connection = http.client.HTTPConnection(self._emulator.url.removeprefix("http://"), timeout=30)
        headers = {"Content-Type": "application/json", "Authorization": f"Bearer {self._emulator.token}"}
        connection.request("POST", path, json.dumps(body), headers)
        answer = connection.getresponse()
        raw = answer.read()
        connection.close()
        told: dict[str, Any] = json.loads(raw) if answer.getheader("Content-Type") == "application/json" else {}
        return told

    def telegram(self, text: str, to: str = TELEGRAM) -> dict[str, Any]:
        return self.call(f"/telegram/bot{self._emulator.token}/sendMessage", {"chat_id": to, "text": text})

    def viber(self, text: str, to: str = VIBER) -> dict[str, Any]:
        message = {"receiver": to, "type": "text", "text": text, "sender": {"name": "Shop"}}
        return self.call("/viber/pa/send_message", message | {"auth_token": self._emulator.token})

    def whatsapp(self, text: str, to: str = WHATSAPP) -> dict[str, Any]:
        message = {"messaging_product": "whatsapp", "to": to, "type": "text", "text": {"body": text}}
        return self.call(f"{NUMBER_URL}/messages", message)

    def gateway(self, text: str, to: str = GATEWAY) -> dict[str, Any]:
        number = next(self._ids)
        return self.call(f"/gateway/v1/send/{number}", {"id": number, "phone": int(to), "text": text})

    def email(self, text: str, to: str = EMAIL, *, subject: str = "", html: str = "") -> None:
        mail = EmailMessage()
        mail["From"], mail["To"], mail["Subject"] = "shop@example.org", to, subject
        mail.set_content(text)
        if html:
            mail.add_alternative(html, subtype="html")
        with smtplib.SMTP("127.0.0.1", self._emulator.smtp_port, timeout=30) as client:
            client.send_message(mail)

    def subscribe(self, receiver: Receiver) -> None:
        """Receipts and people's messages go to `receiver` from now on."""
        self.call("/viber/pa/set_webhook", {"url": receiver.url, "auth_token": self._emulator.token})
        receiver.answers.append(Echo())
        self.call(NUMBER_URL, {"webhook_configuration": {"override_callback_uri": receiver.url, "verify_token": "v"}})


def play(emulator: LocalEmulator, receiver: Receiver) -> None:
    """The story of the README's picture."""
    sender = Sender(emulator)
    sender.subscribe(receiver)
    sender.gateway("Your code is 4711")
    sender.telegram("Your table for two is ready at 19:30")
    sender.telegram("Hello", to="4000000000001")
    sender.viber("Your parcel leaves today")
    emulator.script("whatsapp", PHONE, "503", "lost")
    sender.whatsapp("Hi Anna, your order 1042 is on its way.")
    with suppress(http.client.HTTPException):  # accepted, and the answer lost: a sender cannot know
        sender.whatsapp("Hi Anna, your order 1042 is on its way.")
    sender.whatsapp("Hi Anna, your order 1042 is on its way.")
    emulator.person("whatsapp", PHONE, text="Great! When will it be here?")
    sender.whatsapp("Tomorrow between 10 and 12. Reply STOP to hear no more of it.")
    assert emulator.emulator.callbacks.wait_until_idle(30)
