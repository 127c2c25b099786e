"""The queue's statements, for jobs that are added in the transaction of what causes them."""

import json
from collections.abc import Sequence

import apsw

from memchat.core.ids import new_id
from memchat.store.sql import run, value
from memchat.store.values import NewJob


def add_jobs(db: apsw.Connection, jobs: Sequence[NewJob], now: float) -> None:
    """Queues jobs; one whose key waits already takes the newer payload and the earlier time."""
    for job in jobs:
        payload = json.dumps(dict(job.payload), ensure_ascii=False, sort_keys=True)
        waiting = value(db, "SELECT number FROM jobs WHERE key = ? AND owner IS NULL AND failed_at IS NULL", job.key)
        if waiting is not None:
            run(
                db,
                "UPDATE jobs SET payload = ?, run_after = min(run_after, ?) WHERE number = ?",
                payload,
                now + job.after_seconds,
                waiting,
            )
            continue
        # A fresh reason to do it replaces the note that it once failed.
        run(db, "DELETE FROM jobs WHERE key = ? AND failed_at IS NOT NULL", job.key)
        session_id = job.payload.get("session_id")
        run(
            db,
            "INSERT INTO jobs (id, kind, key, payload, session_id, run_after, created_at) VALUES (?, ?, ?, ?, ?, ?, ?)",
            new_id("job"),
            job.kind,
            job.key,
            payload,
            session_id if isinstance(session_id, str) else None,
            now + job.after_seconds,
            now,
        )
