"""What the provider answers, and what becomes of it: metadata, keys, tokens, userinfo; and when it does not answer."""

from __future__ import annotations

import asyncio
import socket
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from notifyhub.domain.roles import Role
from notifyhub_api.dashboard.oidc import OidcSignInRefused, Provider
from tests.dashboard.oidc.hostile import (
    KEY,
    KEYS,
    METADATA,
    TOKEN,
    USERINFO,
    Answer,
    Hostile,
    elsewhere,
    endless,
    never,
    status,
    text,
)
from tests.dashboard.oidc.jose import Ec, Rsa
from tests.dashboard.oidc.signing_in import CALLBACK, NOW, begun, finished, provider_of, refusal, settings_for

HOUR_S = 3600


def signed_in(hostile: Hostile, provider: Provider) -> Any:
    first = begun(provider)
    return finished(provider, hostile.authorize(first.url), first.cookie_value)


def refused(hostile: Hostile, provider: Provider) -> OidcSignInRefused:
    first = begun(provider)
    return refusal(provider, hostile.authorize(first.url), first.cookie_value)


def not_begun(provider: Provider) -> OidcSignInRefused:
    with pytest.raises(OidcSignInRefused) as told:
        begun(provider)
    return told.value


def test_the_browser_is_sent_with_everything_that_the_flow_needs(hostile: Hostile) -> None:
    hostile.metadata["authorization_endpoint"] = f"{hostile.issuer}/authorize?tenant=7"

    asked = parse_qs(urlsplit(begun(provider_of(hostile, scopes="openid groups")).url).query)

    assert {name: asked[name] for name in asked if name not in ("state", "nonce", "code_challenge")} == {
        "tenant": ["7"],
        "response_type": ["code"],
        "client_id": ["notifyhub"],
        "redirect_uri": [CALLBACK],
        "scope": ["openid groups"],
        "code_challenge_method": ["S256"],
    }


WRONG: list[tuple[str, Answer, str, str]] = [
    ("broken JSON", text("{"), "provider_unusable", "not a JSON object"),
    ("a page", text("<html>"), "provider_unusable", "not a JSON object"),
    ("a list", status(200, []), "provider_unusable", "not a JSON object"),
    ("a redirect", elsewhere, "provider_unusable", "redirects are not followed"),
    ("without end", endless, "provider_unusable", "more than 1048576 bytes"),
    ("a crash", status(500), "provider_away", "answered 500"),
    ("too busy", status(429), "provider_away", "answered 429"),
]


@pytest.mark.parametrize("path", [METADATA, KEYS, TOKEN, USERINFO])
@pytest.mark.parametrize(("answer", "code", "why"), [case[1:] for case in WRONG], ids=[case[0] for case in WRONG])
def test_an_answer_that_cannot_be_used_is_named_with_its_address(
    hostile: Hostile, provider: Provider, path: str, answer: Answer, code: str, why: str
) -> None:
    hostile.claims["groups"] = None
    hostile.instead[path] = answer

    told = not_begun(provider) if path in (METADATA, KEYS) else refused(hostile, provider)

    assert told.code == code
    assert told.detail.startswith(hostile.issuer + path)
    assert why in told.detail


@pytest.mark.parametrize("path", [METADATA, KEYS, USERINFO])
def test_what_is_not_there_cannot_be_used(hostile: Hostile, provider: Provider, path: str) -> None:
    hostile.claims["groups"] = None
    hostile.instead[path] = status(404)

    told = refused(hostile, provider) if path == USERINFO else not_begun(provider)

    assert (told.code, told.detail) == ("provider_unusable", f"{hostile.issuer}{path}: answered 404")


def test_a_provider_that_never_answers_is_waited_for_as_long_as_the_setting_says(hostile: Hostile) -> None:
    hostile.instead[METADATA] = never

    told = not_begun(provider_of(hostile, timeout_s=0.1))

    assert (told.code, told.detail) == ("provider_away", f"{hostile.issuer}{METADATA}: no answer within 0.1 s")


def test_a_provider_that_is_away_is_told_of_in_one_line() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        issuer = f"http://127.0.0.1:{taken.getsockname()[1]}"

    told = str(not_begun(Provider(settings_for(issuer))))

    assert told.startswith("The sign-in provider does not answer. Try again later, or sign in with a one-time link.")
    assert "\n" not in told


METADATA_FAULTS: list[tuple[dict[str, Any], str]] = [
    ({"issuer": "https://other.example"}, "its issuer is 'https://other.example'"),
    ({"issuer": None}, "its issuer is None"),
    ({"authorization_endpoint": None}, "its authorization_endpoint is not an https:// URL"),
    ({"authorization_endpoint": "javascript:alert(1)"}, "its authorization_endpoint is not an https:// URL"),
    ({"token_endpoint": "http://other.example/token"}, "its token_endpoint is not an https:// URL"),
    ({"token_endpoint": ["https://other.example"]}, "its token_endpoint is not an https:// URL"),
    ({"jwks_uri": "file:///etc/passwd"}, "its jwks_uri is not an https:// URL"),
    ({"userinfo_endpoint": "https://"}, "its userinfo_endpoint is not an https:// URL"),
    ({"token_endpoint_auth_methods_supported": ["tls_client_auth"]}, "takes the client secret in no way"),
]


@pytest.mark.parametrize(("metadata", "why"), METADATA_FAULTS, ids=[repr(one)[:50] for one, _ in METADATA_FAULTS])
def test_metadata_that_cannot_be_used_begin_no_sign_in(
    hostile: Hostile, provider: Provider, metadata: dict[str, Any], why: str
) -> None:
    hostile.metadata = metadata

    told = not_begun(provider)

    assert told.code == "provider_unusable"
    assert why in told.detail


def test_a_slash_at_the_end_of_the_issuer_counts(hostile: Hostile) -> None:
    hostile.issuer += "/"
    assert begun(provider_of(hostile)).url

    hostile.metadata["issuer"] = hostile.issuer.rstrip("/")
    assert not_begun(provider_of(hostile)).code == "provider_unusable"


def test_keys_that_are_not_understood_are_passed_over(hostile: Hostile, provider: Provider) -> None:
    strange = [{"kty": "post-quantum"}, {"kty": "RSA"}, {"kty": "EC", "crv": "P-0"}, {"kty": "oct", "k": "AA"}, 7, {}]
    hostile.keys = [*strange, KEY.jwk(kid="one")]  # type: ignore[list-item]

    assert signed_in(hostile, provider).name == "Ann"


def test_metadata_and_keys_are_asked_for_once_an_hour(hostile: Hostile) -> None:
    now = NOW
    provider = Provider(settings_for(hostile.issuer), now_s=lambda: now)
    begun(provider)
    now += HOUR_S - 1
    begun(provider)
    assert hostile.asked == [METADATA, KEYS]

    now += 1
    begun(provider)
    assert hostile.asked == [METADATA, KEYS] * 2


def test_a_new_key_of_the_provider_is_found_by_its_id(hostile: Hostile, provider: Provider) -> None:
    first = begun(provider)
    hostile.signer = new = Rsa()
    hostile.keys.append(new.jwk(kid="two"))
    hostile.header = {"kid": "two"}

    assert finished(provider, hostile.authorize(first.url), first.cookie_value).name == "Ann"
    assert hostile.asked.count(KEYS) == 2


def test_a_key_that_nobody_has_is_looked_for_once_more_and_no_oftener(hostile: Hostile, provider: Provider) -> None:
    hostile.header = {"kid": "nobody's"}

    assert refused(hostile, provider).code == "untrusted"
    assert hostile.asked.count(KEYS) == 2


def test_elliptic_curves_are_understood(hostile: Hostile, provider: Provider) -> None:
    hostile.signer = key = Ec()
    hostile.keys = [key.jwk(kid="one", alg="ES256")]

    assert signed_in(hostile, provider).name == "Ann"


@pytest.mark.parametrize("offered", [["client_secret_post"], ["client_secret_post", "client_secret_basic"]])
def test_the_secret_is_sent_as_the_provider_takes_it(hostile: Hostile, provider: Provider, offered: list[str]) -> None:
    hostile.metadata["token_endpoint_auth_methods_supported"] = offered
    assert signed_in(hostile, provider).name == "Ann"


def test_a_secret_may_have_any_characters(hostile: Hostile) -> None:
    hostile.client = ("notify hub: ö", "a secret with : and % and +")
    provider = provider_of(hostile, client_id=hostile.client[0], client_secret=hostile.client[1])

    assert signed_in(hostile, provider).name == "Ann"


def test_a_wrong_secret_is_told_of_without_it(hostile: Hostile) -> None:
    told = refused(hostile, provider_of(hostile, client_secret="a-wrong-secret-of-the-tests"))

    assert told.code == "client_refused"
    assert "wrong-secret" not in str(told)


ERRORS = [("access_denied", "denied"), ("login_required", "provider_error"), ("server_error", "provider_error")]


@pytest.mark.parametrize(("error", "code"), ERRORS)
def test_what_the_provider_refuses_is_told_in_its_words(
    hostile: Hostile, provider: Provider, error: str, code: str
) -> None:
    first = begun(provider)
    state = hostile.authorize(first.url)["state"]
    query = {"error": error, "error_description": "Not\ntoday", "state": state}

    told = refusal(provider, query, first.cookie_value)

    assert (told.code, told.detail) == (code, f"{error}: Not today")


def test_an_answer_without_code_and_error_cannot_be_used(hostile: Hostile, provider: Provider) -> None:
    first = begun(provider)
    query = {"state": hostile.authorize(first.url)["state"]}

    assert refusal(provider, query, first.cookie_value).code == "provider_unusable"


@pytest.mark.parametrize("given", [{"id_token": None}, {"access_token": 7}, {"token_type": "mac"}], ids=repr)
def test_tokens_that_are_none_cannot_be_used(hostile: Hostile, provider: Provider, given: dict[str, Any]) -> None:
    hostile.given = given
    assert refused(hostile, provider).code == "provider_unusable"


def test_the_redirect_uri_must_be_the_one_of_the_beginning(hostile: Hostile, provider: Provider) -> None:
    first = asyncio.run(provider.begin("https://hub.example/other", "/"))

    assert refusal(provider, hostile.authorize(first.url), first.cookie_value).code == "used_up"


def test_userinfo_gives_what_the_id_token_leaves_out(hostile: Hostile, provider: Provider) -> None:
    hostile.claims |= {"groups": None, "name": None, "email": None}
    hostile.userinfo |= {"groups": "all", "name": "Ann\u202e of userinfo", "email": "ann@id.example"}

    identity = signed_in(hostile, provider)

    assert identity[1:5] == ("Ann of userinfo", "ann@id.example", ("all",), Role.VIEWER)


def test_userinfo_does_not_overrule_the_id_token(hostile: Hostile, provider: Provider) -> None:
    hostile.claims |= {"groups": ["all"], "name": None}
    hostile.userinfo |= {"groups": ["ops"], "name": "Ann"}

    assert signed_in(hostile, provider).role == Role.VIEWER


def test_groups_of_userinfo_count_although_the_id_token_has_a_part_of_their_object(hostile: Hostile) -> None:
    hostile.claims |= {"groups": None, "realm_access": {"verified": True}}
    hostile.userinfo |= {"realm_access": {"roles": ["ops"]}}

    identity = signed_in(hostile, provider_of(hostile, groups_claim="realm_access.roles"))

    assert identity.role == Role.ADMIN


def test_userinfo_is_not_asked_when_the_id_token_says_all(hostile: Hostile, provider: Provider) -> None:
    signed_in(hostile, provider)
    assert USERINFO not in hostile.asked


def test_a_provider_without_userinfo_is_enough(hostile: Hostile, provider: Provider) -> None:
    hostile.metadata["userinfo_endpoint"] = None
    hostile.claims["email"] = None

    assert signed_in(hostile, provider).email == ""


def test_a_claim_whose_name_has_dots_is_found(hostile: Hostile) -> None:
    hostile.claims |= {"groups": None, "https://id.example/groups": ["ops"]}

    assert signed_in(hostile, provider_of(hostile, groups_claim="https://id.example/groups")).role == Role.ADMIN


def test_an_address_that_the_provider_has_not_verified_gives_no_role(hostile: Hostile) -> None:
    hostile.claims |= {"email": "boss@id.example", "email_verified": False}

    told = refused(hostile, provider_of(hostile, groups_claim="email", roles="boss@id.example=admin"))

    assert told.code == "no_role"


@pytest.mark.parametrize("groups", [["*"], "*", [], ["OPS"], [["ops"]], {"ops": True}, 7], ids=repr)
def test_what_is_not_one_of_the_groups_gives_no_role(hostile: Hostile, provider: Provider, groups: object) -> None:
    hostile.claims["groups"] = groups
    assert refused(hostile, provider).code == "no_role"


def test_groups_that_were_left_out_because_they_are_too_many_are_told_of(hostile: Hostile, provider: Provider) -> None:
    hostile.claims |= {"groups": None, "_claim_names": {"groups": "src1"}}
    hostile.userinfo = {"sub": "248289761001"}

    told = refused(hostile, provider)

    assert (told.code, told.detail) == ("no_role", "the provider left groups out, because there are too many")
