"""What every broker does with bells."""

from __future__ import annotations

from queue import Empty
from time import sleep

import pytest

from notifyhub.queue import BrokerPlace, is_reachable, queue_name
from tests.brokers.listener import CHANNEL, Bells

RINGS_AGAIN_S = 0.5


def test_a_bell_is_heard_by_another_process(bells: Bells, place: BrokerPlace) -> None:
    listener = bells.listener(place)

    bells.doorbell(place).ring(CHANNEL)

    assert listener.hears()


def test_a_bell_that_was_rung_before_closing_waits_for_a_worker(bells: Bells, place: BrokerPlace) -> None:
    doorbell = bells.doorbell(place)

    doorbell.ring(CHANNEL)
    doorbell.close()

    assert bells.broker(place).waiting(queue_name(CHANNEL)) == 1
    assert bells.listener(place).hears()


def test_one_of_two_workers_hears_a_bell(bells: Bells, place: BrokerPlace) -> None:
    listeners = [bells.listener(place) for _ in range(2)]
    doorbell = bells.doorbell(place)

    for _ in range(2):
        doorbell.ring(CHANNEL)
        heard = []
        while not heard:
            for listener in listeners:
                try:
                    heard.append(listener.heard.get(timeout=0.01))
                except Empty:
                    continue

    assert [listener.heard.qsize() for listener in listeners] == [0, 0]
    assert bells.broker(place).waiting(queue_name(CHANNEL)) == 0


def test_installations_with_different_prefixes_do_not_hear_each_other(bells: Bells, place: BrokerPlace) -> None:
    other, own = bells.listener(place._replace(prefix=f"{place.prefix}-other")), bells.listener(place)

    bells.doorbell(place).ring(CHANNEL)

    assert own.hears()
    assert other.heard.empty()


def test_a_broker_says_whether_it_is_there(bells: Bells, place: BrokerPlace) -> None:
    nowhere = place._replace(url=f"{place.scheme}://127.0.0.1:9")

    assert is_reachable(bells.broker(place))
    assert not is_reachable(bells.broker(nowhere))


@pytest.mark.parametrize("kind", ["classic", "quorum"])
def test_queues_of_rabbitmq_are_of_the_type_that_is_set(
    bells: Bells, rabbitmq_url: str, prefix: str, kind: str
) -> None:
    place = BrokerPlace(rabbitmq_url, prefix, queue_type=kind)
    listener, doorbell = bells.listener(place), bells.doorbell(place)

    # As sweeps do: a bell may be lost while a cluster agrees on a new queue.
    while listener.heard.empty():
        doorbell.ring(CHANNEL)
        sleep(RINGS_AGAIN_S)

    assert listener.hears()
    other = place._replace(queue_type="quorum" if kind == "classic" else "classic")
    with pytest.raises(Exception, match="x-queue-type"):
        bells.broker(other).waiting(queue_name(CHANNEL))
