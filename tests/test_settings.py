"""Settings: where they come from, what is refused and in which words."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from notifyhub.errors import SettingsError
from notifyhub.providers.registry import REAL_URLS, base_url_of
from notifyhub.settings import load, names, without_secrets


def complaint(**given: Any) -> str:
    with pytest.raises(SettingsError) as refused:
        load(**given)
    return str(refused.value)


def test_nothing_need_be_set() -> None:
    settings = load()

    assert settings.effective_database_url == "sqlite:///notifyhub-data/notifyhub.db"
    assert settings.uses_memory_broker
    assert all(channel.emulated for channel in settings.channels().values())


def test_arguments_come_before_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NOTIFYHUB_PORT", "1")
    monkeypatch.setenv("NOTIFYHUB_HOST", "::1")

    settings = load(port=2)

    assert (settings.port, settings.host) == (2, "::1")


@pytest.mark.parametrize("name", sorted(set(names()) - {"NOTIFYHUB_WHATSAPP_TOKEN"}))
def test_every_setting_is_read_from_its_variable(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    """Whatever this value is for a setting, wrong or right, it cannot go unnoticed."""
    defaults = load()
    monkeypatch.setenv(name, "7")

    told = None
    try:
        changed = load() != defaults
    except SettingsError as error:
        told = str(error)

    assert name in told if told else changed


def test_an_empty_variable_counts_as_not_set(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NOTIFYHUB_TELEGRAM_TOKEN", "")
    monkeypatch.setenv("NOTIFYHUB_PORT", "")

    assert load().port == 8000
    assert load().telegram.emulated


def test_variables_of_others_are_none_of_ours(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NOTIFYHUB_SERVICE_HOST", "10.0.0.1")

    load()


def test_a_token_makes_a_channel_real(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NOTIFYHUB_TELEGRAM_TOKEN", "1:a")

    assert base_url_of(load(), "telegram") == REAL_URLS["telegram"]
    assert base_url_of(load(), "viber") == "http://127.0.0.1:8000/emulator/viber"


@pytest.mark.parametrize(
    ("host", "url"),
    [
        ("127.0.0.1", "http://127.0.0.1:8000/emulator"),
        ("0.0.0.0", "http://127.0.0.1:8000/emulator"),
        ("::", "http://[::1]:8000/emulator"),
        ("::1", "http://[::1]:8000/emulator"),
        ("hub.example", "http://hub.example:8000/emulator"),
    ],
)
def test_the_emulator_is_looked_for_where_it_can_be_reached(host: str, url: str) -> None:
    assert load(host=host).effective_emulator_url == url


def test_slashes_at_the_end_of_a_base_url_do_no_harm() -> None:
    assert load(telegram={"base_url": "http://bots.example/api//"}).telegram.base_url == "http://bots.example/api"


WRONG: list[tuple[dict[str, Any], str]] = [
    ({"port": "x"}, "NOTIFYHUB_PORT: must be a whole number (given: 'x')"),
    ({"port": -1}, "NOTIFYHUB_PORT: must be at least 0 (given: -1)"),
    ({"port": 65_536}, "NOTIFYHUB_PORT: must be at most 65535 (given: 65536)"),
    ({"port": 1.5}, "NOTIFYHUB_PORT: must be a whole number (given: 1.5)"),
    ({"host": ""}, "NOTIFYHUB_HOST: must not be empty (given: '')"),
    ({"log_format": "xml"}, "NOTIFYHUB_LOG_FORMAT: must be 'console' or 'json' (given: 'xml')"),
    ({"lease_s": "nan"}, "NOTIFYHUB_LEASE_S: "),
    ({"drain_s": "inf"}, "NOTIFYHUB_DRAIN_S: must be at most 600.0 (given: 'inf')"),
    ({"telegram": {"retry_base_s": "inf"}}, "NOTIFYHUB_TELEGRAM_RETRY_BASE_S: must be a finite number (given: 'inf')"),
    ({"telegram": {"retry_base_s": 0}}, "NOTIFYHUB_TELEGRAM_RETRY_BASE_S: must be more than 0"),
    ({"telegram": {"rate": "fast"}}, "NOTIFYHUB_TELEGRAM_RATE: must be a number of messages in a time, such as 30/s"),
    ({"whatsapp": {"address_rate": "-1/s"}}, "NOTIFYHUB_WHATSAPP_ADDRESS_RATE: must be a number of messages in a time"),
    ({"telegram": {"group_rate": "0/min"}}, "NOTIFYHUB_TELEGRAM_GROUP_RATE: must be more than 0"),
    (
        {"opt_out_words": "START, stop"},
        "NOTIFYHUB_OPT_OUT_WORDS and NOTIFYHUB_OPT_IN_WORDS must not share a word (both have start)",
    ),
    ({"limits": "maybe"}, "NOTIFYHUB_LIMITS: must be 'auto', 'on' or 'off'"),
    (
        {"telegram": {"tokn": "hidden"}},
        "NOTIFYHUB_TELEGRAM_TOKN: there is no such setting; did you mean NOTIFYHUB_TELEGRAM_TOKEN?",
    ),
    ({"telegram": "hidden"}, "NOTIFYHUB_TELEGRAM: names a whole channel: set its members"),
    ({"viber": {"sender_name": "x" * 29}}, "NOTIFYHUB_VIBER_SENDER_NAME: must be at most 28 characters"),
    (
        {"whatsapp": {"token": "hidden"}},
        "NOTIFYHUB_WHATSAPP_PHONE_NUMBER_ID must be set when NOTIFYHUB_WHATSAPP_TOKEN is",
    ),
    ({"whatsapp": {"phone_number_id": "+7"}}, "NOTIFYHUB_WHATSAPP_PHONE_NUMBER_ID: has the wrong form"),
    ({"lease_s": 10}, "NOTIFYHUB_LEASE_S (10) must be longer than NOTIFYHUB_TELEGRAM_TIMEOUT_S (10)"),
    ({"database_url": "hidden"}, "NOTIFYHUB_DATABASE_URL: must begin with sqlite:// or postgresql://"),
    ({"broker_url": "kafka://hidden"}, "NOTIFYHUB_BROKER_URL: must begin with memory:// or redis://"),
    ({"emulator_url": "ftp://hidden"}, "NOTIFYHUB_EMULATOR_URL: must begin with http:// or https://"),
    ({"database_url": "postgresql://u:hidden\u2100@h/x"}, "NOTIFYHUB_DATABASE_URL: is not a valid URL"),
    ({"nonsense": 1}, "nonsense: there is no such setting"),
]


@pytest.mark.parametrize(("given_", "words"), WRONG, ids=[repr(given_)[:50] for given_, _ in WRONG])
def test_a_wrong_setting_is_named_with_the_reason(given_: dict[str, Any], words: str) -> None:
    told = complaint(**given_)

    assert told.startswith(words)
    assert "hidden" not in told or given_ == {"telegram": "hidden"}
    assert "\n" not in told


def test_every_wrong_setting_is_told_on_a_line_of_its_own() -> None:
    assert len(complaint(port="x", drain_s=-1, telegram={"concurrency": 0}).splitlines()) == 3


def test_secrets_are_not_in_the_text_of_settings() -> None:
    assert "hidden" not in repr(load(telegram={"token": "hidden"}))


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("sqlite:///notifyhub.db", "sqlite:///notifyhub.db"),
        ("sqlite:////a/b:c@d.db", "sqlite:////a/b:c@d.db"),
        ("postgresql://me@db/hub", "postgresql://me@db/hub"),
        ("postgresql://me:a:b/c@db/hub", "postgresql://me:***@db/hub"),
        ("redis://:pw@db:6379/0", "redis://:***@db:6379/0"),
        ("postgresql:///hub?password=pw&user=me", "postgresql:///hub?password=***&user=me"),
        ("https://bots.example/?api_key=pw#x", "https://bots.example/?api_key=***#x"),
    ],
)
def test_urls_are_shown_without_secrets(url: str, shown: str) -> None:
    assert without_secrets(url) == shown


passwords = st.text(
    st.characters(codec="utf-8", exclude_characters="/?#@%[]\\", categories=["L", "N", "P"]), min_size=1
)


@given(password=passwords)
def test_no_password_is_ever_shown(password: str) -> None:
    assert without_secrets(f"postgresql://me:{password}@db/hub") == "postgresql://me:***@db/hub"


def test_paths_may_be_anything(tmp_path: Path) -> None:
    assert load(data_dir=tmp_path / "a folder").effective_database_url == f"sqlite:///{tmp_path}/a folder/notifyhub.db"


@pytest.mark.parametrize(("written", "region"), [("DE", "DE"), ("RU", "RU"), ("none", "")])
def test_the_default_region_is_a_country_or_none(monkeypatch: pytest.MonkeyPatch, written: str, region: str) -> None:
    monkeypatch.setenv("NOTIFYHUB_DEFAULT_REGION", written)

    assert load().default_region == region


@pytest.mark.parametrize("written", ["XX", "ru", "Russia", "7"])
def test_a_default_region_that_is_no_country_is_refused_with_an_example(written: str) -> None:
    assert "NOTIFYHUB_DEFAULT_REGION: must be a two-letter country code in capitals, such as RU" in complaint(
        default_region=written
    )


def test_people_reach_the_dashboard_where_the_service_listens() -> None:
    assert load(host="0.0.0.0", port=9000).dashboard_url == "http://127.0.0.1:9000"


def test_people_reach_the_dashboard_at_the_address_that_is_set() -> None:
    assert load(dashboard={"url": "https://hub.example.org/"}).dashboard_url == "https://hub.example.org"


def test_a_session_cannot_be_idle_for_longer_than_it_lives() -> None:
    assert complaint(dashboard={"session_s": 600, "idle_s": 601}) == (
        "NOTIFYHUB_DASHBOARD_IDLE_S (601) must not be longer than NOTIFYHUB_DASHBOARD_SESSION_S (600)"
    )


def test_a_short_session_needs_no_other_setting() -> None:
    assert load(dashboard={"session_s": 600}).dashboard.session_s == 600
