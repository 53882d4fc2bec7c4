import asyncio

import pytest
from starlette.responses import Response

from notifyhub.emulator.callbacks.callbacks import Callbacks, CallbackSettings
from notifyhub.emulator.callbacks.caller import Callback, Repeats

AT_ONCE = CallbackSettings(pause_limit_s=0)


def run(scenario, settings=AT_ONCE, **more):
    async def main():
        callbacks = Callbacks(**more)
        callbacks.settings = settings
        try:
            return await scenario(callbacks)
        finally:
            await callbacks.close()

    return asyncio.run(main())


def callback(url, body=b"{}", **more):
    return Callback(**{"channel": "telegram", "bot": "1", "kind": "message", "url": url, "body": body} | more)


def test_a_callback_is_posted_with_its_body_and_headers(receiver):
    async def scenario(callbacks):
        callbacks.send(callback(f"{receiver.url}/hook", b'{"a":1}', headers={"X-Secret": "s"}))
        assert await callbacks.idle()
        return [result.describe() for result in callbacks.results]

    [result] = run(scenario)
    posted = receiver.next()
    assert (posted.method, posted.path, posted.json, posted.headers["x-secret"]) == ("POST", "/hook", {"a": 1}, "s")
    assert (result["status"], result["attempt"], result["last"]) == (200, 1, True)


def test_what_gets_no_2xx_is_repeated_and_the_order_is_kept(receiver):
    receiver.answers += [Response(status_code=500), Response(status_code=302), Response(status_code=204)]

    async def scenario(callbacks):
        for body in (b"1", b"2"):
            callbacks.send(callback(receiver.url, body))
        assert await callbacks.idle()
        return [(result.status, result.attempt, result.last) for result in callbacks.results]

    assert run(scenario) == [(500, 1, False), (302, 2, False), (204, 3, True), (200, 1, True)]
    assert [receiver.next().body for _ in range(4)] == [b"1", b"1", b"1", b"2"]


def test_a_callback_is_given_up_after_its_repeats(receiver):
    receiver.answers += [Response(status_code=500) for _ in range(3)]

    async def scenario(callbacks):
        callbacks.send(callback(receiver.url, repeats=Repeats(times=2)))
        assert await callbacks.idle()
        return [result.last for result in callbacks.results]

    assert run(scenario) == [False, False, True]


def test_a_callback_that_nobody_takes_is_an_error_and_not_a_crash():
    async def scenario(callbacks):
        callbacks.send(callback("http://127.0.0.1:1/", repeats=Repeats(times=0)))
        assert await callbacks.idle()
        return callbacks.results[0]

    result = run(scenario)
    assert (result.status, bool(result.error), result.delivered) == (None, True, False)


@pytest.mark.parametrize(
    "url", ["http://8.8.8.8/hook", "http://169.254.169.254/latest", "http://[2001:4860:4860::8888]/"]
)
def test_no_call_leaves_the_private_networks_unless_allowed(url):
    async def scenario(callbacks):
        return await callbacks.call(callback(url))

    assert "private network" in run(scenario).error


def test_names_are_resolved_before_they_are_judged(receiver):
    async def scenario(callbacks):
        return await callbacks.call(callback(receiver.url.replace("127.0.0.1", "localhost")))

    assert run(scenario).status == 200


def test_hosts_any_calls_wherever_the_bot_says(receiver):
    async def scenario(callbacks):
        return await callbacks.call(callback(receiver.url))

    assert run(scenario, CallbackSettings(hosts="any")).status == 200


def test_a_later_callback_does_not_hold_back_the_ones_due_now(receiver):
    async def scenario(callbacks):
        callbacks.send(callback(receiver.url, b"later"), after_s=0.2)
        callbacks.send(callback(receiver.url, b"now"))
        assert await callbacks.idle()

    run(scenario)
    assert [receiver.next().body for _ in range(2)] == [b"now", b"later"]


def test_what_waits_for_a_bot_can_be_cancelled(receiver):
    async def scenario(callbacks):
        callbacks.send(callback(receiver.url), after_s=600)
        callbacks.send(callback(receiver.url, bot="2"))
        callbacks.cancel("telegram", "1")
        assert await callbacks.idle()
        return [result.bot for result in callbacks.results]

    assert run(scenario) == ["2"]


def test_no_more_than_the_cap_may_wait(receiver):
    async def scenario(callbacks):
        taken = [callbacks.send(callback(receiver.url)) for _ in range(3)]
        return taken, callbacks.describe()["refused"]

    assert run(scenario, waiting_cap=2) == ([True, True, False], 1)


def test_the_pauses_between_repeats_grow_up_to_a_limit():
    repeats = Repeats(times=4, first_s=1, factor=3, most_s=5)
    assert [repeats.pause_s(attempt, "") for attempt in (1, 2, 3, 4, 5)] == [1, 3, 5, 5, None]


def test_a_retry_after_counts_where_the_messenger_looks_at_it():
    assert Repeats().pause_s(1, "7") == 1
    assert Repeats(retry_after_limit_s=3600).pause_s(1, "7") == 7
    assert Repeats(retry_after_limit_s=5).pause_s(1, "7") == 5


def test_the_query_of_an_address_is_not_shown(receiver):
    async def scenario(callbacks):
        await callbacks.call(callback(f"{receiver.url}/hook?secret=1"))
        return callbacks.describe()

    assert "secret" not in str(run(scenario))


def test_callbacks_are_set_and_shown_over_http(site):
    assert site.call("PUT", "/callbacks", {"hosts": "any"}).json["settings"]["hosts"] == "any"
    assert site.call("PUT", "/callbacks", {}).json["settings"] == {"hosts": "near", "pause_limit_s": None}
    assert site.call("GET", "/callbacks?wait_s=5").json["waiting"] == 0
    assert site.call("GET", "/callbacks?wait_s=soon").status == 400
    assert site.call("DELETE", "/callbacks").status == 204


def test_bad_callback_settings_are_a_problem_that_names_its_field(site):
    reply = site.call("PUT", "/callbacks", {"hosts": "moon"})
    assert (reply.status, reply.json["errors"][0]["field"]) == (422, "hosts")
