"""What becomes of the connection, told from the other end of it."""

import http.client
import json
import socket

import pytest
from starlette.applications import Starlette
from starlette.routing import Mount

from notifyhub.emulator.app import Emulator

SEND = b"GET /telegram/bot1:a/sendMessage?chat_id=42&text=hi HTTP/1.1\r\nHost: x\r\n\r\n"


def meet(site, answer, **rule):
    assert site.set_faults({"rules": [{"answer": answer, **rule}]}).status == 200


def raw(site, request=SEND):
    """Everything that comes until the connection ends."""
    with socket.create_connection(("127.0.0.1", site.port), timeout=30) as client:
        client.sendall(request)
        told = b""
        while part := client.recv(65536):
            told += part
    return told


def test_reset_is_a_tcp_reset_and_nothing_is_accepted(site):
    meet(site, "reset")
    with pytest.raises(ConnectionResetError):
        raw(site)
    [entry] = site.journal.entries()
    assert (entry["accepted"], entry["status"], entry["fault"]) == (False, None, "reset")


def test_a_mounted_emulator_resets_too(serve_mounted):
    emulator = Emulator()
    with serve_mounted(Starlette(routes=[Mount("/emulator", emulator.app)]), emulator, "/emulator") as site:
        meet(site, "reset")
        with pytest.raises(ConnectionResetError):
            raw(site, SEND.replace(b"/telegram", b"/emulator/telegram"))
    emulator.journal.close()


def test_half_a_body_is_less_than_was_promised_and_the_message_is_accepted(site):
    meet(site, "half")
    head, _, body = raw(site).partition(b"\r\n\r\n")
    [entry] = site.journal.entries()
    whole = site.journal.entry(entry["id"])["answer_body"].encode()
    assert f"content-length: {len(whole)}".encode() in head
    assert body == whole[: len(whole) // 2]
    assert entry["accepted"] is True


def test_half_a_body_is_an_incomplete_read_to_a_client(site):
    meet(site, "half")
    with pytest.raises(http.client.IncompleteRead):
        site.telegram({"chat_id": 42, "text": "hi"})


def test_a_dripping_answer_is_whole_in_the_end(site):
    meet(site, {"drip_ms": 1})
    reply = site.telegram({"chat_id": 42, "text": "hi"})
    assert reply.json["result"]["text"] == "hi"
    assert site.journal.entries()[0]["fault"] == "drip"


def test_a_dripping_answer_comes_in_parts(site):
    meet(site, "drip")
    with socket.create_connection(("127.0.0.1", site.port), timeout=30) as client:
        client.sendall(SEND)
        told = b""
        while b"\r\n\r\n" not in told or told.endswith(b"\r\n\r\n"):
            told += client.recv(65536)
    head, _, body = told.partition(b"\r\n\r\n")
    promised = int(head.lower().partition(b"content-length: ")[2].split(b"\r\n")[0])
    assert 0 < len(body) < promised


@pytest.mark.parametrize("channel", ["telegram", "viber", "whatsapp", "gateway"])
def test_wrong_json_is_no_answer_of_the_messenger(site, channel):
    meet(site, "wrong_json")
    sent = {
        "telegram": lambda: site.telegram({"chat_id": 42, "text": "hi"}),
        "viber": lambda: site.viber(receiver="01234567890A=", type="text", text="hi", sender={"name": "Shop"}),
        "whatsapp": lambda: site.whatsapp(
            messaging_product="whatsapp", to="+16505551234", type="text", text={"body": "hi"}
        ),
        "gateway": lambda: site.gateway(7, {"id": 7, "phone": 79201234567, "text": "hi"}),
    }
    reply = sent[channel]()
    assert (reply.status, reply.headers["Content-Type"]) == (200, "application/json")
    assert not set(reply.json) & {"ok", "status", "messages", "code"}
    assert site.journal.entries()[0]["accepted"] is False


def test_a_connection_goes_on_after_a_plain_failure(site):
    meet(site, "500", count=1)
    connection = http.client.HTTPConnection("127.0.0.1", site.port, timeout=30)
    statuses = []
    for _ in range(2):
        connection.request("GET", "/telegram/bot1:a/sendMessage?chat_id=42&text=hi")
        response = connection.getresponse()
        json.loads(response.read())
        statuses.append(response.status)
    connection.close()
    assert statuses == [500, 200]


def test_half_a_request_is_no_send(site):
    with socket.create_connection(("127.0.0.1", site.port), timeout=30) as client:
        client.sendall(b"POST /telegram/bot1:a/sendMessage HTTP/1.1\r\nHost: x\r\nContent-Length: 999\r\n")
        client.sendall(b"Content-Type: application/x-www-form-urlencoded\r\n\r\nchat_id=42&text=half")
        client.shutdown(socket.SHUT_WR)
        assert client.recv(65536) == b""
    raw(site, SEND.replace(b"hi", b"whole").replace(b"Host: x", b"Host: x\r\nConnection: close"))

    assert [entry["text"] for entry in site.journal.entries()] == ["whole"]
