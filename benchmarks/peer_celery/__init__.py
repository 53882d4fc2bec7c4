"""The peer: the usual Celery design of the same job. One row per delivery, one task per row, requests, Redis.

It keeps what the hub keeps: a conditional claim with a lease, a durable outcome together with
an attempt row, and retries.
"""
