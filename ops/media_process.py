"""The media process: Vosk and voices loaded once, one ASGI application for all streams."""

import os
from concurrent.futures import ThreadPoolExecutor

from app import build_services, build_turns
from asr import vad
from asr.endpointer import EndpointerSettings
from asr.listening import ListeningSettings
from asr.model_files import default_models
from asr.vosk_recognizer import VoskModel
from ivr.call_loop import MediaParts
from ivr.media import MediaApp
from ops.language_contrast import contrast_in_use
from ops.logs import configure_logs
from ops.model_choices import models_folder
from ops.settings import Settings
from security.masking import mask_text
from tts.cache import CachedSpeaker
from tts.pyttsx3_speaker import Pyttsx3Speaker

WORK_THREADS = 16
"""Dialogue, Redis and SQL of the calls; a turn holds one for some milliseconds."""


def create_media_app(settings: Settings | None = None) -> MediaApp:
    """What uvicorn serves. Raises SettingsInvalid and what a missing model or voice causes."""
    settings = settings or Settings.from_env(os.environ)
    configure_logs(mask_text)
    vad.check()  # a detector that hears nothing, or everything, must not serve
    services = build_services(settings)
    folders = {**default_models(), **settings.speech.models}
    cache = settings.store.speech_cache
    voices = Pyttsx3Speaker(workers=settings.speech.voices, scratch=cache)
    endpointer = EndpointerSettings(
        stop_ms=settings.speech.stop_ms, no_input_ms=settings.speech.no_input_ms
    )
    parts = MediaParts(
        session=services.session,
        store=services.store,
        turns=build_turns(services),
        call_log=services.call_log,
        waiting=services.waiting,
        expected_wait=services.expected_wait,
        speaker=CachedSpeaker(voices, cache),
        models={language: VoskModel(path, language) for language, path in folders.items()},
        listening=ListeningSettings(
            endpointer=endpointer, alternatives=settings.speech.alternatives
        ),
        contrast=contrast_in_use(settings.speech.models, models_folder(os.environ)),
        signature=services.signature,
        secret=settings.secret_key,
        max_streams=settings.serve.max_streams,
        decoders=ThreadPoolExecutor(settings.serve.decode_threads, "decode"),
        workers=ThreadPoolExecutor(WORK_THREADS, "work"),
        now=services.now,
        on_rejected=services.count_rejected,
        on_stop=voices.close,
    )
    return MediaApp(parts)
