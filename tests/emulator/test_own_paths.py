"""The messengers' own paths at the emulator's root, for clients that can change the host only."""

import pytest
import requests
from starlette.applications import Starlette
from starlette.routing import Mount

from notifyhub.emulator.app import Emulator
from notifyhub.emulator.testing import LocalEmulator
from notifyhub.emulator.web.own_paths import OWN_PATHS

TOKEN = "123456:AAtoken"
BEARER = {"Authorization": "Bearer EAAG"}
BOUNDARY = "b0undary"
JSON = {"Content-Type": "application/json"}
FORM = {"Content-Type": f"multipart/form-data; boundary={BOUNDARY}"}
MESSAGE = {"messaging_product": "whatsapp", "to": "+16505551234", "text": {"body": "hi"}}
VIBER = {"receiver": "01234567890A=", "type": "text", "text": "hi", "sender": {"name": "Shop"}}
# Messenger → own path, headers, body, and what the journal says of the request.
SENDS = {
    "telegram": (f"/bot{TOKEN}/sendMessage", {}, {"chat_id": 42, "text": "hi"}, "/telegram/bot***/sendMessage"),
    "viber": ("/pa/send_message", {"X-Viber-Auth-Token": "token-of-the-own-paths"}, VIBER, "/viber/pa/send_message"),
    "whatsapp": ("/v23.0/106540352242922/messages", BEARER, MESSAGE, "/whatsapp/v23.0/106540352242922/messages"),
    "gateway": ("/v1/send/77", BEARER, {"id": 77, "phone": 79161234567, "text": "hi"}, "/gateway/v1/send/77"),
}


def post(site, path, body, headers=None):
    return site.call("POST", path, body, JSON | (headers or {}))


def form(parts):
    heads = ((f"--{BOUNDARY}\r\nContent-Disposition: form-data; {name}", value) for name, value in parts.items())
    return "".join(f"{head}\r\n\r\n{value}\r\n" for head, value in heads) + f"--{BOUNDARY}--\r\n"


def uploaded(site):
    """The id of a picture that went up by Graph's own path."""
    fields = {'name="messaging_product"': "whatsapp", 'name="type"': "image/png"}
    parts = fields | {'name="file"; filename="cat.png"': "a cat"}
    return site.call("POST", "/v23.0/1/media", form(parts), BEARER | FORM).json["id"]


@pytest.mark.parametrize("channel", list(SENDS))
def test_a_send_to_a_messengers_own_path_is_accepted(site, channel):
    path, headers, body, _ = SENDS[channel]
    assert post(site, path, body, headers).status == 200

    [entry] = site.journal.entries()
    assert (entry["channel"], entry["text"], entry["accepted"]) == (channel, "hi", True)


@pytest.mark.parametrize("channel", list(SENDS))
def test_the_journal_names_the_request_as_below_the_base_url(site, channel):
    path, headers, body, request = SENDS[channel]
    post(site, path, body, headers)

    [entry] = site.journal.entries()
    assert site.call("GET", f"/journal/{entry['id']}").json["request"] == f"POST {request}"


@pytest.mark.parametrize("channel", list(SENDS))
def test_own_paths_are_there_under_the_path_where_the_emulator_is_mounted(serve_mounted, channel):
    path, headers, body, _ = SENDS[channel]
    emulator = Emulator()
    with serve_mounted(Starlette(routes=[Mount("/emulator", emulator.app)]), emulator, "/emulator") as site:
        assert post(site, path, body, headers).status == 200
        emulator.journal.close()


def test_the_emulator_of_tests_has_them_too():
    with LocalEmulator() as emulator:
        requests.post(f"{emulator.url}/bot{emulator.token}/sendMessage", json={"chat_id": 42, "text": "hi"}, timeout=30)
        assert [entry["text"] for entry in emulator.inbox().journal()] == ["hi"]


def test_telegrams_test_server_is_there_too(site):
    assert site.call("GET", f"/bot{TOKEN}/test/getMe").json["result"]["id"] == 123456


def test_a_file_of_telegrams_comes_down_by_the_path_that_get_file_gives(site):
    file = form({'name="document"; filename="cat.txt"': "a cat"})
    sent = site.call("POST", f"/bot{TOKEN}/sendDocument?chat_id=42", file, FORM).json["result"]
    found = site.call("GET", f"/bot{TOKEN}/getFile?file_id={sent['document']['file_id']}").json["result"]

    assert site.call("GET", f"/file/bot{TOKEN}/{found['file_path']}").raw == b"a cat"


@pytest.mark.parametrize("version", ["v2.0", "v14.0", "v23.0", "v100.12"])
def test_every_version_of_graph_is_there(site, version):
    assert site.call("GET", f"/{version}/106540352242922", headers=BEARER).json["id"] == "106540352242922"


def test_the_address_of_a_media_is_where_its_client_came_in(site):
    url = site.call("GET", f"/v23.0/{uploaded(site)}", headers=BEARER).json["url"]

    root = f"http://127.0.0.1:{site.port}"
    assert url.startswith(f"{root}/whatsapp_business/attachments/")
    assert site.call("GET", url.removeprefix(root), headers=BEARER).raw == b"a cat"


@pytest.mark.parametrize("asked", ["/v23.0", "/whatsapp/v23.0"])
def test_a_media_comes_down_below_the_path_where_the_emulator_is_mounted(serve_mounted, asked):
    emulator = Emulator()
    with serve_mounted(Starlette(routes=[Mount("/emulator", emulator.app)]), emulator, "/emulator") as site:
        url = site.call("GET", f"{asked}/{uploaded(site)}", headers=BEARER).json["url"]
        path = url.removeprefix(f"http://127.0.0.1:{site.port}/emulator")
        assert site.call("GET", path, headers=BEARER).raw == b"a cat"
        emulator.journal.close()


@pytest.mark.parametrize("page", ["/docs", "/openapi.json"])
def test_the_gateways_documents_are_there(site, page):
    assert b"Probe Server" in site.call("GET", page).raw


def test_the_gateways_page_finds_its_script(site):
    assert site.call("GET", "/docs/start.js").status == 200


def test_an_endpoint_that_viber_has_not_is_refused_by_viber(site):
    assert post(site, "/pa/fly", {}).headers["Content-Type"] == "text/html; charset=utf-8"


@pytest.mark.parametrize(
    "path", ["/bot", f"/bot{TOKEN}", "/pa", "/v23", "/v23.0", "/v1/journal", "/106540352242922/messages", "/nothing"]
)
def test_a_path_of_nobody_is_not_found(site, path):
    reply = site.call("GET", path)
    assert (reply.status, reply.raw) == (404, b"Not Found")


def test_no_endpoint_of_the_emulators_own_has_the_form_of_a_messengers_path(site):
    own = [route.path for route in site.emulator.app.routes if "{path:path}" not in route.path]
    taken = [path for path in own for form in OWN_PATHS.values() if form.fullmatch(path.removeprefix("/"))]
    assert "/journal/{id}" in own
    assert taken == []
