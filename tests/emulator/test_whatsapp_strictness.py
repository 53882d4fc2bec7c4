"""WhatsApp's service window, templates, media, registration and limits, as strict as they are set."""

import pytest

from notifyhub.emulator.whatsapp.sending import is_open

PERSON = "16505551234"
NUMBER = "5550001"
BASE = {"messaging_product": "whatsapp", "to": f"+{PERSON}"}
TEXT = {**BASE, "type": "text", "text": {"body": "hi"}}
PATH = f"v20.0/{NUMBER}"
BODY = {"type": "BODY", "text": "Hello {{1}}, your order {{2}} is here"}


def verdict(reply):
    return (reply.status, reply.json["error"]["code"]) if "error" in reply.json else (reply.status, 0)


def send(site, path=PATH, **fields):
    return verdict(site.whatsapp(f"{path}/messages", **(fields or TEXT)))


def template(name, *texts, language="en_US"):
    parameters = [{"type": "text", "text": text} for text in texts]
    components = [{"type": "body", "parameters": parameters}] if texts else []
    content = {"name": name, "language": {"code": language}, "components": components}
    return {**BASE, "type": "template", "template": content}


def make_template(site, name, **change):
    fields = {"name": name, "language": "en_US", "category": "UTILITY", "components": [BODY]} | change
    return site.whatsapp("v20.0/102290129340398/message_templates", **fields)


@pytest.mark.parametrize(("ago_s", "is_it"), [(None, False), (0, True), (86_399, True), (86_400, False)])
def test_the_window_is_open_for_24_hours(ago_s, is_it):
    assert is_open(None if ago_s is None else 1_000_000 - ago_s, 1_000_000) is is_it


def test_a_closed_window_refuses_when_that_is_set_but_takes_templates(site, strict):
    strict(whatsapp={"service_window": "refuse"})
    assert send(site) == (400, 131047)
    assert send(site, **template("hello_world")) == (200, 0)


def test_a_number_writes_to_its_list_when_it_has_one(site, strict):
    strict(whatsapp={"allowed_recipients": [PERSON]})
    assert send(site) == (200, 0)
    assert send(site, **TEXT | {"to": "+79161234567"}) == (400, 131030)


def test_unknown_templates_are_missed_when_that_is_set(site, strict):
    assert send(site, **template("unknown")) == (200, 0)
    strict(whatsapp={"known_templates_only": True})
    assert send(site, **template("unknown")) == (404, 132001)
    assert send(site, **template("hello_world")) == (200, 0)
    assert send(site, **template("hello_world", language="de")) == (404, 132001)


def test_a_template_takes_as_many_values_as_it_has_places(site):
    assert make_template(site, "order").json["status"] == "APPROVED"
    assert send(site, **template("order", "Ann", "7")) == (200, 0)
    assert send(site, **template("order", "Ann")) == (400, 132000)


def test_templates_are_listed_and_deleted(site, strict):
    make_template(site, "listed")
    path = "/whatsapp/v20.0/102290129340398/message_templates?name=listed"
    headers = {"Authorization": "Bearer EAAG"}

    [listed] = site.call("GET", path, headers=headers).json["data"]
    assert (listed["name"], listed["components"]) == ("listed", [BODY])
    assert site.call("DELETE", path, headers=headers).json == {"success": True}
    assert site.call("DELETE", path, headers=headers).json["error"]["code"] == 132001


def test_a_template_without_a_name_is_refused(site):
    assert verdict(make_template(site, "")) == (400, 100)
    assert verdict(make_template(site, "x", components="none")) == (400, 100)


def test_media_has_to_be_there_when_that_is_set(site, strict):
    image = {**BASE, "type": "image", "image": {"id": "12345"}}
    assert send(site, **image) == (200, 0)
    strict(whatsapp={"known_media_only": True})
    assert send(site, **image) == (400, 131009)


def test_a_number_that_is_not_registered_does_not_send(site):
    site.whatsapp(f"{PATH}/deregister")
    assert send(site) == (400, 133010)
    for pin, code in ((None, 100), ("12345", 100), ("123456", 0), ("654321", 133005), ("123456", 0)):
        assert verdict(site.whatsapp(f"{PATH}/register", messaging_product="whatsapp", pin=pin))[1] == code
    assert send(site) == (200, 0)


def test_a_number_has_a_throughput(site, limited):
    limited("whatsapp.number", count=2)
    people = [TEXT | {"to": f"+7916123456{number}"} for number in range(3)]
    assert [send(site, **fields) for fields in people] == [(200, 0), (200, 0), (400, 130429)]
    assert send(site, "v20.0/5550002") == (200, 0)


def test_one_person_gets_a_burst_and_then_waits(site, limited):
    limited("whatsapp.pair", count=1, burst=2)
    assert [send(site) for _ in range(3)] == [(200, 0), (200, 0), (400, 131056)]
    assert send(site, **TEXT | {"to": "+79161234567"}) == (200, 0)


def test_the_limits_are_the_documented_ones(site):
    site.call("PUT", "/limits", {"profile": "real"})
    in_force = site.call("GET", "/limits").json["in_force"]
    site.call("DELETE", "/limits")
    assert in_force["whatsapp.number"] == {"count": 80, "seconds": 1.0}
    assert in_force["whatsapp.pair"] == {"count": 1, "seconds": 6.0, "burst": 45}
