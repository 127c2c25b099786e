"""Learning that waits: leased, done, tried again, given up."""

import json
from collections.abc import Sequence

import apsw

from memchat.core.times import from_unix, to_unix
from memchat.store.database import Database
from memchat.store.queue import add_jobs
from memchat.store.sql import row, rows, run, value
from memchat.store.values import FailedJob, Job, NewJob

MAX_ATTEMPTS = 8
"""A job that was begun this often is given up; the same key can be queued anew."""

_NEXT = (
    "FROM jobs AS j WHERE failed_at IS NULL AND run_after <= ?1 AND (owner IS NULL OR leased_until <= ?1) "
    # Two of one key at once would do the same work.
    "AND NOT EXISTS (SELECT 1 FROM jobs AS o WHERE o.key = j.key AND o.number != j.number AND o.owner IS NOT NULL "
    "AND o.leased_until > ?1 AND o.failed_at IS NULL) "
    # In a session, one after the other as they were queued; one that waits its time holds up no other.
    "AND NOT EXISTS (SELECT 1 FROM jobs AS o WHERE o.session_id = j.session_id AND o.number != j.number "
    "AND o.failed_at IS NULL AND (o.owner IS NOT NULL AND o.leased_until > ?1 "
    "OR o.number < j.number AND o.run_after <= ?1)) "
    "ORDER BY CASE kind WHEN 'learn' THEN 0 WHEN 'consolidate' THEN 2 WHEN 'tidy' THEN 2 ELSE 1 END, "
    "run_after, number LIMIT 1"
)


class Jobs:
    """The queue of one database, worked off by any number of programs."""

    def __init__(self, database: Database) -> None:
        self._database = database

    @property
    def _now(self) -> float:
        return to_unix(self._database.clock())

    async def add(self, jobs: Sequence[NewJob]) -> None:
        """Queues jobs; one whose key waits already is not doubled."""
        await self._database.write(add_jobs, jobs, self._now)

    async def lease(self, owner: str, seconds: float) -> Job | None:
        """Takes the job that is due the longest: learning first, what concerns no session last.

        The jobs of one session come one at a time, in their order. One comes back into the queue when neither `done`,
        `retry`, `release` nor `fail` is heard for `seconds`.
        """
        if not await self._database.read(_any_due, self._now):
            return None
        return await self._database.write(_lease, owner, self._now, self._now + seconds)

    async def renew(self, id: str, seconds: float) -> None:
        """Keeps a leased job for `seconds` from now."""
        await self._database.write(
            run,
            "UPDATE jobs SET leased_until = ? WHERE id = ? AND owner IS NOT NULL AND failed_at IS NULL",
            self._now + seconds,
            id,
        )

    async def done(self, id: str) -> None:
        """Removes a job; one that is not there is let be."""
        await self._database.write(run, "DELETE FROM jobs WHERE id = ?", id)

    async def retry(self, id: str, error: str, after_seconds: float) -> None:
        """Puts a job back to be tried again later, or gives it up when it was tried often enough."""
        await self._database.write(_back, id, error, self._now, after_seconds, forgive=0)

    async def release(self, id: str) -> None:
        """Puts a job back at once, as if it had not been begun."""
        await self._database.write(_back, id, None, self._now, 0.0, forgive=1)

    async def fail(self, id: str, error: str) -> None:
        """Gives a job up."""
        await self._database.write(_fail, id, error, self._now)

    async def waiting(self) -> int:
        """How many jobs wait or run."""
        return int(await self._database.read(value, "SELECT count(*) FROM jobs WHERE failed_at IS NULL"))

    async def due_in(self) -> float | None:
        """Seconds until a job can be leased, 0 when one can; none when there is none."""
        at = await self._database.read(
            value,
            "SELECT min(max(run_after, iif(owner IS NULL, 0, leased_until))) FROM jobs WHERE failed_at IS NULL",
        )
        return None if at is None else max(0.0, float(at) - self._now)

    async def problem(self) -> str:
        """Why the newest of the jobs that wait for their next try, or were given up, failed; empty when none did."""
        return str(
            await self._database.read(value, "SELECT error FROM jobs WHERE error != '' ORDER BY number DESC LIMIT 1")
            or ""
        )

    async def failed(self) -> list[FailedJob]:
        """The jobs that were given up, newest first."""
        return await self._database.read(_failed)


def _any_due(db: apsw.Connection, now: float) -> bool:
    return row(db, f"SELECT 1 {_NEXT}", now) is not None


def _lease(db: apsw.Connection, owner: str, now: float, until: float) -> Job | None:
    while (found := row(db, f"SELECT number, id, kind, payload, attempts {_NEXT}", now)) is not None:
        number, job_id, kind, payload, attempts = found
        if attempts < MAX_ATTEMPTS:
            run(
                db,
                "UPDATE jobs SET owner = ?, leased_until = ?, attempts = attempts + 1 WHERE number = ?",
                owner,
                until,
                number,
            )
            return Job(id=job_id, kind=kind, payload=json.loads(payload), attempts=attempts + 1)
        _fail(db, job_id, "The program ended each time that it was begun.", now)
    return None


def _back(db: apsw.Connection, id: str, error: str | None, now: float, after_seconds: float, *, forgive: int) -> None:
    found = row(db, "SELECT key, attempts FROM jobs WHERE id = ? AND failed_at IS NULL", id)
    if found is None:
        return
    key, attempts = found
    if error is not None and attempts >= MAX_ATTEMPTS:
        _fail(db, id, error, now)
        return
    twin = value(
        db, "SELECT number FROM jobs WHERE key = ? AND id != ? AND owner IS NULL AND failed_at IS NULL", key, id
    )
    if twin is None:
        run(
            db,
            "UPDATE jobs SET owner = NULL, leased_until = NULL, attempts = attempts - ?, run_after = ?, "
            "error = coalesce(?, error) WHERE id = ?",
            forgive,
            now + after_seconds,
            error,
            id,
        )
        return
    # The same work was queued anew meanwhile: that one goes on with this one's count.
    run(
        db,
        "UPDATE jobs SET attempts = max(attempts, ?), run_after = max(run_after, ?), error = coalesce(?, error) "
        "WHERE number = ?",
        attempts - forgive,
        now + after_seconds,
        error,
        twin,
    )
    run(db, "DELETE FROM jobs WHERE id = ?", id)


def _fail(db: apsw.Connection, id: str, error: str, now: float) -> None:
    run(
        db,
        "UPDATE jobs SET failed_at = ?, error = ?, owner = NULL, leased_until = NULL WHERE id = ?",
        now,
        error,
        id,
    )


def _failed(db: apsw.Connection) -> list[FailedJob]:
    found = rows(
        db,
        "SELECT id, kind, payload, attempts, error, failed_at FROM jobs WHERE failed_at IS NOT NULL "
        "ORDER BY failed_at DESC, number DESC",
    )
    return [
        FailedJob(
            id=job_id,
            kind=kind,
            payload=json.loads(payload),
            attempts=attempts,
            error=error or "",
            failed_at=from_unix(failed_at),
        )
        for job_id, kind, payload, attempts, error, failed_at in found
    ]
