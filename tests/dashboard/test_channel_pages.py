"""/channels in a browser."""

from __future__ import annotations

from tests.conftest import HubMaker
from tests.dashboard.setup_pages import browsing, words


def test_every_channel_is_shown_with_its_health_in_words(make_hub: HubMaker, database_url: str) -> None:
    with browsing(make_hub(worker=False, auth="none", database_url=database_url)) as browser:
        browser.hub.send("Hello", {"telegram": "1067000"})

        page = words(browser.get("/channels"))

    assert all(name in page for name in ("telegram", "viber", "whatsapp", "gateway", "email"))
    assert "no recent calls, so the state is unknown" in page
    assert "Due now 1" in page


def test_a_channel_shows_its_accounts_and_its_settings_with_secrets_masked(make_hub: HubMaker) -> None:
    real = {"token": "1:secret", "base_url": "http://127.0.0.1:9", "senders": {"news": {"token": "2:secret"}}}
    with browsing(make_hub(worker=False, auth="none", telegram=real)) as browser:
        page = browser.get("/channels/telegram")

    assert "NOTIFYHUB_TELEGRAM_TOKEN ***" in words(page)
    assert "NOTIFYHUB_TELEGRAM_PROXY not set" in words(page)
    assert "news works its messenger takes messages" in words(page)
    assert ":secret" not in page.text


def test_a_test_is_sent_and_leads_to_the_page_of_its_message(make_hub: HubMaker, database_url: str) -> None:
    with browsing(make_hub(auth="none", database_url=database_url)) as browser:
        page = browser.post("/channels/viber", "/channels/viber", address="01234567890A=", text="A test")
        id_ = page.url.path.removeprefix("/messages/")
        message = browser.hub.wait(browser.hub.message(id_), timeout_s=20)

    assert page.url.path.startswith("/messages/")
    assert sum(message.counts.get(status, 0) for status in ("sent", "delivered", "read")) == 1


def test_a_test_may_be_repeated_with_the_same_text(make_hub: HubMaker) -> None:
    with browsing(make_hub(worker=False, auth="none")) as browser:
        first, second = (
            browser.post("/channels/viber", "/channels/viber", address="01234567890A=", text="A test") for _ in range(2)
        )

    assert first.url.path != second.url.path


def test_an_address_that_is_wrong_is_told_of_beside_it(make_hub: HubMaker) -> None:
    with browsing(make_hub(worker=False, auth="none")) as browser:
        page = browser.post("/channels/telegram", "/channels/telegram", address="@", text="A test")

    assert page.status_code == 422
    assert "address-faults" in page.text
    assert 'value="@"' in page.text


def test_a_channel_that_is_not_there_is_a_404(make_hub: HubMaker) -> None:
    with browsing(make_hub(worker=False, auth="none")) as browser:
        assert browser.get("/channels/pigeon").status_code == 404
