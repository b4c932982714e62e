"""The caller's webhooks: each view verifies, parses, lets the session decide and renders verbs.

A border: whatever fails here, the caller hears an apology and is offered keys or a person.
"""

import logging
import secrets
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import datetime, timedelta

from flask import Blueprint, Response, request
from werkzeug.exceptions import HTTPException

from aftersales.errors import AfterSalesError
from aftersales.gateways import OrderGateway
from asr.language import FIRST
from calls.errors import CallRecordError
from calls.kinds import Kind
from calls.log import CallLog
from dialogue import keypad
from dialogue.bots.troubles import told
from dialogue.turns import Caller, Trouble
from ivr import events as ev
from ivr import fallback
from ivr.errors import IvrError, UnknownCall
from ivr.language_question import HEARD, KEYS, LANGUAGES
from ivr.patience import earlier_matters
from ivr.session import CallSession
from ivr.session_store import SessionStore
from ivr.state import CallState, Phase
from ivr.turn import TurnTaker
from recordings.intake import Intake
from security.masking import mask_number
from telephony import requests as forms
from telephony import stream_token, twiml
from telephony.errors import TelephonyError
from telephony.events import RecordingStatus
from telephony.signature import RequestSignature
from telephony.verbs import ConnectStream, Hangup, Redirect, Say, StartRecording, Verb

logger = logging.getLogger(__name__)

MAX_STREAMS_LOST = 5
"""Streams in a row that may break before the caller is served by keys: with the pauses between
them about 15 s, in which a media process that was killed has loaded its models again."""
REPEAT_WITHIN = timedelta(days=7)
"""A caller with the same matter within so long calls again, not anew."""
TOKEN_SECONDS = 60
"""From the TwiML to the stream's upgrade; the provider needs about one."""


@dataclass(frozen=True, slots=True)
class VoiceParts:
    """What the voice webhooks work with."""

    session: CallSession
    store: SessionStore
    turns: TurnTaker
    call_log: CallLog
    orders: OrderGateway
    intake: Intake
    signature: RequestSignature
    numbers: dict[str, str]
    public_base_url: str
    media_base_url: str
    secret: str
    now: Callable[[], datetime]
    on_recording: Callable[[str], None]
    """Starts the work after the call."""
    on_rejected: Callable[[], None]
    """Counts a request that was not the provider's."""


def make_voice_blueprint(parts: VoiceParts) -> Blueprint:
    """The blueprint under /voice; the agents' legs are in ivr/agent_webhooks.py."""
    voice = Blueprint("voice", __name__, url_prefix="/voice")
    views = _CallerViews(parts)
    voice.before_request(make_signature_check(parts.signature, parts.on_rejected))
    voice.register_error_handler(Exception, views.apologise)
    for rule in ("incoming", "resume", "menu", "wait", "queue-left", "status", "recording"):
        view = getattr(views, rule.replace("-", "_"))
        voice.add_url_rule(f"/{rule}", rule, view, methods=["POST"])
    return voice


def make_signature_check(
    signature: RequestSignature, on_rejected: Callable[[], None]
) -> Callable[[], Response | None]:
    """A before_request hook: 403 for everything that the provider did not sign."""

    def check() -> Response | None:
        target = request.environ.get("RAW_URI") or request.full_path.rstrip("?")
        if not request.environ.get("RAW_URI") and not request.query_string:
            target = request.path
        body = request.get_data(cache=True)
        header = request.headers.get("X-Twilio-Signature")
        if signature.valid_http(target, request.form, body, request.content_type, header):
            return None
        on_rejected()
        logger.warning("rejected an unsigned or wrongly signed request to %s", request.path)
        return Response("signature missing or wrong", 403, mimetype="text/plain")

    return check


def xml(verbs: Sequence[Verb]) -> Response:
    """TwiML answer."""
    return Response(twiml.render(verbs), mimetype="text/xml")


def refusal(problem: Exception, callbacks: tuple[str, ...]) -> Response | None:
    """What a border answers when nobody waits for verbs; None: somebody does. Logs the problem.

    `callbacks` are the beginnings of the paths whose answer nobody hears.
    """
    if isinstance(problem, HTTPException):
        return Response(problem.description, problem.code, mimetype="text/plain")
    if isinstance(problem, TelephonyError):
        logger.warning("refused a webhook to %s: %s", request.path, problem)
        return Response(str(problem), 400, mimetype="text/plain")
    expected = isinstance(problem, IvrError)
    logger.error("webhook %s failed: %s", request.path, problem, exc_info=not expected)
    if request.path.startswith(callbacks):
        return Response("try again", 503, mimetype="text/plain")
    return None


class _CallerViews:
    def __init__(self, parts: VoiceParts) -> None:
        self._parts = parts
        self._base = parts.public_base_url

    def incoming(self) -> Response:
        """A call rings: answer at once with a stream; a duplicate gets the very same answer."""
        arrived, parts = forms.parse_incoming(request.form), self._parts
        language = self._language(arrived.called)
        known = parts.store.reply(arrived.call_sid, "incoming")
        if known is not None:
            return Response(known, mimetype="text/xml")
        caller, trouble = self._caller(arrived.caller)
        caller = replace(caller, call_sid=arrived.call_sid)
        now = parts.now()
        if parts.call_log.open_call(
            arrived.call_sid,
            caller=caller.number,
            called=arrived.called,
            language=language,
            customer_id=caller.customer_id,
            now=now,
        ):
            masked = mask_number(caller.number)
            data = {"caller": masked, "called": arrived.called, "language": language}
            parts.call_log.append(arrived.call_sid, Kind.RINGING, now, **data)
            if trouble is not None:
                parts.call_log.append(arrived.call_sid, Kind.SHOP_FAILED, now, **asdict(trouble))
        parts.session.begin(
            arrived.call_sid,
            ev.CallRang(
                caller=caller,
                called=arrived.called,
                language=language,
                language_open=parts.numbers.get(arrived.called) == HEARD,
                earlier=self._earlier(caller.number, now),
            ),
        )
        record = StartRecording(callback=f"{self._base}/voice/recording")
        answer = twiml.render((record, *self._stream(arrived.call_sid)))
        answer = parts.store.first_reply(arrived.call_sid, "incoming", answer)
        return Response(answer, mimetype="text/xml")

    def resume(self) -> Response:
        """A stream is over but the call is not: another stream, the keys, the queue or goodbye."""
        call_sid = forms.parse_incoming(request.form).call_sid

        def step() -> tuple[Verb, ...]:
            state, _ = self._parts.session.handle(call_sid, ev.StreamLost())
            return self._after_stream(state)

        return self._once(call_sid, "resume", step)

    def _after_stream(self, state: CallState) -> tuple[Verb, ...]:
        language = state.memory.language
        if state.phase is Phase.WITH_AGENT:
            # The stream broke in the moment in which an agent answered: follow into the room.
            return (Redirect(f"{self._base}/voice/connect/{state.reservation_id}"),)
        if state.phase not in (Phase.RINGING, Phase.TALKING, Phase.WAITING):
            return (Hangup(),)
        if state.streams_lost <= MAX_STREAMS_LOST:
            pause = fallback.try_again(language, state.streams_lost)
            return (*pause, *self._stream(state.call_sid))
        self._parts.call_log.append(
            state.call_sid, Kind.FELL_BACK, self._parts.now(), why="no media stream"
        )
        if state.phase is Phase.WAITING:
            return fallback.person(language, self._base)
        if state.language_open:
            return fallback.which_language(LANGUAGES, self._base)
        return fallback.menu(language, self._base)

    def menu(self) -> Response:
        """Keys of the fallback menu; none, or zero alone, asks for a person."""
        gathered = forms.parse_digits(request.form)
        call_sid, digits = gathered.call_sid, gathered.digits

        def step() -> tuple[Verb, ...]:
            if digits not in ("", keypad.PERSON):
                return self._pressed(call_sid, digits)
            state, _ = self._parts.session.handle(call_sid, ev.PersonAskedByKey())
            return fallback.person(state.memory.language, self._base)

        return self._once(call_sid, "menu", step)

    def _pressed(self, call_sid: str, digits: str) -> tuple[Verb, ...]:
        """Each key is a turn, and the dialogue remembers it as one; the last answer is said."""
        parts, text = self._parts, ""
        state = parts.session.load(call_sid)
        if state.language_open and digits in KEYS:
            told = ev.LanguageTold(language=KEYS[digits], how="key")
            state, _ = parts.session.handle(call_sid, told)
            return fallback.menu(state.memory.language, self._base)
        for digit in digits:
            if state.phase not in (Phase.RINGING, Phase.TALKING):
                break  # the answer to an earlier key has led on
            turn = parts.turns.pressed(state, digit)
            state, _ = parts.session.handle(call_sid, ev.MenuTurnTaken(turn))
            text = turn.reply.text
        if not text:  # it was in line, with an agent or over before
            return self._after_stream(state)
        if state.phase is Phase.TALKING:
            return fallback.said_then_keys(text, state.memory, self._base)
        if state.phase is Phase.WAITING:
            return fallback.said_then_person(text, state.memory.language, self._base)
        return goodbye(text, state.memory.language)

    def wait(self) -> Response:
        """A round of the provider's waiting loop; joins our line when that failed before."""
        call_sid = forms.parse_incoming(request.form).call_sid
        state, _ = self._parts.session.handle(call_sid, ev.PersonAskedByKey())
        return xml(fallback.still_waiting(state.memory.language))

    def queue_left(self) -> Response:
        """The provider's queue let the caller go: over, or back to the keys."""
        left = forms.parse_queue_left(request.form)
        if left.result in ("hangup", "redirected", "bridged", "redirected-from-bridged"):
            return xml((Hangup(),))
        state = self._parts.session.load(left.call_sid)
        return xml(fallback.menu(state.memory.language, self._base))

    def status(self) -> Response:
        """The caller's leg moved on; only its end matters, and only once."""
        changed = forms.parse_call_status(request.form)
        if changed.status.is_final:
            self._finish(changed.call_sid)
        return Response(status=204)

    def _finish(self, call_sid: str) -> None:
        try:
            self._parts.session.handle(call_sid, ev.CallFinished())
        except UnknownCall:
            # Ended before it began here: the record still gets its end.
            self._parts.call_log.end_call(call_sid, "failed", self._parts.now())

    def recording(self) -> Response:
        """The recording is ready (or was never made): remember it, then start the work after
        the call.
        """
        news, parts = forms.parse_recording(request.form), self._parts
        if news.status is RecordingStatus.IN_PROGRESS:
            return Response(status=204)
        sid, call_sid, now = news.recording_sid, news.call_sid, parts.now()
        if news.status is RecordingStatus.ABSENT:
            error = "the provider has no recording of this call"
            if parts.intake.mark_absent(sid, call_sid, now, error):
                parts.call_log.append(
                    call_sid, Kind.RECORDING_ABSENT, now, recording=sid, error=error
                )
            return Response(status=204)
        if parts.intake.announce(sid, call_sid, news.url, now, news.seconds or None):
            parts.call_log.append(call_sid, Kind.RECORDING_ANNOUNCED, now, recording=sid)
        parts.on_recording(sid)
        return Response(status=204)

    def apologise(self, problem: Exception) -> Response:
        """The border: log it, and give the caller a person by the provider's own means."""
        refused = refusal(problem, callbacks=("/voice/status", "/voice/recording"))
        if refused is not None:
            return refused
        language = self._language(request.form.get("To", ""))
        if request.path == "/voice/wait":
            return xml(fallback.still_waiting(language))
        return xml(fallback.person(language, self._base))

    def _once(self, call_sid: str, step: str, answer: Callable[[], tuple[Verb, ...]]) -> Response:
        """Take a step of the call; the same webhook again gets the very same answer instead."""
        token = request.headers.get("I-Twilio-Idempotency-Token", "")
        name = f"{step}:{token or secrets.token_hex(8)}"
        said = self._parts.store.reply(call_sid, name)
        if said is None:
            said = self._parts.store.first_reply(call_sid, name, twiml.render(answer()))
        return Response(said, mimetype="text/xml")

    def _stream(self, call_sid: str) -> tuple[Verb, ...]:
        parts = self._parts
        expires = int(parts.now().timestamp()) + TOKEN_SECONDS
        token = stream_token.mint(parts.secret, call_sid, expires, secrets.token_urlsafe(12))
        return (ConnectStream(f"{parts.media_base_url}/media/{token}"), fallback.resume(self._base))

    def _earlier(self, number: str, now: datetime) -> dict[str, int]:
        """Matters of this number's calls of the last days; a call goes on without knowing them."""
        if not number.startswith("+"):
            return {}  # withheld: many people call from it
        try:
            calls = self._parts.call_log.earlier(number, now - REPEAT_WITHIN, now)
        except CallRecordError as problem:
            logger.warning("earlier calls are not known: %s", problem)
            return {}
        return earlier_matters(calls)

    def _language(self, called: str) -> str:
        """The number's, or the first where the caller's own is to be heard."""
        language = self._parts.numbers.get(called, FIRST)
        return FIRST if language == HEARD else language

    def _caller(self, number: str) -> tuple[Caller, Trouble | None]:
        """Who calls, as far as the shop's books tell; the shop being away must not stop a call."""
        try:
            customer = self._parts.orders.customer_by_number(number)
        except AfterSalesError as problem:
            return Caller(number=number), told(problem)
        except OSError as problem:
            logger.warning("the shop did not answer for a caller: %s", problem)
            return Caller(number=number), Trouble("customers", "not_reached")
        if customer is None:
            return Caller(number=number), None
        known = Caller(
            number=number,
            customer_id=customer.id,
            name=customer.name,
            member_level=customer.member_level,
        )
        return known, None


def goodbye(text: str, language: str) -> tuple[Verb, ...]:
    """Last words by the provider's voice."""
    return (Say(text, language), Hangup())
