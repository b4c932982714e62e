"""Composition root: from settings to ready services, in reading order.

Each process adds its own parts to `Services` (`ops/web_process.py`, `ops/media_process.py`,
`ops/worker.py`); heavy imports stay in the process that needs them.
"""

import os
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from redis import Redis
from sqlalchemy import Engine
from sqlalchemy.orm import Session, sessionmaker

from aftersales.demo_gateways import DemoShop
from aftersales.http_shop import HttpShop
from aftersales.shop import Shop
from calls.live import LiveFeed
from calls.log import CallLog
from calls.photo_link import PhotoLinks
from dialogue.build import build_dialogue, build_understanding
from dialogue.limits import Limits
from dialogue.llm.backend import BackendAddress
from dialogue.manager import DialogueManager
from emotion.acoustic import AcousticScorer
from emotion.fusion import EmotionScorer
from emotion.lexical import LexicalScorer
from emotion.weights import FREE, SHIPPED
from ivr.perform import Performer
from ivr.session import CallSession
from ivr.session_store import SessionStore
from ivr.transitions import Policy
from ivr.turn import TurnTaker
from ops.database.engine import import_models, make_engine, make_session_factory
from ops.rejections import Rejections
from ops.settings import Settings
from queues.presence import Presence
from queues.reservations import Reservations
from queues.roster import Roster
from queues.waiting import Waiting
from routing.estimate import expected_wait_seconds, mean_handle_seconds
from routing.rules import Rules, load_rules
from security.limits import TextLimit, guess_limit
from telephony.client import VoiceClient
from telephony.signature import RequestSignature
from telephony.twilio_client import TwilioClient

if TYPE_CHECKING:
    from flask import Flask

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
    now_ms: Callable[[], int]
    """Milliseconds of the epoch."""
    expected_wait: Callable[[int, tuple[str, ...]], int | None]
    """Seconds that the caller at this place may have to wait; None: nobody is there."""
    redis: Redis
    engine: Engine
    session_factory: sessionmaker[Session]
    live: LiveFeed
    call_log: CallLog
    shop: Shop
    dialogue: DialogueManager
    waiting: Waiting
    presence: Presence
    reservations: Reservations
    roster: Roster
    client: VoiceClient
    signature: RequestSignature
    store: SessionStore
    session: CallSession
    count_rejected: Callable[[], None]
    """Takes note of a request that was not the provider's."""


def build_services(
    settings: Settings,
    *,
    now: Callable[[], datetime] = utc_now,
    client: VoiceClient | None = None,
) -> Services:
    """The parts that web, media and worker share; keyword arguments replace one for a test."""

    def now_ms() -> int:
        return int(now().timestamp() * 1000)

    line, rules = settings.line, load_rules()
    redis, (engine, session_factory) = build_redis(settings), build_database(settings)
    live, store, presence = LiveFeed(redis), SessionStore(redis), Presence(redis)
    call_log = CallLog(session_factory, live.publish)
    shop = build_shop(settings, session_factory)
    waiting, reservations = Waiting(redis, rules.steps), Reservations(redis)
    expected_wait = build_estimate(presence, reservations, now_ms)
    client = client or TwilioClient(line.account_sid, line.auth_token, line.api_base)
    performer = Performer(
        call_log=call_log,
        waiting=waiting,
        reservations=reservations,
        expected_wait=expected_wait,
        client=client,
        public_base_url=line.public_base_url,
        wrap_up_ms=settings.queue.wrap_up_seconds * 1000,
        now=now,
    )
    return Services(
        settings=settings,
        now=now,
        now_ms=now_ms,
        expected_wait=expected_wait,
        redis=redis,
        engine=engine,
        session_factory=session_factory,
        live=live,
        call_log=call_log,
        shop=shop,
        dialogue=build_talk(settings, shop, redis),
        waiting=waiting,
        presence=presence,
        reservations=reservations,
        roster=Roster(session_factory),
        client=client,
        signature=RequestSignature(line.auth_token, line.public_base_url, line.media_base_url),
        store=store,
        session=CallSession(store, performer, build_policy(settings, rules), now_ms),
        count_rejected=Rejections(redis).count,
    )


def build_redis(settings: Settings) -> Redis:
    """The live state; connects when it is first asked."""
    return Redis.from_url(
        settings.store.redis_url,
        decode_responses=True,
        socket_timeout=REDIS_SECONDS,
        socket_connect_timeout=REDIS_SECONDS,
    )


def build_database(settings: Settings) -> tuple[Engine, sessionmaker[Session]]:
    """The record, with the tables of all folders known."""
    import_models()
    engine = make_engine(settings.store.database_url)
    return engine, make_session_factory(engine)


def build_estimate(
    presence: Presence, reservations: Reservations, now_ms: Callable[[], int]
) -> Callable[[int, tuple[str, ...]], int | None]:
    """How long a place in line may take, by who is there and how long such calls took lately."""

    def expected_wait(position: int, skills: tuple[str, ...]) -> int | None:
        mean = mean_handle_seconds(reservations.handle_seconds(skills))
        return expected_wait_seconds(position, presence.qualified(skills, now_ms()), mean)

    return expected_wait


def build_policy(settings: Settings, rules: Rules) -> Policy:
    """What a supervisor may set, as far as a call's decisions need it."""
    queue = settings.queue
    return Policy(
        rules=rules,
        emotion_active=queue.emotion_active,
        announce_ms=queue.announce_seconds * 1000,
        alert_level=queue.alert_level,
    )


def build_talk(settings: Settings, shop: Shop, redis: Redis) -> DialogueManager:
    """The dialogue; language models give a second opinion where some are set."""
    llm, zone = settings.llm, settings.zone
    models = [BackendAddress(one.name, one.url, one.model, one.token) for one in llm.models]
    mind = build_understanding(zone, models, llm.deadline_ms / 1000, llm.tokens_a_day)
    links = PhotoLinks(settings.secret_key, settings.line.public_base_url)
    limits = Limits(guess_limit(redis), TextLimit(redis, settings.shop.texts_a_day).take)
    return build_dialogue(shop, zone, links, understanding=mind, limits=limits)


def build_shop(settings: Settings, session_factory: sessionmaker[Session]) -> Shop:
    """The shop at its address, or the demo shop in our own database."""
    if settings.shop.url:
        return HttpShop(settings.shop.url, settings.shop.token)
    return DemoShop(session_factory)


def create_app(settings: Settings | None = None, *, dispatch: bool = True) -> "Flask":
    """The web process: webhooks, console, and the thread that matches callers and agents."""
    from flask import Flask
    from werkzeug.middleware.proxy_fix import ProxyFix

    from ops.logs import configure_logs
    from ops.web_process import add_console, add_health, add_voice, start_dispatcher
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
    add_health(app, services)
    if dispatch:
        start_dispatcher(services)
    return app


def build_emotion(settings: Settings) -> EmotionScorer:
    """Voice and words, with the chosen weights and the bundled lexicons."""
    weights = {"free": FREE, "trained": SHIPPED}[settings.queue.emotion_weights]
    return EmotionScorer(AcousticScorer.load(weights), LexicalScorer.load())


def build_turns(services: Services) -> TurnTaker:
    """What takes a caller's turns; in shadow mode the dialogue does not learn of a mood."""
    return TurnTaker(
        services.dialogue,
        build_emotion(services.settings),
        services.now,
        acts_on_emotion=services.settings.queue.emotion_active,
    )


def build_intake(services: Services) -> "Intake":
    """Recordings from the provider to our folder."""
    from recordings.intake import Intake

    folder = services.settings.store.recordings
    return Intake(services.session_factory, folder, services.client.fetch_recording)
