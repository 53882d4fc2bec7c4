"""From any number of a mailing to the deliveries behind it."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from notifyhub import Hub, InvalidRequest
from tests.conftest import HubMaker
from tests.emulated import RunningEmulator
from tests.mailings.conftest import ended, fill, until


def test_deliveries_are_found_by_mailing_client_operator_and_reason(hub: Hub, emulator: RunningEmulator) -> None:
    clients = fill(hub, 6)
    emulator.script("telegram", "1000001", "blocked")
    first = ended(hub, hub.mailings.create("Sale", "Hello", ["telegram"]))
    second = ended(hub, hub.mailings.create("Other", "Hi", ["telegram"], audience={"tag": "even"}))
    hub.wait(hub.send("Alone", to={"telegram": "1000000"}), timeout_s=10)

    def found(**filters: Any) -> list[tuple[int | None, int | None]]:
        return [(d.mailing_id, d.client_id) for d in hub.deliveries(**filters)]

    assert len(found(mailing_id=first.id)) == 6
    assert {mailing for mailing, _ in found(mailing_id=second.id)} == {second.id}
    assert found(client_id=clients[0].id) == [(second.id, clients[0].id), (first.id, clients[0].id)]
    assert found(client_id=clients[0].id, mailing_id=first.id, status="sent") == [(first.id, clients[0].id)]
    assert len(found(mailing_id=first.id, operator_code="905")) == 2
    (failed,) = hub.deliveries(mailing_id=first.id, status="failed")
    assert found(mailing_id=first.id, reason=failed.reason) == [(first.id, clients[1].id)]
    assert found(mailing_id=99) == []


def test_messages_are_found_by_mailing_and_client(hub: Hub, emulator: RunningEmulator) -> None:
    clients = fill(hub, 2)
    first = ended(hub, hub.mailings.create("Sale", "Hello", ["telegram"]))
    ended(hub, hub.mailings.create("Other", "Hi", ["telegram"], audience={"tag": "even"}))

    assert [m.mailing_id for m in hub.messages(mailing_id=first.id)] == [first.id]
    assert [m.text for m in hub.messages(client_id=clients[0].id)] == ["Hi", "Hello"]
    assert [m.text for m in hub.messages(client_id=clients[1].id)] == ["Hello"]
    assert hub.messages(mailing_id=first.id, status="failed") == []


def test_deliveries_to_one_operator_are_found_in_any_state_and_order_page_by_page(
    hub: Hub, emulator: RunningEmulator
) -> None:
    clients = {client.id: client for client in fill(hub, 9)}
    emulator.script("telegram", "1000001", "blocked")
    first = ended(hub, hub.mailings.create("Sale", "Hello", ["telegram"]))
    ended(hub, hub.mailings.create("Other", "Hi", ["telegram"]))
    wanted = clients[1].operator_code

    def found(**filters: Any) -> list[tuple[int | None, str]]:
        return [(d.mailing_id, d.address) for d in hub.deliveries(operator_code=wanted, **filters)]

    every = [
        (d.mailing_id, d.address)
        for d in hub.deliveries()
        if d.client_id is not None and clients[d.client_id].operator_code == wanted
    ]
    assert found() == every
    assert found(order="oldest") == every[::-1]
    assert found(channel="telegram", mailing_id=first.id) == [one for one in every if one[0] == first.id]
    assert sorted(found(status="sent") + found(status="failed")) == sorted(every)
    assert found(status=["failed", "sent"]) == every
    assert found(channel="viber") == found(status="scheduled") == []
    page = hub.deliveries(operator_code=wanted, limit=2)
    rest = hub.deliveries(operator_code=wanted, before=page[-1])
    assert [(d.mailing_id, d.address) for d in (*page, *rest)] == every


def test_messages_are_found_by_what_became_of_one_delivery(hub: Hub, emulator: RunningEmulator) -> None:
    fill(hub, 3)
    emulator.script("telegram", "1000001", "blocked")
    ended(hub, hub.mailings.create("Sale", "Hello", ["telegram"]))
    emulator.script("telegram", "4", "blocked")
    plain = hub.send("Alone", to=[{"telegram": "4"}, {"telegram": "5"}])
    hub.wait(plain, timeout_s=20)
    (failed, _) = hub.deliveries(status="failed")

    def texts(**filters: Any) -> list[str]:
        return [message.text for message in hub.messages(**filters)]

    assert texts(reason=failed.reason) == ["Alone", "Hello"]
    assert texts(reason=failed.reason, channel="telegram", order="oldest") == ["Hello", "Alone"]
    assert texts(reason=failed.reason, status="sent") == texts(reason="nothing") == []
    assert texts(reason=failed.reason, address="4") == ["Alone"]
    assert texts(operator_code="903") == ["Hello"]
    assert texts(operator_code="000") == []
    assert texts(reason=failed.reason, created_from=plain.created_at) == ["Alone"]


def test_pages_of_a_mailings_deliveries_go_on(hub: Hub, emulator: RunningEmulator) -> None:
    fill(hub, 7)
    mailing = ended(hub, hub.mailings.create("Sale", "Hello", ["telegram"]))

    seen = hub.deliveries(mailing_id=mailing.id, limit=3)
    seen += hub.deliveries(mailing_id=mailing.id, limit=100, before=seen[-1])

    assert len({d.id for d in seen}) == 7


@pytest.mark.parametrize("name", ["mailing_id", "client_id"])
@pytest.mark.parametrize("value", ["x", 0, -1, 2**70, ""])
def test_what_is_no_id_is_named(make_hub: HubMaker, name: str, value: object) -> None:
    hub = make_hub(worker=False)

    with pytest.raises(InvalidRequest) as caught:
        hub.deliveries(**{name: value})  # type: ignore[arg-type]

    assert [(fault.path, fault.code) for fault in caught.value.faults] == [(name, "form")]


def test_a_delivery_of_a_mailing_expires_when_its_mailing_ends_also_when_that_is_moved(
    hub: Hub, emulator: RunningEmulator
) -> None:
    fill(hub, 2)
    first, second = datetime(2126, 12, 1, tzinfo=UTC), datetime(2126, 12, 2, tzinfo=UTC)
    emulator.faults(failure_rate=1.0, failure="429")
    mailing = hub.mailings.create("Sale", "Hello", ["telegram"], ends_at=first)
    until(hub, mailing.id, lambda found: found.expanded_at is not None)
    alone = hub.send("Alone", to={"telegram": "1"}, expires_at="2126-12-03T00:00Z")

    def ends() -> set[datetime | None]:
        listed = hub.deliveries(mailing_id=mailing.id)
        ids = [delivery.id or 0 for delivery in listed]
        message = hub.message(listed[0].message_id or "")
        seen = [*listed, *(hub.delivery(id_) for id_ in ids), *(message.deliveries or ())]
        seen += [found.delivery for found in hub.deliveries_by_id(ids) if found.delivery is not None]
        assert len(seen) == 8
        return {delivery.expires_at for delivery in seen} | {message.expires_at}

    assert ends() == {first}
    hub.mailings.update(mailing.id, ends_at=second)
    assert ends() == {second}
    hub.mailings.update(mailing.id, ends_at=None)
    assert ends() == {None}
    assert {d.expires_at for d in hub.deliveries() if d.message_id == alone.id} == {datetime(2126, 12, 3, tzinfo=UTC)}
