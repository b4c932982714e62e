"""The queue of the work after calls: a step waits once, and nothing keeps it from being tried."""

from datetime import timedelta

from redis import Redis
from rq import Queue
from rq.job import Job, JobStatus
from rq.utils import now

from ops.jobs import CLAIM_SECONDS, QUEUE, enqueue_recording

SID = "RE" + "0" * 32


def waiting(redis_url: str) -> list[str]:
    with Redis.from_url(redis_url) as connection:
        return Queue(QUEUE, connection=connection).job_ids


def take(redis_url: str, seconds_ago: float, status: JobStatus) -> None:
    """A worker takes the only job and leaves it in this state."""
    with Redis.from_url(redis_url) as connection:
        queue = Queue(QUEUE, connection=connection)
        job = Job.fetch(queue.job_ids[0], connection=connection)
        connection.lpop(queue.key)
        job.started_at = now() - timedelta(seconds=seconds_ago)
        job.set_status(status)
        job.save()


def test_a_step_waits_once_however_often_it_is_asked_for(redis_url: str) -> None:
    for _ in range(3):
        enqueue_recording(redis_url, SID, "fetched-0")
    assert len(waiting(redis_url)) == 1


def test_a_step_that_a_worker_has_just_taken_is_not_queued_again(redis_url: str) -> None:
    enqueue_recording(redis_url, SID, "fetched-0")
    take(redis_url, 1, JobStatus.STARTED)
    enqueue_recording(redis_url, SID, "fetched-0")
    assert waiting(redis_url) == []


def test_a_step_whose_worker_died_before_its_claim_is_tried_again(redis_url: str) -> None:
    enqueue_recording(redis_url, SID, "fetched-0")
    take(redis_url, CLAIM_SECONDS + 1, JobStatus.STARTED)
    enqueue_recording(redis_url, SID, "fetched-0")
    assert len(waiting(redis_url)) == 1


def test_a_step_that_failed_before_its_claim_is_tried_again(redis_url: str) -> None:
    enqueue_recording(redis_url, SID, "fetched-0")
    take(redis_url, CLAIM_SECONDS + 1, JobStatus.FAILED)
    enqueue_recording(redis_url, SID, "fetched-0")
    assert len(waiting(redis_url)) == 1
