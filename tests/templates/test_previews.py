"""The preview of a template."""

from __future__ import annotations

import pytest

from notifyhub import Hub, InvalidRequest, NotFound
from tests.templates.conftest import greeting


def faults_of(
    hub: Hub, name: str, variables: dict[str, object] | None = None, **given: object
) -> list[tuple[str, str]]:
    with pytest.raises(InvalidRequest) as caught:
        hub.templates.preview(name, variables, **given)  # type: ignore[arg-type]
    return [(fault.path, fault.code) for fault in caught.value.faults]


def test_a_preview_is_the_text_with_its_length(quiet: Hub) -> None:
    quiet.templates.set("code", "Hello {{ name }}")

    seen = quiet.templates.preview("code", {"name": "Ann"}, channel="telegram")

    assert (seen.text, seen.length, seen.limit, seen.version) == ("Hello Ann", 9, 4096, 1)


def test_a_missing_variable_is_named(quiet: Hub) -> None:
    quiet.templates.set("code", "Hello {{ name }}")

    with pytest.raises(InvalidRequest) as caught:
        quiet.templates.preview("code")

    (fault,) = caught.value.faults
    assert (fault.path, fault.code) == ("variables.name", "missing_variable")
    assert "name" in fault.message
    assert "line 1, column 10" in fault.message


def test_a_variable_that_the_template_does_not_read_is_named(quiet: Hub) -> None:
    quiet.templates.set("code", "Hello {{ name }}")

    assert faults_of(quiet, "code", {"name": "Ann", "nmae": "x"}) == [("variables.nmae", "unknown_variable")]


def test_a_client_brings_phone_tags_and_attributes(quiet: Hub) -> None:
    client = quiet.clients.create("79030000001", tags=["vip", "new"], attributes={"name": "Ann", "language": "ru"})
    quiet.templates.set("all", "{{ phone }} {{ tags|join(', ') }} {{ attributes.name }} {{ client_id }}")
    greeting(quiet)

    assert quiet.templates.preview("all", client_id=client.id).text == f"79030000001 new, vip Ann {client.id}"
    assert quiet.templates.preview("greeting", client_id=client.id).text == "Привет, Ann"
    assert quiet.templates.preview("greeting", client_id=client.id, language="en").text == "Hello Ann"


def test_what_a_variable_holds_is_no_markup(quiet: Hub) -> None:
    greeting(quiet)

    seen = quiet.templates.preview(
        "greeting", {"attributes": {"name": "<i>Ann</i> & Co"}}, language="ru-RU", channel="telegram"
    )

    assert (seen.text, seen.parse_mode) == ("<b>&lt;i&gt;Ann&lt;/i&gt; &amp; Co</b>, привет", "HTML")


def test_a_language_without_a_variant_is_told_of(quiet: Hub) -> None:
    quiet.templates.set("only", "Привет", language="ru")

    assert faults_of(quiet, "only", language="de") == [("language", "no_variant")]
    assert faults_of(quiet, "only") == [("language", "no_variant")]


def test_a_text_that_is_too_long_for_the_channel_is_told_of(quiet: Hub) -> None:
    quiet.templates.set("long", "{{ word }}")

    assert faults_of(quiet, "long", {"word": "x" * 5000}, channel="telegram") == [("template", "wording_too_long")]
    assert quiet.templates.preview("long", {"word": "x" * 5000}, channel="gateway").length == 5000


def test_dates_are_those_of_the_clients_zone(quiet: Hub) -> None:
    client = quiet.clients.create("79030000001", timezone="Asia/Omsk")
    quiet.templates.set("visit", "{{ at|datetime('yyyy-MM-dd HH:mm') }}")

    assert (
        quiet.templates.preview("visit", {"at": "2026-12-01T10:00:00Z"}, client_id=client.id).text == "2026-12-01 16:00"
    )


def test_unknown_templates_versions_and_clients_are_told_of(quiet: Hub) -> None:
    quiet.templates.set("code", "Hello")

    with pytest.raises(NotFound):
        quiet.templates.preview("nothing")
    with pytest.raises(NotFound):
        quiet.templates.preview("code", version=7)
    assert faults_of(quiet, "code", client_id=9) == [("client_id", "unknown_client")]
