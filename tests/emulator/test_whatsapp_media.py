"""WhatsApp's media: up, looked up, down, and gone; and the rest of what is asked about numbers."""

import pytest
from starlette.applications import Starlette
from starlette.routing import Mount

from notifyhub.emulator.app import Emulator

PNG = b"\x89PNG cat"
BOUNDARY = "b0undary"
AUTH = {"Authorization": "Bearer EAAG"}


def upload(site, data=PNG, kind="image/png", **change):
    fields = {"messaging_product": "whatsapp", "type": kind} | change
    parts = [part(f'name="{name}"', value) for name, value in fields.items()]
    head = part('name="file"; filename="/home/cat.png"', "", f"Content-Type: {kind}\r\n")
    body = "\r\n".join([*parts, head]).encode() + data + f"\r\n--{BOUNDARY}--\r\n".encode()
    headers = AUTH | {"Content-Type": f"multipart/form-data; boundary={BOUNDARY}"}
    return site.call("POST", "/whatsapp/v20.0/1/media", body, headers)


def part(options, value, headers=""):
    return f"--{BOUNDARY}\r\nContent-Disposition: form-data; {options}\r\n{headers}\r\n{value}"


def code(reply):
    return reply.json["error"]["code"]


def get(site, path, headers=AUTH):
    return site.call("GET", f"/whatsapp/v20.0/{path}", headers=headers)


def test_a_file_comes_back_as_it_went_up(site):
    media_id = upload(site).json["id"]
    found = get(site, media_id).json
    path = found["url"].removeprefix(f"http://127.0.0.1:{site.port}")

    assert (found["mime_type"], found["file_size"], found["id"]) == ("image/png", len(PNG), media_id)
    reply = site.call("GET", path, headers=AUTH)
    assert (reply.raw, reply.headers["Content-Type"]) == (PNG, "image/png")
    assert site.call("GET", path).status == 401
    assert site.call("GET", path, headers={"Authorization": "Bearer another"}).status == 404
    assert site.call("GET", path.replace("ext=1", "ext=0"), headers=AUTH).status == 404


def test_a_file_is_deleted_once(site):
    path = f"/whatsapp/v20.0/{upload(site).json['id']}"
    assert site.call("DELETE", path, headers=AUTH).json == {"success": True}
    assert code(site.call("DELETE", path, headers=AUTH)) == 100


def test_media_is_found_under_the_root_where_the_emulator_is_mounted(serve_mounted):
    emulator = Emulator()
    with serve_mounted(Starlette(routes=[Mount("/emulator", emulator.app)]), emulator, "/emulator") as site:
        url = get(site, upload(site).json["id"]).json["url"]
        assert url.startswith(f"http://127.0.0.1:{site.port}/emulator/whatsapp/")
        emulator.journal.close()


@pytest.mark.parametrize(
    ("change", "wanted"),
    [
        ({"kind": "application/x-msdownload"}, 100),
        ({"messaging_product": "sms"}, 100),
        ({"data": b""}, 131053),
        ({"kind": "image/webp", "data": b"x" * (500 * 1024 + 1)}, 131053),
    ],
)
def test_an_upload_that_is_not_in_order_is_refused(site, change, wanted):
    assert code(upload(site, **change)) == wanted


def test_an_upload_without_a_file_is_refused(site):
    reply = site.call("POST", "/whatsapp/v20.0/1/media", {"messaging_product": "whatsapp"}, AUTH)
    assert reply.json["error"]["message"] == "(#100) The parameter file is required."


def test_a_number_tells_of_itself_what_is_asked(site):
    assert get(site, "106540352242922").json == {
        "verified_name": "Emu",
        "display_phone_number": "+1 555-224-2922",
        "quality_rating": "GREEN",
        "platform_type": "CLOUD_API",
        "throughput": {"level": "STANDARD"},
        "id": "106540352242922",
    }
    assert get(site, "106540352242922?fields=status").json == {"status": "CONNECTED", "id": "106540352242922"}


def test_a_number_takes_another_name(site):
    site.whatsapp("v20.0/5558001", new_display_name="Cats")
    assert get(site, "5558001").json["verified_name"] == "Cats"


def test_settings_are_kept_as_they_were_given(site):
    assert site.whatsapp("v20.0/5558002/settings", calling={"status": "ENABLED"}).json == {"success": True}
    assert get(site, "5558002/settings").json == {"data": [{"calling": {"status": "ENABLED"}}]}


def test_blocked_people_are_listed(site):
    site.whatsapp("v20.0/5558003/block_users", messaging_product="whatsapp", block_users=[{"user": "+1650"}])
    assert get(site, "5558003/block_users").json["data"] == [{"messaging_product": "whatsapp", "wa_id": "1650"}]
    assert code(site.whatsapp("v20.0/5558003/block_users", messaging_product="whatsapp")) == 100


@pytest.mark.parametrize(
    ("path", "fields", "wanted"),
    [
        ("request_code", {"code_method": "SMS", "language": "en"}, {"success": True}),
        ("verify_code", {"code": "123456"}, {"success": True}),
    ],
)
def test_a_number_is_verified(site, path, fields, wanted):
    assert site.whatsapp(f"v20.0/5558004/{path}", **fields).json == wanted
    assert code(site.whatsapp(f"v20.0/5558004/{path}")) == 100


@pytest.mark.parametrize(("method", "path"), [("GET", "5558005"), ("POST", "5558005/register"), ("DELETE", "5558005")])
def test_everything_needs_a_token(site, method, path):
    assert code(site.call(method, f"/whatsapp/v20.0/{path}")) == 190


def test_an_object_that_is_no_number_does_not_exist(site):
    error = get(site, "my-number").json["error"]
    assert (error["code"], error["error_subcode"]) == (100, 33)
    assert error["message"].startswith("Unsupported get request.")
