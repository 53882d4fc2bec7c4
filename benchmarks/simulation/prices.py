"""What the model reckons with, in one place, and where each figure was measured.

Times are seconds of processor time on the machine of docs/benchmarks.md; another processor takes more or less.
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class Prices:
    """Of one message with one recipient, unless it says something else. Measured on PostgreSQL + Redis.

    What has no other source is from ``python -m benchmarks.run --short --only costs``, whose line is named.
    """

    api_cpu_s: float = 0.000_50
    """'a POST: CPU of API'"""
    api_store_cpu_s: float = 0.000_11
    """'a POST: CPU of PostgreSQL'"""
    bulk_cpu_s: float = 0.000_033
    """'one of 1,000 recipients: CPU of API'; a mailing's expansion costs about as much"""
    bulk_store_cpu_s: float = 0.000_034
    """'one of 1,000 recipients: CPU of PostgreSQL'"""
    worker_cpu_s: float = 0.000_133
    """'a delivery: CPU of worker'"""
    worker_store_cpu_s: float = 0.000_060
    """'a delivery: CPU of PostgreSQL'"""
    limited_worker_cpu_s: float = 0.000_77
    """'a delivery under limits: CPU of worker', by 10 accounts"""
    limited_store_cpu_s: float = 0.000_44
    """'a delivery under limits: CPU of PostgreSQL', by 10 accounts"""
    tidy_store_cpu_s: float = 0.000_016
    """'vacuum and checkpoint for a delivery: CPU of PostgreSQL'"""
    messenger_cpu_s: float = 0.000_02
    """'a delivery: CPU of messenger', which counts only where the sink shares the machine"""
    accepted_bytes: float = 825
    """'a POST: bytes in the store'"""
    delivered_bytes: float = 739
    """'a delivery: bytes in the store'"""
    wal_bytes: float = 3_270
    """'WAL bytes' of a POST, of a delivery and of vacuum, in a small store"""
    wal_after_checkpoint_bytes: float = 4_130
    """'a message: WAL bytes', beside 200,000 old deliveries, right after a checkpoint, uncompressed"""
    commits: float = 0.066
    """'write transactions' of a POST and of a delivery, under load; alone a message needs several"""
    pruned_bytes: float = 156
    """A dedup key that stays: a tenth of the delivery (docs/data.md)"""
    pruned_per_second: float = 2_900
    """What the sweep deletes a second at least (docs/data.md, PostgreSQL, a busy machine)"""
    expanded_per_second: float = 43_633
    """Clients of a mailing, by the one process that sweeps (docs/benchmarks.md, PostgreSQL)"""
    worker_process_cores: float = 1.2
    """Of one worker process: its event loop, and its writer beside it (docs/benchmarks.md: 9,118/s at 0.13 ms)"""
    api_process_cores: float = 1.0
    """docs/benchmarks.md: 2,616 POSTs/s by one process"""
    calls_at_once: int = 256
    """For each channel and worker process: the setting CONCURRENCY"""
    claimed_ahead_s: float = 0.5
    """What a worker has claimed is sent within that time (`notifyhub/flow/claim_size.py`), at most `claimed_most`"""
    claimed_most: int = 2_000
    lease_s: float = 30.0
    """The setting LEASE_S"""
    floor_s: float = 0.014
    """From a POST to the messenger when idle (docs/benchmarks.md, PostgreSQL + Redis)"""
    rest_first_s: float = 1.0
    rest_most_s: float = 60.0
    """Pauses of the circuit breaker: the settings RETRY_BASE_S and REST_S (docs/circuit-breaker.md)"""
    used_of_limit: float = 0.97
    """How much of a messenger's limit is used (docs/limits.md)"""
    kept_for_lower: float = 0.1
    """What lower priorities keep (docs/limits.md)"""


MEASURED = Prices()
