"""Composition root: from settings to ready services, in reading order, with plain constructor
calls.

`create_app` is the web process, `create_media_app` the media process, `build_after_call` the
worker.
Heavy imports stay in the process that needs them.
"""

import os
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from typing import TYPE_CHECKING

from redis import Redis, RedisError
from sqlalchemy import Engine
from sqlalchemy.orm import Session, sessionmaker

from aftersales.demo_gateways import DemoShop
from calls.live import LiveFeed
from calls.log import CallLog
from dialogue.build import build_dialogue
from dialogue.manager import DialogueManager
from emotion.acoustic import AcousticScorer
from emotion.fusion import EmotionScorer
from emotion.lexical import LexicalScorer
from ivr.perform import Performer
from ivr.session import CallSession
from ivr.session_store import SessionStore
from ivr.transitions import Policy
from ops.database.engine import import_models, make_engine, make_session_factory
from ops.settings import Settings
from queues.presence import Presence
from queues.reservations import Reservations
from queues.roster import Roster
from queues.waiting import Waiting
from routing.estimate import expected_wait_seconds
from routing.rules import load_rules
from telephony.client import VoiceClient
from telephony.signature import RequestSignature
from telephony.twilio_client import TwilioClient

if TYPE_CHECKING:
    from flask import Flask

    from ivr.media import MediaApp
    from ivr.offers import Offers
    from ops.after_call import AfterCall
    from recordings.intake import Intake

REDIS_SECONDS = 3.0
"""No wait on Redis is longer, but for the dispatcher's own blocking read."""


def utc_now() -> datetime:
    """The clock of the running product; tests pass their own."""
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True)
class Services:
    """What more than one process needs."""

    settings: Settings
    now: Callable[[], datetime]
    redis: Redis
    engine: Engine
    session_factory: sessionmaker[Session]
    live: LiveFeed
    call_log: CallLog
    shop: DemoShop
    dialogue: DialogueManager
    waiting: Waiting
    presence: Presence
    reservations: Reservations
    roster: Roster
    client: VoiceClient
    signature: RequestSignature
    store: SessionStore
    session: CallSession

    def now_ms(self) -> int:
        """Milliseconds of the epoch."""
        return int(self.now().timestamp() * 1000)

    def expected_wait(self, position: int, skills: tuple[str, ...]) -> int | None:
        """Seconds that the caller at this place may have to wait; None: nobody is there."""
        qualified = self.presence.qualified(skills, self.now_ms())
        return expected_wait_seconds(position, qualified)

    def count_rejected(self) -> None:
        """One more request that was not the provider's."""
        try:
            self.redis.hincrby("hotline:counters", "signature_rejected", 1)
        except RedisError:
            return  # the log has it


def build_services(
    settings: Settings,
    *,
    now: Callable[[], datetime] = utc_now,
    client: VoiceClient | None = None,
) -> Services:
    """The parts that web, media and worker share; keyword arguments replace one for a test."""
    line = settings.line
    import_models()
    redis = Redis.from_url(
        settings.store.redis_url,
        decode_responses=True,
        socket_timeout=REDIS_SECONDS,
        socket_connect_timeout=REDIS_SECONDS,
    )
    engine = make_engine(settings.store.database_url)
    session_factory = make_session_factory(engine)
    live = LiveFeed(redis)
    call_log = CallLog(session_factory, live.publish)
    shop = DemoShop(session_factory)
    dialogue = build_dialogue(shop, settings.zone)
    rules = load_rules()
    waiting = Waiting(redis, rules.steps)
    presence, reservations = Presence(redis), Reservations(redis)
    client = client or TwilioClient(line.account_sid, line.auth_token, line.api_base)
    signature = RequestSignature(line.auth_token, line.public_base_url, line.media_base_url)
    store = SessionStore(redis)
    policy = Policy(
        rules=rules,
        emotion_active=settings.queue.emotion_active,
        announce_ms=settings.queue.announce_seconds * 1000,
    )

    def now_ms() -> int:
        return int(now().timestamp() * 1000)

    performer = Performer(
        call_log=call_log,
        waiting=waiting,
        reservations=reservations,
        expected_wait=lambda position, skills: expected_wait_seconds(
            position, presence.qualified(skills, now_ms())
        ),
        client=client,
        public_base_url=line.public_base_url,
        wrap_up_ms=settings.queue.wrap_up_seconds * 1000,
        now=now,
    )
    return Services(
        settings=settings,
        now=now,
        redis=redis,
        engine=engine,
        session_factory=session_factory,
        live=live,
        call_log=call_log,
        shop=shop,
        dialogue=dialogue,
        waiting=waiting,
        presence=presence,
        reservations=reservations,
        roster=Roster(session_factory),
        client=client,
        signature=signature,
        store=store,
        session=CallSession(store, performer, policy, now_ms),
    )


def create_app(settings: Settings | None = None, *, dispatch: bool = True) -> "Flask":
    """The web process: webhooks, console, and the thread that matches callers and agents."""
    from flask import Flask
    from werkzeug.middleware.proxy_fix import ProxyFix

    from ops.logs import configure_logs
    from security.masking import mask_text

    settings = settings or Settings.from_env(os.environ)
    configure_logs(mask_text)
    services = build_services(settings)
    app = Flask(__name__, static_folder=None)
    app.config["SECRET_KEY"] = settings.secret_key
    app.config["SESSION_COOKIE_SECURE"] = settings.line.public_base_url.startswith("https")
    app.config["MAX_CONTENT_LENGTH"] = 256 * 1024  # webhooks and forms are small
    if settings.serve.proxies:
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=settings.serve.proxies)  # type: ignore[method-assign]
    add_voice(app, services)
    add_console(app, services)
    app.add_url_rule("/health", "health", lambda: health(services))
    if dispatch:
        start_dispatcher(services)
    return app


def add_voice(app: "Flask", services: Services) -> None:
    """The webhooks of the provider."""
    from ivr.agent_webhooks import AgentParts, make_agent_blueprint
    from ivr.turn import TurnTaker
    from ivr.webhooks import VoiceParts, make_voice_blueprint
    from ops.jobs import enqueue_recording

    line = services.settings.line
    turns = TurnTaker(services.dialogue, build_emotion(), services.now)
    caller_parts = VoiceParts(
        session=services.session,
        store=services.store,
        turns=turns,
        call_log=services.call_log,
        orders=services.shop,
        intake=build_intake(services),
        signature=services.signature,
        numbers=dict(line.numbers),
        public_base_url=line.public_base_url,
        media_base_url=line.media_base_url,
        secret=services.settings.secret_key,
        now=services.now,
        on_recording=partial(enqueue_recording, services.settings.store.redis_url),
        on_rejected=services.count_rejected,
    )
    agent_parts = AgentParts(
        session=services.session,
        turns=turns,
        reservations=services.reservations,
        offers=build_offers(services),
        call_log=services.call_log,
        signature=services.signature,
        public_base_url=line.public_base_url,
        now=services.now,
        on_rejected=services.count_rejected,
    )
    app.register_blueprint(make_voice_blueprint(caller_parts))
    app.register_blueprint(make_agent_blueprint(agent_parts))


def add_console(app: "Flask", services: Services) -> None:
    """The pages of agents, reviewers and supervisors."""
    from console.blueprint import make_console
    from console.deps import ConsoleDeps
    from console.voice_token import voice_token
    from queues.dispatcher import Dispatcher
    from security.users import Users

    settings = services.settings
    line = settings.line
    token_for = None
    if settings.phone.kind == "twilio":
        token_for = partial(voice_token, line.account_sid, line.api_key, line.api_secret)
    deps = ConsoleDeps(
        session_factory=services.session_factory,
        redis=services.redis,
        users=Users(services.session_factory),
        call_log=services.call_log,
        live=services.live,
        presence=services.presence,
        reservations=services.reservations,
        waiting=services.waiting,
        roster=services.roster,
        recordings_folder=settings.store.recordings,
        phone=settings.phone,
        token_for=token_for,
        now=services.now,
        wake_dispatcher=partial(Dispatcher.wake, services.redis),
        zone=settings.zone,
    )
    app.register_blueprint(make_console(deps))


def health(services: Services) -> tuple[dict[str, str], int]:
    """Whether the web process can do its work."""
    try:
        services.redis.ping()
        with services.session_factory() as session:
            session.connection()
    except (RedisError, OSError) as problem:
        return {"status": "failing", "problem": type(problem).__name__}, 503
    return {"status": "ok"}, 200


def build_emotion() -> EmotionScorer:
    """Voice and words, with the bundled weights and lexicons."""
    return EmotionScorer(AcousticScorer(), LexicalScorer.load())


def build_intake(services: Services) -> "Intake":
    """Recordings from the provider to our folder."""
    from recordings.intake import Intake

    folder = services.settings.store.recordings
    return Intake(services.session_factory, folder, services.client.fetch_recording)


def build_offers(services: Services) -> "Offers":
    """Rings agents; the caller id is our own first number."""
    from ivr.offers import Offers

    return Offers(
        client=services.client,
        reservations=services.reservations,
        call_log=services.call_log,
        public_base_url=services.settings.line.public_base_url,
        caller_id=next(iter(services.settings.line.numbers), "+10000000000"),
        ring_seconds=services.settings.queue.offer_seconds,
        now=services.now,
    )


def start_dispatcher(services: Services) -> threading.Event:
    """Match callers and agents in a thread; any number of web processes may do so at once."""
    from queues.dispatcher import Dispatcher

    offers = build_offers(services)
    # Longer than the agent's phone rings: the phone's own answer decides, the lease is the net.
    lease_ms = (services.settings.queue.offer_seconds + 10) * 1000
    dispatcher = Dispatcher(
        services.reservations,
        services.redis,
        lease_ms=lease_ms,
        on_reserved=offers.ring,
        on_expired=offers.expired,
        now_ms=services.now_ms,
    )
    stop = threading.Event()
    threading.Thread(target=dispatcher.run, args=(stop,), name="dispatcher", daemon=True).start()
    return stop


def create_media_app(settings: Settings | None = None) -> "MediaApp":
    """The media process: Vosk and voices loaded once, one ASGI application."""
    from asr import vad
    from asr.endpointer import EndpointerSettings
    from asr.listening import ListeningSettings
    from asr.model_files import default_models
    from asr.vosk_recognizer import VoskModel
    from ivr.call_loop import MediaParts
    from ivr.media import MediaApp
    from ivr.turn import TurnTaker
    from ops.logs import configure_logs
    from security.masking import mask_text
    from tts.cache import CachedSpeaker
    from tts.pyttsx3_speaker import Pyttsx3Speaker

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
        turns=TurnTaker(services.dialogue, build_emotion(), services.now),
        call_log=services.call_log,
        waiting=services.waiting,
        expected_wait=services.expected_wait,
        speaker=CachedSpeaker(voices, cache),
        models={language: VoskModel(path, language) for language, path in folders.items()},
        listening=ListeningSettings(endpointer=endpointer),
        signature=services.signature,
        secret=settings.secret_key,
        max_streams=settings.serve.max_streams,
        decoders=ThreadPoolExecutor(settings.serve.decode_threads, "decode"),
        workers=ThreadPoolExecutor(16, "work"),
        now=services.now,
        on_rejected=services.count_rejected,
        on_stop=voices.close,
    )
    return MediaApp(parts)


def build_after_call(settings: Settings) -> "AfterCall":
    """The worker's one piece of work: from the announced recording to the score."""
    from asr.model_files import default_models
    from asr.vosk_recognizer import VoskModel
    from ops.after_call import AfterCall
    from qa.judge import Judge
    from qa.scorecard import load_scorecard
    from qa.vocabulary import read_vocabularies
    from recordings.analysis import Acoustics
    from recordings.transcripts import Transcriber
    from recordings.work import Work

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
