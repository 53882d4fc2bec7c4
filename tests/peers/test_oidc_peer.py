"""Our sign-in against oidc-provider: a certified provider, which takes nothing but what the standards say."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Iterator
from urllib.parse import parse_qsl, urljoin, urlsplit

import httpx
import pytest

from notifyhub.domain.roles import Role
from notifyhub_api.dashboard.oidc import Provider
from tests.dashboard.oidc.signing_in import CALLBACK, begun, finished, refusal, settings_for
from tests.peers.conftest import HERE

SCOPES = "openid profile email groups"


@pytest.fixture(scope="session")
def issuer() -> Iterator[str]:
    process = subprocess.Popen(
        ["node", "oidc.mjs"], cwd=HERE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    )
    try:
        assert process.stdout is not None
        yield f"http://127.0.0.1:{int(process.stdout.readline())}"
    finally:
        process.kill()
        process.wait()


class Browser:
    """Somebody's, with cookies."""

    def __init__(self) -> None:
        self._http = httpx.Client(timeout=60)

    def signed_in_at(self, url: str, login: str) -> dict[str, str]:
        """What the provider sends back, after its forms were filled in."""
        answer = self._http.get(url)
        while not answer.headers.get("location", "").startswith(CALLBACK):
            if answer.is_redirect:
                answer = self._http.get(urljoin(str(answer.url), answer.headers["location"]))
            else:
                answer = self._filled_in(answer, login)
        return dict(parse_qsl(urlsplit(answer.headers["location"]).query))

    def _filled_in(self, page: httpx.Response, login: str) -> httpx.Response:
        assert page.status_code == 200, page.text
        action = re.search(r'<form[^>]* action="([^"]+)"', page.text)
        prompt = re.search(r'name="prompt" value="([^"]+)"', page.text)
        assert action is not None
        assert prompt is not None
        form = {"prompt": prompt[1], "login": login, "password": "x"}
        return self._http.post(urljoin(str(page.url), action[1]), data=form)


def test_somebody_signs_in_and_their_groups_come_from_userinfo(issuer: str) -> None:
    provider = Provider(settings_for(issuer, scopes=SCOPES))
    first = begun(provider, "/mailings")

    identity = finished(provider, Browser().signed_in_at(first.url, "ann"), first.cookie_value)

    assert identity == ("ann", "ann of the tests", "ann@id.example", ("all", "ops"), Role.ADMIN, "/mailings")


def test_who_has_no_group_is_refused(issuer: str) -> None:
    provider = Provider(settings_for(issuer, scopes=SCOPES))
    first = begun(provider)

    assert refusal(provider, Browser().signed_in_at(first.url, "bob"), first.cookie_value).code == "no_role"


def test_the_provider_names_itself_and_another_name_is_refused(issuer: str) -> None:
    provider = Provider(settings_for(issuer))
    first = begun(provider)
    query = Browser().signed_in_at(first.url, "ann")
    assert query["iss"] == issuer

    assert refusal(provider, query | {"iss": "https://other.example"}, first.cookie_value).code == "mixed_up"


def test_the_code_of_a_sign_in_is_of_no_use_in_another_one(issuer: str) -> None:
    """PKCE: the verifier in the other cookie does not fit."""
    provider = Provider(settings_for(issuer))
    stolen = Browser().signed_in_at(begun(provider).url, "ann")["code"]
    own = begun(provider)
    query = Browser().signed_in_at(own.url, "ann") | {"code": stolen}

    assert refusal(provider, query, own.cookie_value).code == "used_up"


def test_a_wrong_secret_is_told_of(issuer: str) -> None:
    provider = Provider(settings_for(issuer, client_secret="a-wrong-secret-of-the-tests"))
    first = begun(provider)

    assert refusal(provider, Browser().signed_in_at(first.url, "ann"), first.cookie_value).code == "client_refused"


def test_who_cancels_is_told_so(issuer: str) -> None:
    provider = Provider(settings_for(issuer))
    first = begun(provider)
    with httpx.Client(timeout=60, follow_redirects=True) as http:
        page = http.get(first.url)
    with httpx.Client(timeout=60, cookies=http.cookies) as browser:
        answer = browser.get(f"{page.url}/abort")
        answer = browser.get(urljoin(str(answer.url), answer.headers["location"]))
    query = dict(parse_qsl(urlsplit(answer.headers["location"]).query))

    assert refusal(provider, query, first.cookie_value).code == "denied"
