"""Templates have versions: a new one with each change, and the old ones can be read."""

from __future__ import annotations

import pytest

from notifyhub import Hub, InvalidRequest, NotFound
from tests.templates.conftest import greeting


def test_each_change_makes_a_version_and_old_ones_can_be_read(hub: Hub) -> None:
    first = hub.templates.set("code", "Your code: {{ code }}")
    second = hub.templates.set("code", "Code: {{ code }}")

    assert (first.version, second.version) == (1, 2)
    assert [v.text for v in hub.templates.get("code").variants] == ["Code: {{ code }}"]
    assert [v.text for v in hub.templates.get("code", 1).variants] == ["Your code: {{ code }}"]


def test_what_is_there_already_makes_no_version(hub: Hub) -> None:
    hub.templates.set("code", "Code: {{ code }}")
    hub.templates.set("code", "Код: {{ code }}", language="ru")

    assert hub.templates.set("code", "Code: {{ code }}").version == 2


def test_a_version_has_all_variants_as_they_were_then(hub: Hub) -> None:
    greeting(hub)
    hub.templates.set("greeting", "Hi {{ attributes.name }}")

    def texts(version: int) -> dict[tuple[str | None, str | None], str]:
        return {(v.language, v.channel): v.text for v in hub.templates.get("greeting", version).variants}

    assert texts(2) == {(None, None): "Hello {{ attributes.name }}", ("ru", None): "Привет, {{ attributes.name }}"}
    assert texts(4)[None, None] == "Hi {{ attributes.name }}"
    assert len(texts(4)) == 3


def test_removed_variants_are_gone_from_the_next_version_on(hub: Hub) -> None:
    greeting(hub)

    left = hub.templates.delete("greeting", language="ru")

    assert (left.version, [(v.language, v.channel) for v in left.variants]) == (4, [(None, None)])
    assert len(hub.templates.get("greeting", 3).variants) == 3
    with pytest.raises(NotFound):
        hub.templates.delete("greeting", language="ru")


def test_a_removed_template_is_not_there_but_its_versions_are(hub: Hub) -> None:
    hub.templates.set("code", "{{ code }}")
    hub.templates.delete("code")

    with pytest.raises(NotFound):
        hub.templates.get("code")
    assert hub.templates.list() == []
    assert hub.templates.get("code", 1).version == 1
    assert hub.templates.set("code", "{{ code }}").version == 3


def test_the_history_tells_what_changed(hub: Hub) -> None:
    hub.templates.set("code", "{{ code }}")
    hub.templates.set("code", "Код {{ code }}", language="ru_RU", channel="viber")
    hub.templates.delete("code")

    told = [(v.version, v.language, v.channel, v.removed) for v in hub.templates.versions("code")][1:]

    assert told == [(2, "ru-ru", "viber", False), (1, None, None, False)]
    assert hub.templates.versions("code")[0].removed


def test_templates_are_listed_by_name_page_by_page(hub: Hub) -> None:
    for name in ("b", "a.x", "C", "a-x"):
        hub.templates.set(name, "Hello")

    first = hub.templates.list(limit=2)
    rest = hub.templates.list(after=first[-1], limit=5)

    assert [one.name for one in [*first, *rest]] == sorted(["b", "a.x", "C", "a-x"])


@pytest.mark.parametrize(
    ("members", "faults"),
    [
        ({"name": "no spaces", "text": "Hello"}, [("name", "form")]),
        ({"name": "x", "text": " "}, [("text", "empty")]),
        ({"name": "x", "text": "Hello {{ name"}, [("text", "syntax")]),
        ({"name": "x", "text": "{% for i in range(9) %}x{% endfor %}"}, [("text", "forbidden")]),
        ({"name": "x", "text": "{{ 'x' * 999999999 }}"}, [("text", "value")]),
        (
            {
                "name": "x",
                "text": f"{{% for i in {[0] * 99} %}}{{% for j in {[0] * 999} %}}-{{% endfor %}}{{% endfor %}}",
            },
            [("text", "too_slow")],
        ),
        ({"name": "x", "text": "Hello", "language": "english!"}, [("language", "form")]),
        ({"name": "x", "text": "Hello", "channel": "pigeon"}, [("channel", "unknown_value")]),
        ({"name": "x", "text": "Hello", "channel": "viber", "parse_mode": "HTML"}, [("parse_mode", "wrong_channel")]),
        ({"name": "x", "text": "Hello", "channel": "viber", "subject": "Hi"}, [("subject", "wrong_channel")]),
        (
            {"name": "x", "text": "Hello", "html": "{{ a b }}", "subject": "{{"},
            [("subject", "syntax"), ("html", "syntax")],
        ),
    ],
)
def test_a_text_that_is_no_template_is_not_stored(
    quiet: Hub, members: dict[str, str], faults: list[tuple[str, str]]
) -> None:
    with pytest.raises(InvalidRequest) as caught:
        quiet.templates.set(**members)

    assert [(fault.path, fault.code) for fault in caught.value.faults] == faults
    assert quiet.templates.list() == []


def test_a_fault_in_a_text_is_told_with_line_and_column(hub: Hub) -> None:
    with pytest.raises(InvalidRequest) as caught:
        hub.templates.set("x", "Hello\n  {{ name.upper() }}")

    assert "line 2, column" in caught.value.faults[0].message
