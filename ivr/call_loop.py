"""One caller's stream, from start to stop: frames to the ear, what was heard to the session,
words back.

Everything that blocks runs in threads; the loop itself only moves frames and waits, each wait
with a limit.
"""

import asyncio
import logging
import time
from collections.abc import Callable, Coroutine, Mapping
from concurrent.futures import Executor
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any, TypeVar

from asr.events import ListeningEvent, NoInput, SpeechAccepted, UtteranceHeard
from asr.language import Contrast
from asr.listening import Listening, ListeningSettings, any_words, no_words
from asr.recognizer import SpeechModel
from calls.kinds import Kind
from calls.log import CallLog
from dialogue import keypad
from ivr import effects as fx
from ivr import events as ev
from ivr import language_question
from ivr.errors import IvrError, UnknownCall
from ivr.session import CallSession
from ivr.session_store import SessionStore
from ivr.state import CallState, Phase
from ivr.stream_socket import Socket
from ivr.turn import TurnTaker
from queues.waiting import Waiting
from telephony.media_stream import AudioArrived, DigitPressed, MarkReached, StreamStopped
from telephony.signature import RequestSignature
from tts.hold import hold_music
from tts.playout import Playout
from tts.speaker import Speaker

logger = logging.getLogger(__name__)

WATCH_SECONDS = 1.0
"""How often a waiting caller's place is looked at."""
HOLD_SECONDS = 8
"""Length of one round of waiting music; between rounds the place may be told."""
MIN_NO_MATCH_MS = 500
"""A shorter sound without a known word is a cough, not a turn."""
SLOWLY = 0.8
"""Of the usual pace, for a caller who asked for it."""
NOTE_SECONDS = 1.0
"""How long a stream that is over waits for its last notes to reach the call's record."""
HUSH_SECONDS = 0.2
"""A cut-off speech reports what was heard within a frame or two; more is a busy loop."""

Result = TypeVar("Result")


@dataclass(frozen=True, slots=True)
class MediaParts:
    """What the media process works with."""

    session: CallSession
    store: SessionStore
    turns: TurnTaker
    call_log: CallLog
    waiting: Waiting
    expected_wait: Callable[[int, tuple[str, ...]], int | None]
    speaker: Speaker
    models: Mapping[str, SpeechModel]
    listening: ListeningSettings
    signature: RequestSignature
    secret: str
    max_streams: int
    decoders: Executor
    """Threads that decode speech: one a core."""
    workers: Executor
    """Threads for everything else that blocks: Redis, SQL, synthesis, the dialogue."""
    now: Callable[[], datetime]
    on_rejected: Callable[[], None]
    on_stop: Callable[[], None]
    contrast: Contrast | None = None
    """How the models' likelihoods compare; None: a caller's language is asked for by key."""


class CallLoop:
    """Holds one stream; every decision is the session's."""

    def __init__(self, parts: MediaParts, socket: Socket, call_sid: str, nonce: str) -> None:
        self._parts = parts
        self._socket = socket
        self._call_sid = call_sid
        self._nonce = nonce
        self._inbox: asyncio.Queue[ListeningEvent | ev.Event | str] = asyncio.Queue(maxsize=64)
        self._playout = Playout(socket)
        self._playing: asyncio.Task[None] | None = None
        self._interruptible = False
        self._saying = False
        """Words (not music) are being played."""
        self._frames_ms = 0
        self._last_frame_at = time.monotonic()
        self._tasks: set[asyncio.Task[None]] = set()
        self._broken: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        """Gets the error of a speech that could not be played: the stream must not stay silent."""
        self._state: CallState | None = None
        self._ear = Listening(
            parts.models, "zh", parts.decoders, self._on_heard, settings=parts.listening
        )

    async def run(self) -> None:
        """Until the stream stops, the caller is handed on, or something breaks."""
        chores = [asyncio.create_task(c) for c in (self._read(), self._work(), self._watch_queue())]
        try:
            done, _ = await asyncio.wait(
                (*chores, self._broken), return_when=asyncio.FIRST_COMPLETED
            )
            for chore in done:
                chore.result()  # raises what ended it
        except ConnectionResetError:
            logger.info("stream of %s closed by the provider", self._call_sid)
        finally:
            await _cancel(*chores, self._broken, *([self._playing] if self._playing else []))
            if self._tasks:
                await asyncio.wait(self._tasks, timeout=NOTE_SECONDS)
            await _cancel(*self._tasks)
            await self._ear.close()

    # --- in ---------------------------------------------------------------------------------

    async def _read(self) -> None:
        while True:
            for event in await self._socket.events():
                if isinstance(event, AudioArrived):
                    self._hear(event)
                elif isinstance(event, MarkReached):
                    self._playout.mark_reached(event.name)
                elif isinstance(event, DigitPressed):
                    self._put(event.digit)
                elif isinstance(event, StreamStopped):
                    return

    def _hear(self, audio: AudioArrived) -> None:
        for start in range(0, len(audio.ulaw), 160):
            frame = audio.ulaw[start : start + 160]
            self._frames_ms += 20
            self._last_frame_at = time.monotonic()
            self._ear.feed(frame.ljust(160, b"\xff"))

    def _on_heard(self, event: ListeningEvent) -> None:
        if isinstance(event, SpeechAccepted):
            if self._interruptible and self._playout.speaking:
                self._spawn(self._interrupt(event))
        elif isinstance(event, UtteranceHeard | NoInput):
            self._put(event)

    def _put(self, item: ListeningEvent | ev.Event | str) -> None:
        """To be decided in its turn; a flood while a decision hangs is dropped, not fatal."""
        try:
            self._inbox.put_nowait(item)
        except asyncio.QueueFull:
            logger.warning("stream of %s is flooded; dropped %s", self._call_sid, type(item))

    async def _interrupt(self, event: SpeechAccepted) -> None:
        """The caller talks over the bot: stop at once, and note how long that took."""
        self._interruptible = False
        await self._playout.stop()
        self._put(ev.CallerInterrupted(reaction_ms=self._ms_since(event.started_ms)))

    def _ms_since(self, stream_ms: int) -> int:
        """Milliseconds from a moment of stream time until now."""
        behind = (time.monotonic() - self._last_frame_at) * 1000
        return max(0, round(self._frames_ms - stream_ms + behind))

    # --- decide -----------------------------------------------------------------------------

    async def _work(self) -> None:
        """One thing at a time, in order: decisions of one call never overlap."""
        if await self._decided(lambda _: ev.StreamOpened(nonce=self._nonce)):
            return
        while True:
            item = await self._inbox.get()
            ended_ms = item.ended_ms if isinstance(item, UtteranceHeard) else None
            if isinstance(item, UtteranceHeard) and _is_cough(item):
                self._ear.expect()
                continue
            if isinstance(item, ev.WaitChecked) and self._saying:
                continue  # looked up before the words that are being said; told in the next round
            if await self._decided(partial(self._event_for, item), ended_ms):
                return

    def _event_for(
        self, item: ListeningEvent | ev.Event | str, state: CallState
    ) -> ev.Event | None:
        """What the item means for the call; runs in a thread."""
        if isinstance(item, ev.Event):
            return item
        if item == keypad.NO_ANALYSIS and _is_no_turn(state):
            return ev.AnalysisRefused(heard=f"[{item}]")
        if language_question.is_open(state):
            told = language_question.answer(item, self._parts.contrast)
            if told is not None:
                return told
        if isinstance(item, UtteranceHeard):
            return self._parts.turns.heard(state, item.heard_in(state.memory.language))
        if state.phase is not Phase.TALKING:
            return None
        if isinstance(item, NoInput):
            return self._parts.turns.silent(state)
        return self._parts.turns.pressed(state, str(item))

    async def _decided(
        self, event_for: Callable[[CallState], ev.Event | None], ended_ms: int | None = None
    ) -> bool:
        """Let the session decide and do the stream's part. True: leave the stream."""
        state, effects = await self._block(self._decide, event_for)
        if state.stream_nonce != self._nonce:
            logger.info("stream of %s was superseded by a newer one", self._call_sid)
            return True
        self._state = state
        self._ear.set_languages(*language_question.languages(state))
        for effect in effects:
            if isinstance(effect, fx.LeaveStream):
                return True
            if isinstance(effect, fx.Speak):
                await self._speak(state, effect, ended_ms)
        return False

    def _decide(
        self, event_for: Callable[[CallState], ev.Event | None]
    ) -> tuple[CallState, tuple[fx.StreamEffect, ...]]:
        state = self._parts.session.load(self._call_sid)
        if self._state is not None and state.stream_nonce != self._nonce:
            return state, ()  # a newer stream has the caller: its turns are not ours to take
        event = event_for(state)
        if event is None:
            return state, ()
        state, effects = self._parts.session.handle(self._call_sid, event)
        if isinstance(event, ev.LanguageTold) and event.how == "speech":
            return self._decide(event_for)  # and now what these words mean in that language
        return state, effects

    # --- out --------------------------------------------------------------------------------

    async def _speak(self, state: CallState, effect: fx.Speak, ended_ms: int | None) -> None:
        """Stop what is playing, find the sound, start playing; the loop goes on listening."""
        text, ulaw = await self._block(self._sound, state, effect)
        await self._hush()
        if effect.turn:
            latency = None if ended_ms is None else self._ms_since(ended_ms)
            self._spawn(self._note_reply(effect.turn, text, latency))
        self._saying = True
        self._interruptible = effect.then == "listen"
        self._listen_for(state, effect)
        self._playing = self._spawn(self._play(ulaw, text, effect), self._played)

    def _sound(self, state: CallState, effect: fx.Speak) -> tuple[str, bytes]:
        """The words and their sound; a fixed prompt in each language that may be the caller's."""
        said = [(effect.text, state.memory.language)]
        if not effect.text:
            words, values = self._parts.turns.words, dict(effect.values)
            each = language_question.in_each_language(state)
            said = [(words(one, effect.prompt, values), one.memory.language) for one in each]
        rate = SLOWLY if state.memory.slower else 1.0
        sound = b"".join(self._parts.speaker.speak(*one, rate=rate).ulaw for one in said)
        return " ".join(text for text, _ in said), sound

    def _listen_for(self, state: CallState, effect: fx.Speak) -> None:
        """An answer in digits may have pauses; when it is whole is looked up while we speak."""
        if effect.then == "listen" and keypad.awaits_digits(state.memory):
            self._ear.await_answer(no_words)
            self._spawn(self._look_up_answer(state))
        else:
            self._ear.await_answer(any_words)

    async def _look_up_answer(self, state: CallState) -> None:
        is_whole = await self._block(self._parts.turns.awaited, state)
        if self._state is not None and self._state.memory == state.memory:  # asked for still
            self._ear.await_answer(is_whole)

    async def _play(self, ulaw: bytes, text: str, effect: fx.Speak) -> None:
        self._ear.pause_no_input()
        played = await self._playout.play(ulaw)
        self._interruptible = self._saying = False
        said = {"text": text, "heard_ms": played.heard_ms, "interrupted": played.interrupted}
        self._spawn(self._block(self._append, Kind.BOT_SAID, said))
        if self._playing is None:
            return  # hushed: something else is said next
        if effect.then == "listen":
            self._ear.expect()
        elif effect.then == "hang_up":
            await self._inbox.put(ev.SpeechFinished())
        else:
            await self._hold()

    async def _hold(self) -> None:
        music = await self._block(hold_music, HOLD_SECONDS)
        while True:
            await self._playout.play(music)

    async def _hush(self) -> None:
        """Silence, with a note of how much of the words was heard."""
        playing, self._playing = self._playing, None
        if playing is None or playing.done():
            return
        await self._playout.stop()
        if self._saying:
            await asyncio.wait({playing}, timeout=HUSH_SECONDS)
        await _cancel(playing)

    def _played(self, playing: asyncio.Task[None]) -> None:
        """A speech that failed ends the stream: the webhook after it finds the caller a way on."""
        problem = None if playing.cancelled() else playing.exception()
        if problem is not None and not self._broken.done():
            self._broken.set_exception(problem)

    async def _watch_queue(self) -> None:
        """Leave when a newer stream has the caller; while the caller waits, look at the place and
        let the session decide what to tell.
        """
        while True:
            await asyncio.sleep(WATCH_SECONDS)
            if self._state is None:
                continue
            if await self._block(self._is_superseded):
                logger.info("stream of %s was superseded by a newer one", self._call_sid)
                return
            if self._state.phase is Phase.WAITING and not self._saying and self._inbox.empty():
                checked = await self._block(self._check_wait)
                if checked is not None:
                    self._put(checked)

    def _is_superseded(self) -> bool:
        try:
            return self._parts.session.load(self._call_sid).stream_nonce != self._nonce
        except IvrError:
            return False  # not known now: no reason to leave a caller who talks

    def _check_wait(self) -> ev.WaitChecked | None:
        try:
            state = self._parts.session.load(self._call_sid)
        except UnknownCall:
            return None
        place = self._parts.waiting.position(self._call_sid)
        if state.phase is not Phase.WAITING or state.plan is None or place is None:
            return None
        position = place.position if place.state == "waiting" else 0
        wait = self._parts.expected_wait(position, state.plan.skills) if position else None
        return ev.WaitChecked(position=position, expected_wait_seconds=wait)

    async def _note_reply(self, turn: int, text: str, latency_ms: int | None) -> None:
        await self._block(self._save_reply, turn, text, latency_ms)

    def _save_reply(self, turn: int, text: str, latency_ms: int | None) -> None:
        self._append(Kind.REPLIED, {"turn": turn, "text": text, "latency_ms": latency_ms})
        self._parts.call_log.save_turn(
            self._call_sid, turn, self._parts.now(), latency_ms=latency_ms
        )

    def _append(self, kind: Kind, data: dict[str, Any]) -> None:
        self._parts.call_log.append(self._call_sid, kind, self._parts.now(), **data)

    # --- threads and tasks ------------------------------------------------------------------

    async def _block(self, work: Callable[..., Result], *arguments: Any) -> Result:
        """Run something that blocks in a thread."""
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._parts.workers, work, *arguments)

    def _spawn(
        self,
        chore: Coroutine[Any, Any, None],
        on_done: Callable[[asyncio.Task[None]], None] | None = None,
    ) -> asyncio.Task[None]:
        task = asyncio.create_task(chore)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        task.add_done_callback(on_done or self._noted)
        return task

    def _noted(self, note: asyncio.Task[None]) -> None:
        """A note that did not reach the record must not end the call."""
        problem = None if note.cancelled() else note.exception()
        if problem is not None:
            logger.error("stream of %s: a note was lost: %s", self._call_sid, problem)


def _is_cough(item: UtteranceHeard) -> bool:
    brief = item.ended_ms - item.started_ms < MIN_NO_MATCH_MS
    return brief and not any(one.text for one in item.transcripts)


def _is_no_turn(state: CallState) -> bool:
    """Whether a key cannot be answered by the dialogue: in line, or in no language yet."""
    return state.phase is Phase.WAITING or language_question.is_open(state)


async def _cancel(*tasks: asyncio.Future[None]) -> None:
    """End them and wait until they have; what they died of was told before."""
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
