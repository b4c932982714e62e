"""The worker process: RQ jobs in this process, and a sweep that brings back what a killed
worker left.

Jobs run without a fork: librosa and the models are loaded once, and a job that takes the
process with it is taken up again by the sweep once its lease has run out.
"""

import logging
import os
import threading

from redis import Redis, RedisError
from rq import Queue, SimpleWorker

from app import build_intake, build_services
from asr.model_files import default_models
from asr.vosk_recognizer import VoskModel
from calls.photos import PhotoStore
from ops import jobs
from ops.after_call import AfterCall
from ops.expiry import Expiry
from ops.logs import configure_logs
from ops.settings import Settings
from qa.judge import Judge
from qa.scorecard import load_scorecard
from qa.vocabulary import read_vocabularies
from recordings.analysis import Acoustics
from recordings.transcripts import Transcriber
from recordings.work import Work
from security.masking import mask_text

logger = logging.getLogger(__name__)


def run() -> None:
    """Work until SIGTERM."""
    settings = Settings.from_env(os.environ)
    configure_logs(mask_text)
    after_call = build_after_call(settings)
    after_call.acoustics.prepare()  # before the first job, so that no call waits for librosa
    jobs.serve(after_call)
    stop = threading.Event()
    sweep = threading.Thread(
        target=_sweep, args=(after_call, settings, stop), name="sweep", daemon=True
    )
    sweep.start()
    expiry = build_expiry(settings, after_call)
    threading.Thread(target=expiry.run, args=(stop,), name="expiry", daemon=True).start()
    connection = Redis.from_url(settings.store.redis_url, socket_connect_timeout=3)
    worker = SimpleWorker([Queue(jobs.QUEUE, connection=connection)], connection=connection)
    try:
        worker.work(logging_level="WARNING")
    finally:
        stop.set()


def build_after_call(settings: Settings) -> AfterCall:
    """The worker's one piece of work: from the announced recording to the score."""
    services = build_services(settings)
    folder = settings.store.recordings
    folders = {**default_models(), **settings.speech.models}
    models = {language: VoskModel(path, language) for language, path in folders.items()}
    return AfterCall(
        session_factory=services.session_factory,
        folder=folder,
        intake=build_intake(services),
        transcriber=Transcriber(models, services.session_factory, folder),
        acoustics=Acoustics(settings.store.analysis_cache),
        judge=Judge(services.session_factory, load_scorecard(), read_vocabularies(folders)),
        work=Work(services.session_factory),
        call_log=services.call_log,
        lease_seconds=settings.job.lease_seconds,
        now=services.now,
    )


def build_expiry(settings: Settings, after_call: AfterCall) -> Expiry:
    """What removes the pictures whose days are over."""
    photos = PhotoStore(settings.store.photos)
    return Expiry(photos, after_call.call_log, settings.store.photo_days, after_call.now)


def _sweep(after_call: AfterCall, settings: Settings, stop: threading.Event) -> None:
    """Enqueue every recording that is not finished and that nobody holds."""
    while not stop.wait(settings.job.sweep_seconds):
        try:
            for recording in after_call.unfinished():
                step = f"{recording.state}-{recording.attempts}"
                jobs.enqueue_recording(settings.store.redis_url, recording.sid, step)
        except (RedisError, OSError) as problem:
            logger.error("sweep failed, next one follows: %s", problem)
