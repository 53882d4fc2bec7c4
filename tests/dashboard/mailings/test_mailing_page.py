"""What is seen of a mailing, and what is done about it with buttons."""

from __future__ import annotations

from notifyhub import Hub
from notifyhub.answers import Mailing
from tests.conftest import HubMaker
from tests.dashboard.mailings.walking import Browser
from tests.emulated import RunningEmulator
from tests.mailings.conftest import counted, ended, fill, until


def waiting(hub: Hub, clients: int = 20) -> Mailing:
    """A running mailing that sends one message an hour."""
    fill(hub, clients)
    mailing = hub.mailings.create("Sale", "Hello", ["telegram"], rate="1/h")
    return until(hub, mailing.id, lambda found: found.expanded_at is not None and bool(found.counts["sent"]))


def test_a_mailing_of_which_nobody_knows_how_long_it_takes_is_on_the_overview(make_hub: HubMaker) -> None:
    hub = make_hub(worker=False, auth="none")
    hub.mailings.create("Sale", "Hello", ["telegram"])

    with Browser.of(hub) as browser:
        page = browser.open("/")

    assert page.status == 200
    assert "Running mailings" in page.words
    assert "Sale" in page.words


def test_what_failed_is_tried_again_after_a_page_that_says_how_much(
    browser: Browser, hub: Hub, emulator: RunningEmulator
) -> None:
    emulator.faults(failure_rate=1.0, failure="blocked")
    fill(hub, 4)
    mailing = ended(hub, hub.mailings.create("Sale", "Hello", ["telegram"], max_attempts=1))
    assert counted(mailing) == {"failed": 4}
    emulator.faults()

    sure = browser.open(f"/mailings/{mailing.id}/retry")
    page = sure.send(f"/mailings/{mailing.id}/retry")

    assert "4 deliveries have failed. They are sent again" in sure.words
    assert "Tried again: 4. Sent in the meantime: 0." in page.words
    until(hub, mailing.id, lambda found: found.counts["sent"] == 4)


def test_a_mailing_is_paused_and_goes_on(browser: Browser, hub: Hub) -> None:
    mailing = waiting(hub)
    path = f"/mailings/{mailing.id}"

    page = browser.open(path).send(f"{path}/pause")
    assert hub.mailings.get(mailing.id).status == "paused"
    page.send(f"{path}/resume")

    assert hub.mailings.get(mailing.id).status == "running"


def test_another_rate_holds_at_once(browser: Browser, hub: Hub) -> None:
    mailing = waiting(hub)
    path = f"/mailings/{mailing.id}"

    page = browser.open(path).send(f"{path}/rate", typed={"rate": ""})

    assert "The rate was changed." in page.words
    assert counted(ended(hub, mailing)) == {"sent": 20}


def test_a_rate_that_is_none_is_refused_beside_its_field(browser: Browser, hub: Hub) -> None:
    mailing = waiting(hub)
    path = f"/mailings/{mailing.id}"

    page = browser.open(path).send(f"{path}/rate", typed={"rate": "many"})

    assert (page.status, [*page.faults]) == (422, ["rate"])
    assert page.value(f"{path}/rate", "rate") == "many"


def test_cancelling_asks_first_and_says_how_many(browser: Browser, hub: Hub) -> None:
    mailing = waiting(hub)
    path = f"/mailings/{mailing.id}/cancel"

    sure = browser.open(path)
    assert hub.mailings.get(mailing.id).status == "running"
    page = sure.send(path)

    assert "19 deliveries are waiting and will not be sent." in sure.words
    assert "1 has been sent already." in sure.words
    assert "Cancelled: 19. Too late: 1." in page.words
    assert hub.mailings.get(mailing.id).status == "cancelled"


def test_deleting_asks_first_and_leads_to_the_list(browser: Browser, hub: Hub) -> None:
    draft = hub.mailings.create("Sale", "Hello", ["telegram"], draft=True)
    path = f"/mailings/{draft.id}/delete"

    page = browser.open(path).send(path)

    assert page.path == "/mailings"
    assert list(hub.mailings.list()) == []


def test_a_draft_starts_from_its_page(browser: Browser, hub: Hub) -> None:
    fill(hub, 2)
    draft = hub.mailings.create("Sale", "Hello", ["telegram"], draft=True)

    sure = browser.open(f"/mailings/{draft.id}/start")
    assert "2 clients: all clients. telegram." in sure.words
    assert "It starts at once." in sure.words
    assert hub.mailings.get(draft.id).status == "draft"
    sure.send(f"/mailings/{draft.id}/start")

    assert counted(ended(hub, draft)) == {"sent": 2}


def test_a_test_leads_to_its_message(browser: Browser, hub: Hub, emulator: RunningEmulator) -> None:
    draft = hub.mailings.create("Sale", "Hello", ["telegram"], draft=True)
    path = f"/mailings/{draft.id}/test"

    page = browser.open(path).send(path, typed={"to.telegram": "777"})

    assert page.path.startswith("/messages/")
    assert emulator.wait_for(1)[0]["address"] == "777"


def test_the_address_of_a_test_is_checked_beside_its_field(browser: Browser, hub: Hub) -> None:
    draft = hub.mailings.create("Sale", "Hello", ["telegram"], draft=True)
    path = f"/mailings/{draft.id}/test"

    page = browser.open(path).send(path, typed={"test_clients": "x", "to.telegram": "777", "to.viber": " "})

    assert (page.status, [*page.faults]) == (422, ["test_clients"])
    assert page.value(path, "to.telegram") == "777"


def test_a_button_pressed_too_late_says_why(browser: Browser, hub: Hub) -> None:
    mailing = waiting(hub, 2)
    page = browser.open(f"/mailings/{mailing.id}")
    hub.mailings.cancel(mailing.id)

    page = page.send(f"/mailings/{mailing.id}/pause")

    assert page.path == f"/mailings/{mailing.id}"
    assert f"mailing {mailing.id} is cancelled" in page.words


def test_figures_lead_to_the_deliveries_that_they_count(browser: Browser, hub: Hub, emulator: RunningEmulator) -> None:
    emulator.faults(failure_rate=1.0, failure="blocked")
    fill(hub, 3)
    mailing = ended(hub, hub.mailings.create("Sale", "Hello", ["telegram"], max_attempts=1))
    page = browser.open(f"/mailings/{mailing.id}")
    reason = next(link for link in page.links if "reason=" in link)
    operator = next(link for link in page.links if "operator_code=905" in link)

    assert browser.open(reason).html.count('href="/deliveries/') == 3
    assert browser.open(operator).html.count('href="/deliveries/') == 1


def test_the_statistics_are_given_as_csv(browser: Browser, hub: Hub) -> None:
    draft = hub.mailings.create("Sale", "Hello", ["telegram"], draft=True)

    answer = browser.http.get(f"/data/mailings/{draft.id}/stats?format=csv")

    assert answer.headers["content-type"].startswith("text/csv")


def test_an_open_page_is_given_the_part_that_moves(browser: Browser, hub: Hub) -> None:
    draft = hub.mailings.create("Sale", "Hello", ["telegram"], draft=True)

    answer = browser.http.get(f"/mailings/{draft.id}", headers={"HX-Request": "true"})

    assert "<h1>Sale" in answer.text
    assert "<html" not in answer.text


def test_names_and_texts_are_shown_and_never_run(browser: Browser, hub: Hub) -> None:
    probe = '"><img src=x onerror=alert(1)><script>alert(1)</script>'
    fill(hub, 1, attributes={"city": "x"}, tags=[probe])
    mailing = ended(hub, hub.mailings.create(probe, probe, ["telegram"], audience={"tag": [probe]}))

    for path in ("/mailings", "/mailings?view=board", *(f"/mailings/{mailing.id}{end}" for end in ("", "/delete"))):
        page = browser.open(path)
        assert probe in page.words
        assert "<img src=x" not in page.html
        assert "<script>alert(1)" not in page.html


def test_of_many_operators_the_rest_is_folded(browser: Browser, hub: Hub, emulator: RunningEmulator) -> None:
    for number in range(18):
        hub.clients.create(f"7{900 + number}0000001", addresses={"telegram": str(1000 + number)})
    mailing = ended(hub, hub.mailings.create("Sale", "Hello", ["telegram"]))

    page = browser.open(f"/mailings/{mailing.id}")

    assert "3 more" in page.words
    assert all(str(900 + number) in page.words for number in range(18))
