"""Against oidc-provider-mock: a provider that other people wrote, on a real port."""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import parse_qsl, urlsplit

import httpx
import pytest
from oidc_provider_mock import User, run_server_in_thread

from notifyhub.domain.roles import Role
from notifyhub_api.dashboard.oidc import Provider
from tests.dashboard.oidc.signing_in import CALLBACK, begun, finished, refusal, settings_for

# It uses what Authlib wants to be rid of.
pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning")

ANN = User(sub="ann-1", claims={"name": "Ann Ops", "email": "ann@id.example", "groups": ["all", "ops"]})
BOB = User(sub="bob-2", claims={"name": "Bob", "realm": {"groups": ["guests"]}})


@pytest.fixture(scope="module")
def issuer() -> Iterator[str]:
    with run_server_in_thread(user_claims=(ANN, BOB), require_nonce=True) as server:
        yield f"http://localhost:{server.server_port}"


def signed_in_at(url: str, **form: str) -> dict[str, str]:
    """What the browser brings back, after the form of the provider's page was sent."""
    answer = httpx.post(url, data=form, timeout=60)
    target = answer.headers["location"]
    assert target.startswith(f"{CALLBACK}?")
    return dict(parse_qsl(urlsplit(target).query))


def test_somebody_signs_in_with_the_strongest_role_of_their_groups(issuer: str) -> None:
    provider = Provider(settings_for(issuer))
    first = begun(provider, "/mailings?status=running")

    identity = finished(provider, signed_in_at(first.url, sub="ann-1"), first.cookie_value)

    assert identity == ("ann-1", "Ann Ops", "ann@id.example", ("all", "ops"), Role.ADMIN, "/mailings?status=running")


def test_another_process_ends_what_one_began(issuer: str) -> None:
    first = begun(Provider(settings_for(issuer)))
    query = signed_in_at(first.url, sub="ann-1")

    assert finished(Provider(settings_for(issuer)), query, first.cookie_value).subject == "ann-1"


def test_who_has_none_of_the_groups_is_refused_by_their_names(issuer: str) -> None:
    provider = Provider(settings_for(issuer))
    first = begun(provider)

    refused = refusal(provider, signed_in_at(first.url, sub="bob-2"), first.cookie_value)

    assert refused.code == "no_role"
    assert "your account has none of the groups ops, all" in str(refused)


def test_groups_are_found_inside_of_objects(issuer: str) -> None:
    provider = Provider(settings_for(issuer, groups_claim="realm.groups", roles="guests=operator"))
    first = begun(provider)

    assert finished(provider, signed_in_at(first.url, sub="bob-2"), first.cookie_value).role == Role.OPERATOR


def test_a_role_for_everybody_needs_no_groups(issuer: str) -> None:
    provider = Provider(settings_for(issuer, groups_claim="none_of_them", roles="*=viewer"))
    first = begun(provider)

    assert finished(provider, signed_in_at(first.url, sub="bob-2"), first.cookie_value).role == Role.VIEWER


def test_the_scopes_decide_what_is_known_of_somebody(issuer: str) -> None:
    provider = Provider(settings_for(issuer, scopes="openid"))
    first = begun(provider)

    identity = finished(provider, signed_in_at(first.url, sub="ann-1"), first.cookie_value)

    assert (identity.name, identity.email) == ("ann-1", "")


def test_an_answer_of_the_provider_signs_in_once(issuer: str) -> None:
    provider = Provider(settings_for(issuer))
    first = begun(provider)
    query = signed_in_at(first.url, sub="ann-1")
    finished(provider, query, first.cookie_value)

    assert refusal(provider, query, first.cookie_value).code == "used_up"
