"""The worker process: RQ jobs in this process, and a sweep that brings back what a killed
worker left.

Jobs run without a fork: librosa and the models are loaded once, and a job that takes the
process with it
is taken up again by the sweep once its lease has run out.
"""

import logging
import os
import threading

from redis import Redis, RedisError
from rq import Queue, SimpleWorker

from ops.jobs import QUEUE, after_call, enqueue_recording
from ops.logs import configure_logs
from ops.settings import Settings
from security.masking import mask_text

logger = logging.getLogger(__name__)


def run() -> None:
    """Work until SIGTERM."""
    settings = Settings.from_env(os.environ)
    configure_logs(mask_text)
    after_call().acoustics.prepare()  # before the first job, so that no call waits for librosa
    stop = threading.Event()
    threading.Thread(target=_sweep, args=(settings, stop), name="sweep", daemon=True).start()
    connection = Redis.from_url(settings.store.redis_url, socket_connect_timeout=3)
    worker = SimpleWorker([Queue(QUEUE, connection=connection)], connection=connection)
    try:
        worker.work(logging_level="WARNING")
    finally:
        stop.set()


def _sweep(settings: Settings, stop: threading.Event) -> None:
    """Enqueue every recording that is not finished and that nobody holds."""
    parts = after_call()
    while not stop.wait(settings.job.sweep_seconds):
        try:
            for recording in parts.unfinished():
                step = f"{recording.state}-{recording.attempts}"
                enqueue_recording(settings.store.redis_url, recording.sid, step)
        except (RedisError, OSError) as problem:
            logger.error("sweep failed, next one follows: %s", problem)
