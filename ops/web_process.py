"""The web process's parts: webhooks, console, health, and the thread that matches callers and
agents.
"""

import threading
from functools import partial

from flask import Flask
from redis import RedisError

from app import Services, build_intake, build_turns
from calls.photo_link import PhotoLinks
from calls.photos import PhotoStore
from console.blueprint import make_console
from console.deps import ConsoleDeps
from console.voice_token import voice_token
from ivr.agent_webhooks import AgentParts, make_agent_blueprint
from ivr.lost_calls import LostCalls
from ivr.offers import Offers
from ivr.photo_page import TRIES, TRIES_SECONDS, PhotoParts, make_photo_blueprint
from ivr.webhooks import VoiceParts, make_voice_blueprint
from ops.jobs import enqueue_recording
from queues.dispatcher import Dispatcher
from security.limits import LoginLimit
from security.users import Users

LEASE_BEYOND_RING_SECONDS = 10
"""The phone's own answer decides a reservation; its lease is the net, so it is longer."""


def add_voice(app: Flask, services: Services) -> None:
    """The webhooks of the provider."""
    line = services.settings.line
    turns = build_turns(services)
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
    photo_parts = PhotoParts(
        links=PhotoLinks(services.settings.secret_key, line.public_base_url),
        photos=PhotoStore(services.settings.store.photos),
        call_log=services.call_log,
        limit=LoginLimit(services.redis, max_failures=TRIES, window_seconds=TRIES_SECONDS),
        now=services.now,
    )
    app.register_blueprint(make_photo_blueprint(photo_parts))
    app.register_blueprint(make_voice_blueprint(caller_parts))
    app.register_blueprint(make_agent_blueprint(agent_parts))


def add_console(app: Flask, services: Services) -> None:
    """The pages of agents, reviewers and supervisors."""
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
        photos=PhotoStore(settings.store.photos),
        phone=settings.phone,
        token_for=token_for,
        now=services.now,
        wake_dispatcher=partial(Dispatcher.wake, services.redis),
        zone=settings.zone,
    )
    app.register_blueprint(make_console(deps))


def add_health(app: Flask, services: Services) -> None:
    """Whether the web process can do its work, at /health."""

    def health() -> tuple[dict[str, str], int]:
        try:
            services.redis.ping()
            with services.session_factory() as session:
                session.connection()
        except (RedisError, OSError) as problem:
            return {"status": "failing", "problem": type(problem).__name__}, 503
        return {"status": "ok"}, 200

    app.add_url_rule("/health", "health", health)


def build_offers(services: Services) -> Offers:
    """Rings agents; the caller id is our own first number."""
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
    """Match callers and agents in a thread, and look for calls whose end was lost in another; any
    number of web processes may do so at once.
    """
    offers = build_offers(services)
    lease_seconds = services.settings.queue.offer_seconds + LEASE_BEYOND_RING_SECONDS
    dispatcher = Dispatcher(
        services.reservations,
        services.redis,
        lease_ms=lease_seconds * 1000,
        on_reserved=offers.ring,
        on_expired=offers.expired,
        now_ms=services.now_ms,
    )
    stop = threading.Event()
    lost = LostCalls(services.call_log, services.session, services.client, services.now)
    for chore in (dispatcher.run, lost.run):
        threading.Thread(target=chore, args=(stop,), name=chore.__qualname__, daemon=True).start()
    return stop
