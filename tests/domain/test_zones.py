"""Names of time zones, as people write them."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from notifyhub.domain.zones import canonical_zone, zone_of


@pytest.mark.parametrize(
    ("written", "canonical"),
    [
        ("Europe/Moscow", "Europe/Moscow"),
        (" europe/moscow ", "Europe/Moscow"),
        ("UTC", "UTC"),
        ("z", "UTC"),
        ("+03:00", "+03:00"),
        ("+3", "+03:00"),
        ("UTC+3", "+03:00"),
        ("gmt-0330", "-03:30"),
        ("+00:00", "+00:00"),
        ("+14:00", "+14:00"),
    ],
)
def test_the_forms_of_a_zone(written: str, canonical: str) -> None:
    assert canonical_zone(written) == canonical
    assert canonical_zone(canonical) == canonical


@pytest.mark.parametrize("written", ["", "Moscow time", "Europe/Atlantis", "+15:00", "-13", "03:00", "+3:99", "../etc"])
def test_what_is_no_zone(written: str) -> None:
    with pytest.raises(ValueError, match="is not a time zone"):
        canonical_zone(written)


def test_an_offset_has_its_hours_and_minutes() -> None:
    noon = datetime.fromisoformat("2026-12-01T12:00")

    assert zone_of("-03:30").utcoffset(noon) == timedelta(hours=-3, minutes=-30)
    assert zone_of("Europe/Moscow").utcoffset(noon) == timedelta(hours=3)
