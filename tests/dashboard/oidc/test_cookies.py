"""What ties the two halves of a sign-in together: the state, and the cookie of the browser that began."""

from __future__ import annotations

from urllib.parse import parse_qs, urlsplit

import pytest

from notifyhub_api.dashboard.oidc import LIFETIME_S, Provider
from tests.dashboard.oidc.hostile import Hostile
from tests.dashboard.oidc.signing_in import NOW, begun, finished, provider_of, refusal


def test_without_the_cookie_nobody_is_signed_in(hostile: Hostile, provider: Provider) -> None:
    """So that nobody can be signed in by a link, as somebody else."""
    query = hostile.authorize(begun(provider).url)

    assert refusal(provider, query, None).code == "lost"


@pytest.mark.parametrize("cookie", ["", "x", "gAAAAAB", "Ω", '"'])
def test_a_made_up_cookie_is_none(hostile: Hostile, provider: Provider, cookie: str) -> None:
    query = hostile.authorize(begun(provider).url)

    assert refusal(provider, query, cookie).code == "lost"


def test_a_cookie_that_was_changed_is_none(hostile: Hostile, provider: Provider) -> None:
    first = begun(provider)
    value = first.cookie_value
    changed = value[:40] + ("A" if value[40] != "A" else "B") + value[41:]

    assert refusal(provider, hostile.authorize(first.url), changed).code == "lost"


def test_the_cookie_of_another_sign_in_does_not_fit(hostile: Hostile, provider: Provider) -> None:
    one, other = begun(provider), begun(provider)

    assert refusal(provider, hostile.authorize(one.url), other.cookie_value).code == "mixed_up"


def test_an_answer_without_state_does_not_fit(hostile: Hostile, provider: Provider) -> None:
    first = begun(provider)
    query = hostile.authorize(first.url)
    del query["state"]

    assert refusal(provider, query, first.cookie_value).code == "mixed_up"


def test_an_error_of_nobody_knows_whom_does_not_fit(hostile: Hostile, provider: Provider) -> None:
    first = begun(provider)

    assert refusal(provider, {"error": "access_denied", "state": "made up"}, first.cookie_value).code == "mixed_up"


def test_the_cookie_of_another_client_secret_is_none(hostile: Hostile, provider: Provider) -> None:
    other = provider_of(hostile, client_secret="another-secret-of-the-tests")

    assert refusal(provider, hostile.authorize(begun(provider).url), begun(other).cookie_value).code == "lost"


@pytest.mark.parametrize(("later_s", "code"), [(LIFETIME_S, "untrusted"), (LIFETIME_S + 1, "lost")])
def test_the_cookie_lives_ten_minutes(hostile: Hostile, later_s: int, code: str) -> None:
    """The claims are too old by then, too: but those are looked at only if the cookie still counts."""
    first = begun(provider_of(hostile))

    assert refusal(provider_of(hostile, NOW + later_s), hostile.authorize(first.url), first.cookie_value).code == code


def test_what_the_cookie_holds_cannot_be_read_in_it(provider: Provider) -> None:
    first = begun(provider, "/mailings/secret-offer")
    asked = parse_qs(urlsplit(first.url).query)

    assert all(part not in first.cookie_value for part in (asked["state"][0], asked["nonce"][0], "secret-offer"))


def test_its_value_needs_no_quotation_marks(provider: Provider) -> None:
    assert set(begun(provider).cookie_value) <= set("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_")


def test_each_sign_in_has_a_state_a_nonce_and_a_verifier_of_its_own(provider: Provider) -> None:
    asked = [parse_qs(urlsplit(begun(provider).url).query) for _ in range(2)]

    for name in ("state", "nonce", "code_challenge"):
        assert asked[0][name] != asked[1][name]


PATHS = [
    ("/mailings/7?tab=failed#top", "/mailings/7?tab=failed#top"),
    ("/письма", "/письма"),
    ("", "/"),
    ("mailings", "/"),
    ("https://evil.example/", "/"),
    ("//evil.example", "/"),
    ("/\\evil.example", "/"),
    ("\\\\evil.example", "/"),
    ("/\t/evil.example", "/"),
    ("/\n/evil.example", "/"),
    (" //evil.example", "/"),
    ("/\x00", "/"),
    ("javascript:alert(1)", "/"),
    ("/" + "x" * 1000, "/"),
]


@pytest.mark.parametrize(("wanted", "gone_to"), PATHS, ids=[repr(wanted)[:30] for wanted, _ in PATHS])
def test_the_way_back_leads_to_this_installation_only(
    hostile: Hostile, provider: Provider, wanted: str, gone_to: str
) -> None:
    first = begun(provider, wanted)

    assert finished(provider, hostile.authorize(first.url), first.cookie_value).return_to == gone_to
