"""The peer's Celery application and its one task. A worker takes its addresses from the bench:
``PEER_DATABASE_URL``, ``PEER_SINK_URL``, and the broker from the command line (``celery -b``).
"""

import os
import time
from functools import cache
from typing import Any

import requests
from celery import Celery  # type: ignore[import-untyped]
from celery.signals import worker_process_init  # type: ignore[import-untyped]

from benchmarks.peer_celery import store

TIMEOUT = (3.0, 10.0)  # seconds: connect, answer

app = Celery("peer")
app.conf.update(
    task_acks_late=True,
    task_reject_on_worker_lost=True,
    task_ignore_result=True,
    worker_prefetch_multiplier=4,
    worker_hijack_root_logger=False,
    broker_connection_retry_on_startup=True,
)


@worker_process_init.connect  # type: ignore[untyped-decorator]
def open_in_child(**_: Any) -> None:
    """A connection must not be shared across the fork."""
    store.open_store(os.environ["PEER_DATABASE_URL"])


@cache
def session() -> requests.Session:
    """One per process, so that connections are kept."""
    kept = requests.Session()
    kept.trust_env = False  # spares the peer the proxy look-up of every request
    return kept


@app.task(  # type: ignore[untyped-decorator]
    bind=True,
    autoretry_for=(requests.RequestException,),
    max_retries=5,
    retry_backoff=True,
    retry_jitter=True,
)
def deliver(self: Any, delivery_id: int) -> None:
    """Send one delivery once, whatever becomes of it; Celery repeats what failed for the time being."""
    row = store.claim(delivery_id)
    if row is None:
        if store.is_leased(delivery_id):
            raise self.retry(countdown=store.LEASE)
        return
    started_at = time.time()
    url = os.environ["PEER_SINK_URL"] + "/bot1:peer/sendMessage"
    try:
        answer = session().post(url, json={"chat_id": row.recipient, "text": row.text}, timeout=TIMEOUT)
        answer.raise_for_status()
    except requests.RequestException as error:
        last = self.request.retries >= self.max_retries
        store.record(row, "failed" if last else "queued", started_at, error=type(error).__name__)
        raise
    store.record(row, "sent", started_at, external_id=str(answer.json()["result"]["message_id"]))
