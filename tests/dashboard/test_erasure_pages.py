"""Deleting and erasing people, which ask first, and the proofs."""

from __future__ import annotations

from collections.abc import Callable

from notifyhub import Hub
from tests.conftest import HubMaker
from tests.dashboard.client_pages import Pages, cells_of, fields_of, pages, quick_pages, serve_pages, until, words_of
from tests.emulated import RunningEmulator

__all__ = ["pages", "quick_pages", "serve_pages"]
PHONE = "79201234567"
LATER = "2126-12-01T10:00:00+03:00"
PROBE = '"><img src=x onerror=alert(1)><script>alert(1)</script>'


def test_to_delete_a_client_asks_first(pages: Pages) -> None:
    id_ = pages.client(PHONE)

    page = pages.get(f"/clients/{id_}/delete")

    assert f"Delete client {PHONE}?" in words_of(page.text)
    assert "0 deliveries that are waiting are cancelled." in words_of(page.text)
    assert pages.api("GET", f"/clients/{id_}")["phone"] == PHONE


def test_a_client_is_deleted_after_the_question(pages: Pages) -> None:
    page = pages.send(f"/clients/{pages.client(PHONE)}/delete")

    assert page.url.path == "/clients"
    assert "The client was deleted." in words_of(page.text)
    assert pages.api("GET", "/clients")["items"] == []


def test_a_client_that_is_deleted_twice_is_not_found(pages: Pages) -> None:
    path = f"/clients/{pages.client(PHONE)}/delete"
    fields = fields_of(pages.get(path).text)

    pages.http.post(path, data=fields)

    assert pages.http.post(path, data=fields).status_code == 404


def test_an_erasure_leaves_nothing_but_its_proof(pages: Pages) -> None:
    id_ = pages.client(PHONE, addresses={"telegram": "1067000"})
    pages.api("POST", "/messages", {"text": "Hello", "recipients": [{"telegram": "1067000"}], "send_at": LATER})

    page = pages.send(f"/clients/{id_}/erase", reason="asked by e-mail", by="Ann")

    (erasure,) = pages.api("GET", "/erasures")["items"]
    assert page.url.path == f"/erasures/{erasure['id']}"
    assert (erasure["reason"], erasure["asked_by"], erasure["complete"]) == ("asked by e-mail", "dashboard (Ann)", True)
    assert "Nothing is left of the person but this proof." in words_of(page.text)
    assert pages.api("GET", "/clients")["items"] == []
    assert pages.api("GET", "/deliveries")["items"][0]["address"] == ""


def test_an_erasure_that_waits_for_a_call_is_going_on_and_then_complete(
    make_hub: HubMaker, serve_pages: Callable[[Hub], Pages], emulator: RunningEmulator
) -> None:
    pages = serve_pages(make_hub(auth="none"))
    id_ = pages.client(PHONE, addresses={"telegram": "1067000"})
    emulator.faults(latency_ms=3_000)
    message = pages.hub.send("Hello", to={"telegram": "1067000"})
    until(lambda: pages.hub.message(message.id).counts.get("sending") == 1)

    page = pages.send(f"/clients/{id_}/erase", reason="asked")

    assert "going on" in words_of(page.text)
    until(lambda: "Nothing is left" in words_of(pages.get(page.url.path).text))
    # The page that is open asks again only for the part that moves.
    part = pages.http.get(page.url.path, headers={"HX-Request": "true"}).text
    assert part.lstrip().startswith('<div class="heading">')


def test_an_erasure_needs_a_reason(quick_pages: Pages) -> None:
    id_ = quick_pages.client(PHONE)

    page = quick_pages.send(f"/clients/{id_}/erase", reason="", by="Ann")

    assert page.status_code == 422
    assert 'id="reason-faults"' in page.text
    assert fields_of(page.text)["by"] == "Ann"
    assert quick_pages.api("GET", f"/clients/{id_}")["phone"] == PHONE


def test_erasures_are_found_by_an_address_that_the_person_had(pages: Pages) -> None:
    for phone in (PHONE, "79031234567"):
        pages.send(f"/clients/{pages.client(phone)}/erase", reason=f"of {phone[-1]}")
    pages.client("79051234567")

    page = pages.get("/erasures", address=PHONE)

    assert len([row for row in cells_of(page.text) if row]) == 1
    assert PHONE not in cells_of(page.text)[-1]


def test_whatever_an_erasure_says_is_shown_as_text(quick_pages: Pages) -> None:
    page = quick_pages.send(f"/clients/{quick_pages.client(PHONE)}/erase", reason=PROBE, by=PROBE)

    text = page.text + quick_pages.get("/erasures").text + quick_pages.get("/erasures", address=PROBE).text
    assert page.url.path.startswith("/erasures/")
    assert "<img" not in text
    assert "<script>alert" not in text
