"""heyoo 0.1, unmodified: every kind of message, media there and back, errors, and updates as it reads them."""

import pytest
import requests
from heyoo import WhatsApp

NUMBER = "106540352242922"
PERSON = "16505551234"
LINK = "https://example.com/cat.jpg"
BUTTON = {
    "header": "Menu",
    "body": "Choose",
    "footer": "Thank you",
    "action": {"button": "Open", "sections": [{"title": "Food", "rows": [{"id": "1", "title": "Soup"}]}]},
}
REPLY_BUTTONS = {
    "type": "button",
    "body": {"text": "Well?"},
    "action": {"buttons": [{"type": "reply", "reply": {"id": "yes", "title": "Yes"}}]},
}
CONTACTS = [{"name": {"formatted_name": "Cat", "first_name": "Cat"}, "phones": [{"phone": "+79161234567"}]}]
SENDS = {
    "text": lambda client: client.send_message("Grüße 👋", PERSON),
    "reply": lambda client: client.reply_to_message("wamid.x", PERSON, "yes"),
    "reaction": lambda client: client.send_reaction("👍", "wamid.x", PERSON),
    "template": lambda client: client.send_template("hello_world", PERSON, components=[], lang="en_US"),
    "location": lambda client: client.send_location(55.75, 37.61, "Red Square", "Moscow", PERSON),
    "image": lambda client: client.send_image(LINK, PERSON),
    "sticker": lambda client: client.send_sticker("https://example.com/cat.webp", PERSON),
    "audio": lambda client: client.send_audio("https://example.com/cat.mp3", PERSON),
    "video": lambda client: client.send_video("https://example.com/cat.mp4", PERSON, caption="a cat"),
    "document": lambda client: client.send_document("https://example.com/cat.pdf", PERSON, caption="a cat"),
    "contacts": lambda client: client.send_contacts(CONTACTS, PERSON),
    "list": lambda client: client.send_button(BUTTON, PERSON),
    "buttons": lambda client: client.send_reply_button(REPLY_BUTTONS, PERSON),
}


@pytest.fixture
def client(site):
    client = WhatsApp("EAAG", phone_number_id=NUMBER)
    root = f"http://127.0.0.1:{site.port}/whatsapp"
    client.base_url, client.v15_base_url = f"{root}/v14.0", f"{root}/v15.0"
    client.url = f"{client.base_url}/{NUMBER}/messages"
    return client


@pytest.fixture
def hooked(client, receiver, challenged):
    """The number's updates come to the receiver."""
    challenged(receiver, client.base_url + f"/{NUMBER}", client.headers)
    yield client
    requests.post(
        client.base_url + f"/{NUMBER}",
        json={"webhook_configuration": {"override_callback_uri": ""}},
        headers=client.headers,
        timeout=30,
    )


@pytest.mark.parametrize("kind", list(SENDS))
def test_every_kind_of_message_is_accepted(client, site, kind):
    answer = SENDS[kind](client)

    [entry] = site.journal.entries()
    assert answer["messages"][0]["id"] == entry["messenger_id"]
    assert (answer["contacts"][0]["wa_id"], entry["address"], entry["accepted"]) == (PERSON, PERSON, True)


def test_a_refused_message_is_an_answer_with_an_error(client):
    assert client.send_message("x" * 4097, PERSON)["error"]["code"] == 100


def test_a_fault_comes_as_the_error_that_was_asked_for(client, site):
    site.set_faults({"channels": {"whatsapp": {"failure_rate": 1, "failure": {"code": 131056}}}})
    assert client.send_message("hi", PERSON)["error"]["code"] == 131056


def test_media_goes_up_and_comes_back(client, tmp_path):
    picture = tmp_path / "cat.png"
    picture.write_bytes(b"\x89PNG cat")

    media_id = client.upload_media(str(picture))["id"]
    url = client.query_media_url(media_id)
    saved = client.download_media(url, "image/png", str(tmp_path / "saved"))

    assert (tmp_path / "saved.png").read_bytes() == b"\x89PNG cat"
    assert saved == str(tmp_path / "saved.png")
    assert "messages" in client.send_image(media_id, PERSON, link=False)
    assert client.delete_media(media_id) == {"success": True}
    assert client.delete_media(media_id) is None


def test_a_persons_message_is_read_by_the_clients_own_words(hooked, site, receiver):
    site.call("POST", f"/people/whatsapp/{PERSON}/messages", {"text": "Привет", "bot": NUMBER})

    update = receiver.next().json
    assert (hooked.is_message(update), hooked.get_message_type(update)) == (True, "text")
    assert (hooked.get_message(update), hooked.get_mobile(update)) == ("Привет", PERSON)
    assert hooked.mark_as_read(hooked.get_message_id(update)) == {"success": True}


def test_a_pressed_button_is_an_interactive_response(hooked, site, receiver):
    hooked.send_reply_button(REPLY_BUTTONS, PERSON)
    site.call("POST", f"/people/whatsapp/{PERSON}/messages", {"kind": "press", "data": "yes"})

    update = [receiver.next().json for _ in range(4)][-1]
    assert hooked.get_interactive_response(update) == {
        "type": "button_reply",
        "button_reply": {"id": "yes", "title": "Yes"},
    }


def test_statuses_tell_of_delivery_and_reading(hooked, receiver):
    hooked.send_message("hi", PERSON)
    assert [hooked.get_delivery(receiver.next().json) for _ in range(3)] == ["sent", "delivered", "read"]
