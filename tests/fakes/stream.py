"""A caller's stream without a network: the provider's side of the socket, a voice, an ear's words,
and a session that decides with the real transitions but keeps its state in memory.
"""

import asyncio
import base64
import json
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import msgspec

from asr import vad
from asr.endpointer import EndpointerSettings
from asr.listening import ListeningSettings
from asr.recognizer import Pcm, Transcript, Word
from audio import mulaw
from calls.kinds import Kind
from ivr import effects as fx
from ivr import events as ev
from ivr.call_loop import MediaParts
from ivr.state import CallState
from ivr.transitions import Policy, transition
from queues.waiting import Place
from routing.rules import load_rules
from tests.fakes.live_call import CALL, CALM, TEMPER, reply
from tts.speaker import Speech

FRAME_MS, FRAME = 20, 160


class FakeProvider:
    """Sends frames, keys and marks; plays what it is sent at once, unless it is told to cut off."""

    def __init__(self) -> None:
        self._to_us: asyncio.Queue[dict[str, Any]] = asyncio.Queue()
        self.media = 0
        """Frames that the caller was sent."""
        self.clears: list[int] = []
        """How many frames had been sent when each clear came."""
        self.is_gone = False
        self._tell("connected")
        form = {"encoding": "audio/x-mulaw", "sampleRate": 8000, "channels": 1}
        self._tell("start", start={"callSid": CALL, "mediaFormat": form})

    async def receive(self) -> dict[str, Any]:
        return await self._to_us.get()

    async def send(self, message: Any) -> None:
        if self.is_gone:
            raise RuntimeError("cannot send: the socket is closed")
        said = json.loads(message["text"])
        if said["event"] == "media":
            self.media += 1
        elif said["event"] == "clear":
            self.clears.append(self.media)
        else:
            self._tell("mark", mark=said["mark"])

    def hears(self, ulaw: bytes) -> None:
        for start in range(0, len(ulaw), FRAME):
            payload = base64.b64encode(ulaw[start : start + FRAME]).decode()
            self._tell("media", media={"payload": payload, "timestamp": "0"})

    def speaks(self, ms: int = 700, then_silent_ms: int = 900) -> None:
        self.is_silent(1000)  # from which the ear learns how quiet the line is
        self.hears(mulaw.encode(vad._vowel(ms)))
        self.is_silent(then_silent_ms)

    async def talks(self, ms: int) -> None:
        """Speaks in real time, so that reactions can be measured."""
        self.is_silent(1000)
        voice = mulaw.encode(vad._vowel(ms))
        for start in range(0, len(voice), FRAME):
            self.hears(voice[start : start + FRAME])
            await asyncio.sleep(FRAME_MS / 1000)

    def is_silent(self, ms: int) -> None:
        self.hears(b"\xff" * (ms * 8))

    def presses(self, keys: str) -> None:
        for key in keys:
            self._tell("dtmf", dtmf={"digit": key})

    def stops(self) -> None:
        self._tell("stop")

    def hangs_up(self) -> None:
        self._to_us.put_nowait({"type": "websocket.disconnect"})

    def _tell(self, event: str, **fields: Any) -> None:
        text = json.dumps({"event": event, "streamSid": "MZ" + "1" * 32, **fields})
        self._to_us.put_nowait({"type": "websocket.receive", "text": text})


class FakeSpeaker:
    """Every text takes as long as it is told; keeps what was said."""

    def __init__(self, ms: int = 60, takes_seconds: float = 0.0) -> None:
        self.ms, self.takes_seconds = ms, takes_seconds
        self.said: list[str] = []
        self.rates: list[float] = []
        self.fails: Exception | None = None

    def speak(self, text: str, language: str, *, rate: float = 1.0) -> Speech:
        time.sleep(self.takes_seconds)
        if self.fails:
            raise self.fails
        self.said.append(text)
        self.rates.append(rate)
        return Speech(b"\x00" * (self.ms * 8), text, language)


class FakeModel:
    """Hears the same words in every utterance."""

    def __init__(
        self, text: str = "我的快递到哪了", language: str = "zh", score: float = 0.0
    ) -> None:
        self.text, self.language, self.score = text, language, score
        self.breaks = False

    def open(self, grammar: tuple[str, ...] | None = None, alternatives: int = 0) -> "FakeModel":
        return self

    def accept(self, pcm: Pcm) -> None:
        if self.breaks:
            raise RuntimeError("the decoder broke")

    def interim(self) -> str:
        return self.text

    def finish(self) -> Transcript:
        words = (Word(self.text, 0, 1000, 0.9),) if self.text else ()
        confidence = 0.9 if self.text else 0.0
        return Transcript(self.text, words, confidence, self.language, score=self.score)


@dataclass
class FakeTurns:
    """Answers every utterance, key and silence with the replies in turn, then the last for ever."""

    replies: list[Any] = field(default_factory=lambda: [reply("您的包裹在路上。")])
    gate: threading.Event = field(default_factory=threading.Event)
    whole: tuple[str, ...] = ()
    """What is a whole answer where digits are asked for."""

    def __post_init__(self) -> None:
        self.gate.set()

    def heard(self, state: CallState, sound: Any) -> ev.Event:
        if state.phase == "waiting":
            return ev.HeardWhileWaiting(sound.transcript.text, CALM, TEMPER)
        return ev.TurnTaken(self._next(), sound.transcript.text, 0.9)

    def silent(self, state: CallState) -> ev.Event:
        return ev.TurnTaken(self._next())

    def pressed(self, state: CallState, digit: str) -> ev.Event:
        return ev.TurnTaken(self._next(), f"[{digit}]")

    def awaited(self, state: CallState) -> Callable[[str], bool]:
        return lambda text: text in self.whole

    def words(self, state: CallState, prompt: str, values: dict[str, str]) -> str:
        return f"{prompt} {values.get('position', '')}".strip()

    def _next(self) -> Any:
        self.gate.wait(10)
        return self.replies.pop(0) if len(self.replies) > 1 else self.replies[0]


class FakeSession:
    """The real decisions on a state in memory."""

    def __init__(self, state: CallState, announce_ms: int = 30_000) -> None:
        self.state = state
        self.policy = Policy(load_rules(), emotion_active=True, announce_ms=announce_ms)
        self.events: list[ev.Event] = []

    def load(self, call_sid: str) -> CallState:
        return self.state

    def handle(
        self, call_sid: str, event: ev.Event
    ) -> tuple[CallState, tuple[fx.StreamEffect, ...]]:
        self.events.append(event)
        now_ms = int(time.time() * 1000)
        self.state, effects = transition(self.state, event, now_ms, self.policy)
        return self.state, tuple(e for e in effects if isinstance(e, fx.StreamEffect))

    def is_taken_over(self) -> None:
        self.state = msgspec.structs.replace(self.state, stream_nonce="newer")


class FakeCallLog:
    """Keeps events and turns in a list."""

    def __init__(self) -> None:
        self.kept: list[tuple[Kind, dict[str, Any]]] = []
        self.latencies: dict[int, int | None] = {}
        self.fails: Exception | None = None

    def append(self, call_sid: str, kind: Kind, now: datetime, **data: Any) -> None:
        if self.fails:
            raise self.fails
        self.kept.append((kind, data))

    def save_turn(self, call_sid: str, number: int, now: datetime, *, latency_ms: Any) -> None:
        self.latencies[number] = latency_ms

    def of(self, kind: Kind) -> list[dict[str, Any]]:
        return [data for kept, data in self.kept if kept is kind]


@dataclass
class FakeWaiting:
    """One place in line, to be changed by the test."""

    place: Place | None = field(default_factory=lambda: Place(2, 2, 0, "waiting"))

    def position(self, call_sid: str) -> Place | None:
        return self.place


@contextmanager
def media_parts(**replaced: Any) -> Iterator[MediaParts]:
    """What the media process works with, all of it fake but the ear's voice detection."""
    with ThreadPoolExecutor(2) as decoders, ThreadPoolExecutor(8) as workers:
        usual: dict[str, Any] = {
            "store": None,
            "signature": None,
            "turns": FakeTurns(),
            "call_log": FakeCallLog(),
            "waiting": FakeWaiting(),
            "expected_wait": lambda position, skills: 30 * position,
            "speaker": FakeSpeaker(),
            "models": {"zh": FakeModel()},
            "listening": ListeningSettings(EndpointerSettings(no_input_ms=2000)),
            "secret": "s",
            "max_streams": 2,
            "decoders": decoders,
            "workers": workers,
            "now": lambda: datetime.now(UTC),
            "on_rejected": lambda: None,
            "on_stop": lambda: None,
        }
        yield MediaParts(**(usual | replaced))


async def eventually(claim: Callable[[], object], seconds: float = 4.0) -> None:
    """Wait until the claim holds."""
    limit = time.monotonic() + seconds
    while not claim():
        assert time.monotonic() < limit, f"not within {seconds} s"
        await asyncio.sleep(0.01)
