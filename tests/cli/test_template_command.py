"""template list, show, set, preview, delete; send and mailing create with a template."""

from __future__ import annotations

from pathlib import Path

import pytest

from notifyhub import Hub
from tests.cli.conftest import Run
from tests.conftest import HubMaker
from tests.emulated import RunningEmulator
from tests.mailings.conftest import fill


@pytest.fixture
def hub(make_hub: HubMaker, emulator: RunningEmulator) -> Hub:
    """A hub that delivers, in the folder where `run` runs."""
    return make_hub(data_dir=Path("notifyhub-data").resolve())


def test_a_template_is_set_shown_listed_and_previewed(run: Run, tmp_path: Path) -> None:
    run("template", "set", "code", "Hello {{ name }}")
    set_again = run("template", "set", "code", "-", "--language", "ru", piped="Привет, {{ name }}\n".encode())

    assert set_again.out.startswith("code  version 2\n")
    assert [v.get("language") for v in run("template", "show", "code", "--json").json["variants"]] == [None, "ru"]
    assert run("template", "show", "code", "--version", "1").out.count("Hello") == 1
    assert "ru" in run("template", "show", "code", "--history").out
    assert "all, ru" in run("template", "list").out
    made = run("template", "preview", "code", "--var", "name=Аня", "--language", "ru")
    assert (made.out, "(11 characters, version 2)" in made.err) == ("Привет, Аня\n", True)


def test_html_comes_from_a_file(run: Run, tmp_path: Path) -> None:
    (tmp_path / "sale.html").write_text("<b>{{ name }}</b>")

    run("template", "set", "sale", "{{ name }}", "--subject", "For {{ name }}", "--html", "sale.html")

    assert run("template", "show", "sale", "--json").json["variants"][0]["html"] == "<b>{{ name }}</b>"


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (("set", "code", "Hello {{ name"), 2, "TEXT: "),
        (("set", "co de", "Hello"), 2, "--name: "),
        (("show", "nothing"), 3, "there is no template nothing"),
        (("preview", "there"), 2, "--var: "),
        (("preview", "there", "--var", "name"), 2, "--var: 'name' must be NAME=VALUE"),
        (("preview", "there", "--var", "name=[1"), 2, "--var: the value of name is not JSON"),
        (("preview", "there", "--var", "name=1", "--var", "x=2"), 2, "template there does not read it"),
        (("delete", "nothing"), 3, "there is no template nothing"),
    ],
)
def test_a_mistake_is_told_in_one_line(run: Run, arguments: tuple[str, ...], code: int, words: str) -> None:
    run("template", "set", "there", "Hello {{ name }}")

    ended = run("template", *arguments)

    assert (ended.code, words in ended.complaint) == (code, True), ended.err


def test_variants_are_deleted(run: Run) -> None:
    run("template", "set", "code", "Hello")
    run("template", "set", "code", "Привет", "--language", "ru")

    assert run("template", "delete", "code", "--language", "ru").out == "version 3 of code has variants for: all\n"


def test_a_message_is_sent_from_a_template(run: Run, hub: Hub, emulator: RunningEmulator) -> None:
    hub.templates.set("code", "Your code is {{ code }}")

    sent = run("send", "--template", "code", "--var", "code=0042", "--to", "telegram=5", "--wait", "10", "--json")

    assert sent.json["text"] == "Your code is 0042"
    assert [entry["text"] for entry in emulator.entries()] == ["Your code is 0042"]


def test_a_mailing_is_created_from_a_template_and_its_preview_shows_examples(run: Run, hub: Hub) -> None:
    hub.templates.set("sale", "{{ percent }} % for {{ attributes.name }}")
    fill(hub, 2, attributes={"name": "Ann"})
    given = ("--template", "sale", "--var", "percent=50", "--channel", "telegram")

    run("mailing", "create", "Sale", *given, "--draft")
    shown = run("mailing", "preview", "1").out

    assert "50 % for Ann" in shown
    assert "12 of 4,096" in shown
    assert "sale" in run("mailing", "show", "1").out


def test_a_mailing_needs_a_text_or_a_template(run: Run) -> None:
    assert "TEXT" in run("mailing", "create", "Sale", "--channel", "telegram").complaint
