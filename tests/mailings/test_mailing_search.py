"""Mailings found by a part of their name, their text or their reference."""

from __future__ import annotations

import pytest

from notifyhub import Hub, InvalidRequest


@pytest.fixture
def drafts(hub: Hub) -> Hub:
    for name, text, reference in (
        ("Autumn sale", "Coats, 20 % off", None),
        ("Лето", "Boats_and more", "CRM-17"),
        ("Winter sale", "Everything must go", "crm-18"),
    ):
        hub.mailings.create(name, text, ["telegram"], reference=reference, draft=True)
    return hub


@pytest.mark.parametrize(
    ("search", "names"),
    [
        ("SALE", ["Winter sale", "Autumn sale"]),
        ("boats", ["Лето"]),
        ("crm-1", ["Winter sale", "Лето"]),
        ("ЛЕТ", ["Лето"]),
        ("%", ["Autumn sale"]),
        ("s_a", ["Лето"]),
        (" winter ", ["Winter sale"]),
        ("spring", []),
        ("весна", []),
        ("  ", ["Winter sale", "Лето", "Autumn sale"]),
    ],
)
def test_a_search_finds_parts_of_names_texts_and_references(drafts: Hub, search: str, names: list[str]) -> None:
    assert [one.name for one in drafts.mailings.list(search=search)] == names


def test_a_search_goes_with_states_pages_and_orders(drafts: Hub) -> None:
    (first,) = drafts.mailings.list(search="sale", order="oldest", limit=1)

    assert first.name == "Autumn sale"
    assert [one.name for one in drafts.mailings.list(first, search="sale", order="oldest")] == ["Winter sale"]
    assert drafts.mailings.list(search="sale", status="running") == []


@pytest.mark.parametrize("search", ["a\x00b", "\ud800", "a" * 256])
def test_what_cannot_be_in_a_text_is_refused(drafts: Hub, search: str) -> None:
    with pytest.raises(InvalidRequest, match="search"):
        drafts.mailings.list(search=search)
