"""What a hostile provider, network or web page tries, and what becomes of it: nobody is signed in."""

from __future__ import annotations

from typing import Any

import pytest

from notifyhub_api.dashboard.oidc import OidcSignInRefused, Provider
from tests.dashboard.oidc.hostile import KEY, KEYS, Hostile
from tests.dashboard.oidc.jose import Ec, Nobody, Rsa, Shared, Signer
from tests.dashboard.oidc.signing_in import CLIENT_ID, NOW, begun, finished, refusal


def tried(hostile: Hostile, provider: Provider) -> OidcSignInRefused:
    first = begun(provider)
    return refusal(provider, hostile.authorize(first.url), first.cookie_value)


def test_what_is_right_signs_in(hostile: Hostile, provider: Provider) -> None:
    """Otherwise the others would show nothing."""
    first = begun(provider)
    assert finished(provider, hostile.authorize(first.url), first.cookie_value).name == "Ann"


CLAIMS: list[tuple[dict[str, Any], str]] = [
    ({"iss": "https://other.example"}, "'iss'"),
    ({"iss": None}, "'iss'"),
    ({"aud": "another client"}, "'aud'"),
    ({"aud": ["another client"]}, "'aud'"),
    ({"aud": None}, "'aud'"),
    ({"aud": [CLIENT_ID, "another client"]}, "azp"),
    ({"aud": [CLIENT_ID, "another client"], "azp": "another client"}, "azp"),
    ({"azp": "another client"}, "azp"),
    ({"nonce": "of another sign-in"}, "'nonce'"),
    ({"nonce": None}, "'nonce'"),
    ({"exp": NOW - 60}, "expired"),
    ({"exp": None}, "'exp'"),
    ({"exp": "never"}, "'exp'"),
    ({"exp": True}, "'exp'"),
    ({"exp": float("nan")}, "'exp'"),
    ({"iat": NOW + 61}, "future"),
    ({"iat": None}, "'iat'"),
    ({"nbf": NOW + 61}, "not yet valid"),
    ({"sub": None}, "'sub'"),
    ({"sub": ""}, "'sub'"),
    ({"sub": 7}, "'sub'"),
    ({"sub": "x" * 256}, "sub is too long"),
    ({"at_hash": "of another token"}, "at_hash"),
]


@pytest.mark.parametrize(("claims", "why"), CLAIMS, ids=[repr(claims)[:60] for claims, _ in CLAIMS])
def test_an_id_token_that_says_something_else_is_not_believed(
    hostile: Hostile, provider: Provider, claims: dict[str, Any], why: str
) -> None:
    hostile.claims |= claims

    refused = tried(hostile, provider)

    assert refused.code == "untrusted"
    assert why in refused.detail


@pytest.mark.parametrize(
    "claims",
    [{"exp": NOW - 59}, {"iat": NOW + 60}, {"aud": [CLIENT_ID]}, {"at_hash": None}, {"azp": CLIENT_ID}],
    ids=repr,
)
def test_clocks_may_differ_by_a_minute_and_what_is_optional_may_be_left_out(
    hostile: Hostile, provider: Provider, claims: dict[str, Any]
) -> None:
    hostile.claims |= claims
    first = begun(provider)

    assert finished(provider, hostile.authorize(first.url), first.cookie_value).name == "Ann"


SIGNERS: list[tuple[str, Signer]] = [
    ("nobody", Nobody()),
    ("another key with the same id", Rsa()),
    ("the public key as a shared secret", Shared(KEY.pem)),
    ("the client secret", Shared(b"a-secret-of-the-tests")),
    ("a key of another kind", Ec()),
]


@pytest.mark.parametrize("signer", [signer for _, signer in SIGNERS], ids=[name for name, _ in SIGNERS])
def test_an_id_token_with_a_wrong_signature_is_not_believed(
    hostile: Hostile, provider: Provider, signer: Signer
) -> None:
    hostile.signer = signer
    assert tried(hostile, provider).code == "untrusted"


def test_a_header_that_names_its_own_key_changes_nothing(hostile: Hostile, provider: Provider) -> None:
    hostile.signer = own = Rsa()
    hostile.header |= {"jwk": own.jwk(kid="one"), "jku": hostile.issuer + KEYS}

    assert tried(hostile, provider).code == "untrusted"


def test_an_extension_that_must_be_understood_is_not_passed_over(hostile: Hostile, provider: Provider) -> None:
    hostile.header |= {"crit": ["made-up"], "made-up": 1}
    assert tried(hostile, provider).code == "untrusted"


@pytest.mark.parametrize("key", [{"use": "enc"}, {"alg": "RS512"}], ids=repr)
def test_a_key_for_something_else_proves_nothing(hostile: Hostile, provider: Provider, key: dict[str, str]) -> None:
    hostile.keys = [KEY.jwk(kid="one", **key)]
    assert tried(hostile, provider).code == "untrusted"


def test_without_the_id_of_a_key_there_must_be_one_only(hostile: Hostile, provider: Provider) -> None:
    hostile.header = {}
    hostile.keys = [KEY.jwk(kid="one"), Rsa().jwk(kid="two")]

    assert "2 keys of the provider fit" in tried(hostile, provider).detail


@pytest.mark.parametrize("token", ["", "a.b", "a.b.c", "a.b.c.d.e", "Ω.Ω.Ω", "e30.e30.e30"])
def test_what_is_no_token_is_not_believed(hostile: Hostile, provider: Provider, token: str) -> None:
    hostile.given["id_token"] = token
    assert tried(hostile, provider).code == "untrusted"


def test_userinfo_about_somebody_else_is_not_believed(hostile: Hostile, provider: Provider) -> None:
    hostile.claims["groups"] = None
    hostile.userinfo = {"sub": "somebody else", "groups": ["ops"]}

    refused = tried(hostile, provider)

    assert (refused.code, "userinfo is about somebody else" in refused.detail) == ("untrusted", True)


def test_an_answer_that_names_another_issuer_is_refused_before_its_code_is_used(
    hostile: Hostile, provider: Provider
) -> None:
    first = begun(provider)
    query = hostile.authorize(first.url) | {"iss": "https://other.example"}

    assert refusal(provider, query, first.cookie_value).code == "mixed_up"
    assert "/token" not in hostile.asked


def test_a_provider_that_promises_to_name_itself_must_do_so(hostile: Hostile, provider: Provider) -> None:
    hostile.metadata["authorization_response_iss_parameter_supported"] = True
    assert tried(hostile, provider).code == "mixed_up"


def test_a_provider_that_names_itself_is_believed(hostile: Hostile, provider: Provider) -> None:
    hostile.metadata["authorization_response_iss_parameter_supported"] = True
    first = begun(provider)

    query = hostile.authorize(first.url) | {"iss": hostile.issuer}

    assert finished(provider, query, first.cookie_value).name == "Ann"
