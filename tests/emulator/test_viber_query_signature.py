"""Viber's callbacks carry their signature in the query too: some bots look for it nowhere else."""

import hashlib
import hmac
import json
import queue

import pytest
from starlette.requests import Request
from starlette.responses import Response

from tests.serving import running

TOKEN = "token-of-the-query-tests"
PERSON = "01234567890A="


class QueryReader:
    """A bot's server that takes a callback for good by its query alone. `heard`: raw path, raw query, event."""

    def __init__(self):
        self.url = ""
        self.heard = queue.Queue()

    async def __call__(self, scope, receive, send):
        if scope["type"] != "http":
            return
        request = Request(scope, receive)
        body = await request.body()
        wanted = hmac.new(TOKEN.encode(), body, hashlib.sha256).hexdigest()
        # More than one would be a list to Node's frameworks, and equal to nothing.
        good = request.query_params.getlist("sig") == [wanted]
        if good:
            self.heard.put((scope["raw_path"].decode(), scope["query_string"].decode(), json.loads(body)))
        await Response(status_code=200 if good else 403)(scope, receive, send)

    def next(self):
        return self.heard.get(timeout=30)


@pytest.fixture
def server():
    server = QueryReader()
    with running(server) as port:
        server.url = f"http://127.0.0.1:{port}"
        yield server


@pytest.fixture
def hook(site, server):
    """`hook("/viber?a=1")`: make that the webhook; gives what came with the event `webhook`."""

    def set_webhook(path=""):
        answer = call(site, "set_webhook", url=server.url + path)
        assert answer["status"] == 0, answer
        return server.next()

    yield set_webhook
    call(site, "set_webhook", url="")
    assert site.emulator.callbacks.wait_until_idle()


def call(site, path, **fields):
    return site.viber(path, token=TOKEN, **fields).json


def says(site, text):
    bot = call(site, "get_account_info")["id"]
    assert site.call("POST", f"/people/viber/{PERSON}/messages", {"bot": bot, "text": text}).status == 200


def test_a_bot_that_looks_at_the_query_only_can_set_its_webhook(hook):
    _, _, event = hook("/viber")
    assert event["event"] == "webhook"


def test_a_bot_that_looks_at_the_query_only_hears_what_people_say(site, server, hook):
    hook("/viber")
    says(site, "Привет")
    _, _, event = server.next()
    assert (event["event"], event["message"]["text"]) == ("message", "Привет")


@pytest.mark.parametrize(
    ("path", "begins"),
    [
        ("", "sig="),
        ("/?", "sig="),
        ("/?b=2&a=%7e%2F+c%20d&b=1", "b=2&a=%7e%2F+c%20d&b=1&sig="),
        ("/?flag&empty=&&x=[1]", "flag&empty=&&x=[1]&sig="),
        ("/?signature=1&SIG=2", "signature=1&SIG=2&sig="),
    ],
)
def test_the_signature_follows_what_the_query_has_byte_for_byte(hook, path, begins):
    _, query, _ = hook(path)
    assert query.startswith(begins)
    assert len(query) == len(begins) + 64


def test_the_path_goes_over_the_wire_as_it_was_written(hook):
    raw_path, _, _ = hook("/%7Ecat/%2f/a%20b?x=1")
    assert raw_path == "/%7Ecat/%2f/a%20b"


def test_an_address_with_letters_that_no_wire_takes_is_called_all_the_same(hook):
    _, query, _ = hook("/кот?имя=кот")
    assert query.startswith("%D0%B8%D0%BC%D1%8F=%D0%BA%D0%BE%D1%82&sig=")


def test_a_fragment_stays_at_home(hook):
    _, query, _ = hook("/viber?a=1#top")
    assert query.startswith("a=1&sig=")
    assert "top" not in query


@pytest.mark.parametrize("path", ["/?sig=mine&a=1", "/?a=1&s%69g=mine", "/?sig&a=1&sig=mine"])
def test_a_sig_of_the_bots_own_gives_way(hook, path):
    _, query, _ = hook(path)
    assert query.startswith("a=1&sig=")
    assert "mine" not in query


def test_the_bot_is_told_its_webhook_as_it_set_it(site, server, hook):
    hook("/viber?sig=mine&a=1#top")
    assert call(site, "get_account_info")["webhook"] == f"{server.url}/viber?sig=mine&a=1#top"


@pytest.mark.parametrize("path", ["/viber", "/viber#top"])
def test_what_was_called_is_shown_as_the_bot_set_it(site, server, hook, path):
    hook(path)
    assert site.call("GET", "/callbacks").json["results"][-1]["url"] == server.url + path
    assert site.call("GET", "/happenings").json["happenings"][-1]["url"] == server.url + path
