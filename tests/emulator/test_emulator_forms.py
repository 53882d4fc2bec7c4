import pytest
import requests

from notifyhub.emulator.shared.forms import read_form
from notifyhub.emulator.shared.wire import Call


def call(body, content_type):
    return Call("POST", "", "", [(b"content-type", content_type.encode())], body)


def multipart(fields, files):
    prepared = requests.Request("POST", "http://emulator/", data=fields, files=files).prepare()
    return call(prepared.body, prepared.headers["Content-Type"])


def test_an_urlencoded_form_keeps_order_repeats_and_empty_values():
    form = read_form(call(b"a=1&b=&a=%D0%AF", "application/x-www-form-urlencoded; charset=utf-8"))
    assert form.pairs == [("a", "1"), ("b", ""), ("a", "Я")]


def test_a_multipart_form_gives_texts_and_files():
    form = read_form(
        multipart({"chat_id": "42", "caption": "Привет"}, {"photo": ("a.png", b"\x89PNG\r\n--", "image/png")})
    )
    assert dict(form.pairs) == {"chat_id": "42", "caption": "Привет"}
    [upload] = form.uploads
    assert (upload.in_field, upload.name, upload.content_type, upload.data) == (
        "photo",
        "a.png",
        "image/png",
        b"\x89PNG\r\n--",
    )


def test_a_file_is_found_by_its_field():
    form = read_form(multipart({}, {"photo": ("a", b"1"), "thumbnail": ("b", b"2")}))
    assert (form.upload("thumbnail").data, form.upload("video")) == (b"2", None)


@pytest.mark.parametrize("name", ["/home/me/a.txt", r"C:\me\a.txt"])
def test_the_name_of_a_file_has_no_folders(name):
    body = f'--x\r\nContent-Disposition: form-data; name="file"; filename="{name}"\r\n\r\nhi\r\n--x--\r\n'.encode()
    [upload] = read_form(call(body, "multipart/form-data; boundary=x")).uploads
    assert (upload.name, upload.content_type) == ("a.txt", "application/octet-stream")


@pytest.mark.parametrize(
    ("body", "content_type"),
    [
        (b"a=1", "text/plain"),
        (b"--x\r\nnonsense", "multipart/form-data; boundary=x"),
        (b"--x--", "multipart/form-data"),
        (b"", "multipart/form-data; boundary=x"),
    ],
)
def test_what_is_no_form_is_an_empty_form(body, content_type):
    form = read_form(call(body, content_type))
    assert (form.pairs, form.uploads) == ([], [])
