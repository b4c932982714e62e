"""Every background job, on one screen. A border: RQ records what fails, the sweep tries it
again.
"""

import contextlib
import logging

from redis import Redis, RedisError
from rq import Queue
from rq.exceptions import DuplicateJobError, NoSuchJobError
from rq.job import Job
from rq.utils import now

from ops.after_call import AfterCall

logger = logging.getLogger(__name__)

QUEUE = "after-call"
JOB_SECONDS = 900
"""A job that runs longer is stuck; an hour's call takes about two minutes."""

CLAIM_SECONDS = 20.0
"""A worker that has taken a job claims its recording at once; after this long it never will."""

_after_call: AfterCall | None = None
"""The only module-level variable of the code base, for RQ calls jobs by name: what this worker
works with.
"""


def serve(after_call: AfterCall) -> None:
    """The worker's services, given once before its first job."""
    global _after_call
    _after_call = after_call


def process_recording(recording_sid: str) -> str:
    """Fetch, transcribe and score one recording; returns the state that it reached."""
    if _after_call is None:
        raise RuntimeError("this process has no services for jobs; start it with `hotline worker`")
    return _after_call.process(recording_sid)


def enqueue_recording(redis_url: str, recording_sid: str, step: str = "announced-0") -> None:
    """Ask a worker to process a recording; with Redis away the sweep does it later.

    `step` is the state and attempt at which it is: one job for each, so that a duplicate
    callback or a
    second sweep adds nothing.
    """
    try:
        with Redis.from_url(redis_url, socket_timeout=3, socket_connect_timeout=3) as connection:
            _enqueue(connection, recording_sid, step)
    except RedisError as problem:
        logger.error("recording %s waits for the sweep: %s", recording_sid, problem)


def _enqueue(connection: Redis, recording_sid: str, step: str) -> None:
    job_id = f"recording-{recording_sid}-{step}"
    queue = Queue(QUEUE, connection=connection)
    try:
        known = Job.fetch(job_id, connection=connection)
        if queue.get_job_position(job_id) is not None or _was_just_taken(known):
            return
        # Over without a claim: the worker died before it, or the database was away. RQ would
        # keep the job for a week, and with it everybody from trying this step again.
        known.delete()
    except NoSuchJobError:
        pass
    with contextlib.suppress(DuplicateJobError):
        queue.enqueue(
            process_recording,
            recording_sid,
            job_id=job_id,
            job_timeout=JOB_SECONDS,
            result_ttl=3600,
            failure_ttl=7 * 86400,
        )


def _was_just_taken(job: Job) -> bool:
    """Between the queue and the claim in the recording's row, where nobody else can see it."""
    taken = job.started_at or job.enqueued_at
    return taken is not None and (now() - taken).total_seconds() < CLAIM_SECONDS
