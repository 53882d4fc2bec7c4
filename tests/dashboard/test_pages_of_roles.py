"""Who sees which of the pages for templates, channels, webhooks, keys and the audit."""

from __future__ import annotations

from collections.abc import Iterator

import httpx
import pytest

from notifyhub.domain.roles import Role
from tests.conftest import HubMaker
from tests.dashboard.setup_pages import seen_as, words
from tests.webhooks.conftest import HERE


@pytest.fixture(params=[Role.VIEWER, Role.OPERATOR, Role.ADMIN])
def role(request: pytest.FixtureRequest) -> Role:
    return Role(request.param)


@pytest.fixture
def pages(make_hub: HubMaker, role: Role) -> Iterator[httpx.Client]:
    hub = make_hub(worker=False, webhook=HERE)
    hub.templates.set("code", "Your code is {{ code }}")
    hub.webhooks.create("http://127.0.0.1:9/hooks")
    with seen_as(hub, role) as client:
        yield client


@pytest.mark.parametrize("path", ["/templates", "/templates/code", "/channels", "/channels/viber", "/webhooks/1"])
def test_everybody_sees_what_can_be_read(pages: httpx.Client, path: str) -> None:
    assert pages.get(path).status_code == 200


@pytest.mark.parametrize(
    "path", ["/templates/new", "/templates/code/add", "/templates/code/edit?", "/templates/code/delete"]
)
def test_viewers_do_not_write_templates(pages: httpx.Client, role: Role, path: str) -> None:
    assert pages.get(path).status_code == (403 if role is Role.VIEWER else 200)


@pytest.mark.parametrize(
    "path", ["/keys", "/keys/new", "/audit", "/webhooks/new", *(f"/webhooks/1/{one}" for one in ("change", "rotate"))]
)
def test_keys_the_audit_and_changes_of_webhooks_are_for_admins(pages: httpx.Client, role: Role, path: str) -> None:
    assert pages.get(path).status_code == (200 if role is Role.ADMIN else 403)


@pytest.mark.parametrize("path", ["/webhooks/1/delete", "/webhooks/1/replay"])
def test_what_cannot_be_taken_back_of_webhooks_is_for_admins(pages: httpx.Client, role: Role, path: str) -> None:
    assert pages.get(path).status_code == (200 if role is Role.ADMIN else 403)


def test_only_those_who_send_are_offered_a_test(pages: httpx.Client, role: Role) -> None:
    assert ("Send a test" in words(pages.get("/channels/viber"))) == (role is not Role.VIEWER)


def test_only_admins_see_every_setting(pages: httpx.Client, role: Role) -> None:
    assert ("NOTIFYHUB_VIBER_TOKEN" in pages.get("/channels/viber").text) == (role is Role.ADMIN)


def test_buttons_that_a_role_does_not_allow_are_not_shown(pages: httpx.Client, role: Role) -> None:
    assert ("/webhooks/1/delete" in pages.get("/webhooks/1").text) == (role is Role.ADMIN)
    assert ("/templates/code/delete" in pages.get("/templates/code").text) == (role is not Role.VIEWER)
