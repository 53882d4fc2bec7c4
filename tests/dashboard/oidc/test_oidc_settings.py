"""The settings of signing in through a provider: what is refused, and in which words."""

from __future__ import annotations

from typing import Any

import pytest

from notifyhub.domain.roles import Role
from notifyhub.errors import SettingsError
from notifyhub.settings import load
from notifyhub.settings_shown import effective

SECRET = "a-hidden-secret-of-32-characters"
WHOLE = {
    "issuer": "https://id.example/realms/ops",
    "client_id": "notifyhub",
    "client_secret": SECRET,
    "roles": "ops=admin",
}


def complaint(**given: Any) -> str:
    with pytest.raises(SettingsError) as refused:
        load(oidc={**WHOLE, **given})
    return str(refused.value)


def roles(given: object) -> dict[str, Role]:
    return dict(load(oidc={**WHOLE, "roles": given}).oidc.roles)


def test_without_any_of_them_nobody_signs_in_this_way() -> None:
    assert not load().oidc.enabled


def test_they_are_read_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in WHOLE.items():
        monkeypatch.setenv(f"NOTIFYHUB_OIDC_{name.upper()}", value)
    monkeypatch.setenv("NOTIFYHUB_OIDC_ROLES", "ops=admin, support=operator, *=viewer")

    settings = load().oidc

    assert settings.enabled
    assert settings.roles == {"ops": Role.ADMIN, "support": Role.OPERATOR, "*": Role.VIEWER}


@pytest.mark.parametrize("missing", ["issuer", "client_id", "client_secret", "roles"])
def test_a_provider_that_is_set_up_by_half_is_refused_by_the_name_of_the_rest(missing: str) -> None:
    half = {name: value for name, value in WHOLE.items() if name != missing}

    with pytest.raises(
        SettingsError, match=rf"^NOTIFYHUB_OIDC_{missing.upper()} must be set when NOTIFYHUB_OIDC_\w+ is$"
    ):
        load(oidc=half)


WRONG: list[tuple[dict[str, Any], str]] = [
    ({"issuer": "id.example"}, "NOTIFYHUB_OIDC_ISSUER: must begin with https:// or http://"),
    ({"issuer": "https://"}, "NOTIFYHUB_OIDC_ISSUER: must be a URL with a host"),
    ({"issuer": "https://me:x@id.example"}, "NOTIFYHUB_OIDC_ISSUER: must be a URL with a host, and without login"),
    ({"issuer": "https://id.example/?a=b"}, "NOTIFYHUB_OIDC_ISSUER: must be a URL with a host, and without login"),
    (
        {"issuer": "http://id.example"},
        "NOTIFYHUB_OIDC_ISSUER: must begin with https://; http:// is only for a provider",
    ),
    ({"client_secret": "a-hidden-one"}, "NOTIFYHUB_OIDC_CLIENT_SECRET: must have at least 16 characters"),
    ({"scopes": "profile email"}, "NOTIFYHUB_OIDC_SCOPES: must contain openid"),
    ({"groups_claim": "realm_access."}, "NOTIFYHUB_OIDC_GROUPS_CLAIM: has the wrong form"),
    ({"roles": "ops"}, "NOTIFYHUB_OIDC_ROLES: must be group=role, separated by commas; 'ops' is not"),
    ({"roles": "ops=root"}, "NOTIFYHUB_OIDC_ROLES: there is no role 'root'; there are viewer, operator, admin"),
    ({"roles": "{"}, "NOTIFYHUB_OIDC_ROLES: "),
    ({"roles": ["ops"]}, "NOTIFYHUB_OIDC_ROLES: must be group=role, separated by commas, or a JSON object"),
    ({"label": ""}, "NOTIFYHUB_OIDC_LABEL: must not be empty"),
    ({"timeout_s": 0}, "NOTIFYHUB_OIDC_TIMEOUT_S: must be at least 0.1"),
    ({"ca_file": "nowhere.pem"}, "NOTIFYHUB_OIDC_CA_FILE: "),
]


@pytest.mark.parametrize(("given", "words"), WRONG, ids=[repr(given)[:50] for given, _ in WRONG])
def test_a_wrong_one_is_named_with_the_reason(given: dict[str, Any], words: str) -> None:
    told = complaint(**given)

    assert told.startswith(words)
    assert "hidden" not in told


def test_a_provider_on_this_machine_may_do_without_encryption() -> None:
    issuer = "http://127.0.0.1:8080/realms/ops"
    assert load(oidc={**WHOLE, "issuer": issuer}).oidc.issuer == issuer


def test_the_slash_at_the_end_of_an_issuer_stays_because_providers_have_it_in_their_tokens() -> None:
    assert load(oidc={**WHOLE, "issuer": "https://id.example/"}).oidc.issuer == "https://id.example/"


def test_a_group_may_have_equals_signs() -> None:
    assert roles("cn=ops=admin") == {"cn=ops": Role.ADMIN}


def test_as_json_a_group_may_have_commas() -> None:
    assert roles('{"cn=ops,ou=groups": "operator"}') == {"cn=ops,ou=groups": Role.OPERATOR}


def test_the_secret_is_not_in_the_text_of_the_settings() -> None:
    assert "hidden" not in repr(load(oidc=WHOLE))


def test_the_secret_is_masked_where_settings_are_shown() -> None:
    assert effective(load(oidc=WHOLE))["NOTIFYHUB_OIDC_CLIENT_SECRET"] == "***"
