"""One caller's ear: frames in, events out. Voice detection on the loop, decoding on threads."""

from collections import deque
from collections.abc import Callable, Mapping
from concurrent.futures import Executor
from dataclasses import dataclass, field
from functools import partial

import numpy as np

from asr.decoding import DecodeQueue, UtteranceDecoder, model_for
from asr.endpointer import (
    Accepted,
    Dropped,
    Ended,
    Endpointer,
    EndpointerEvent,
    EndpointerSettings,
    Started,
    Unanswered,
)
from asr.errors import BacklogFull
from asr.events import ListeningEvent, NoInput, SpeechAccepted, SpeechStarted, UtteranceHeard
from asr.recognizer import Pcm, SpeechModel, Transcript
from asr.vad import VadSettings, VoiceDetector
from audio import mulaw
from audio.frames import FRAME_BYTES, FRAME_MS, RATE


def any_words(text: str) -> bool:
    """Whatever is said may be all: no particular answer is awaited."""
    return True


def no_words(text: str) -> bool:
    """Nobody knows yet what would be a whole answer: the caller may pause longer."""
    return False


@dataclass(frozen=True, slots=True)
class ListeningSettings:
    """How one caller is listened to."""

    endpointer: EndpointerSettings = field(default_factory=EndpointerSettings)
    vad: VadSettings = field(default_factory=VadSettings)
    pre_roll_ms: int = 300
    """Sound kept from before the voice began: the first syllable starts softer than the gate."""
    piece_ms: int = 200
    """Speech is decoded in pieces while the caller speaks, so that little is left at the end."""
    backlog_ms: int = 4000
    """More undecoded sound than this is refused: better a menu of keys than a late answer."""
    recycle_ms: int = 600_000
    """A recogniser is renewed after 10 minutes; Vosk's memory grows with its age."""
    alternatives: int = 0
    """Readings of an utterance that are handed on; each costs about 1 ms a second of speech."""
    close_seconds: float = 2.0


@dataclass(slots=True)
class _Utterance:
    """Sound since the pre-roll; `first_ms` is the stream time of its first sample."""

    languages: tuple[str, ...]
    first_ms: int
    frames: list[Pcm]
    sent: int = 0
    """Frames already given to the decoder."""

    def unsent(self) -> list[Pcm]:
        return self.frames[self.sent :]


class Listening:
    """Feeds one caller's frames to voice detection, endpointing and a recogniser."""

    def __init__(
        self,
        models: Mapping[str, SpeechModel],
        language: str,
        executor: Executor,
        on_event: Callable[[ListeningEvent], None],
        settings: ListeningSettings | None = None,
    ) -> None:
        """`on_event` is called on the loop that calls `feed`; raises LanguageMissing."""
        model_for(models, language)
        self._settings = settings or ListeningSettings()
        self._models = models
        self._languages: tuple[str, ...] = (language,)
        self._on_event = on_event
        self._detector = VoiceDetector(self._settings.vad)
        self._endpointer = Endpointer(self._settings.endpointer)
        self._decoder = UtteranceDecoder(
            models, self._settings.recycle_ms, self._settings.alternatives
        )
        self._queue = DecodeQueue(executor)
        kept_ms = self._settings.pre_roll_ms + self._settings.endpointer.start_ms
        self._pre_roll: deque[Pcm] = deque(maxlen=kept_ms // FRAME_MS + 1)
        self._utterance: _Utterance | None = None
        self._interim = ""
        self._is_whole: Callable[[str], bool] = any_words
        self._closed = False
        self.dropped_frames = 0
        """Frames of speech that were not decoded because decoding was too far behind."""

    @property
    def now_ms(self) -> int:
        """Stream time: frames fed so far."""
        return self._endpointer.now_ms

    @property
    def interim(self) -> str:
        """The words so far of the utterance that is being spoken."""
        return self._interim

    def feed(self, ulaw_frame: bytes) -> None:
        """Take 20 ms of mu-law (160 bytes); never blocks. Raises BacklogFull, frame not kept."""
        if self._closed:
            return
        if len(ulaw_frame) != FRAME_BYTES:
            raise ValueError(f"frame of {len(ulaw_frame)} bytes, needs {FRAME_BYTES} (20 ms)")
        frame = mulaw.decode(ulaw_frame)
        refused = not self._keep(frame)
        for event in self._endpointer.process(self._detector.is_speech(frame)):
            self._on_endpoint(event)
        self._send_whole_piece()
        if refused:
            raise BacklogFull(self._queue.sound_ms, self._settings.backlog_ms)

    def expect(self) -> None:
        """The caller is now expected to speak."""
        self._endpointer.expect()

    def await_answer(self, is_whole: Callable[[str], bool]) -> None:
        """Until the next call an utterance goes on over longer pauses as long as it is not whole;
        `is_whole` is asked on the loop a few times a second.
        """
        self._is_whole = is_whole
        self._judge()

    def pause_no_input(self) -> None:
        """The bot speaks or the caller waits: silence is no event until `expect`."""
        self._endpointer.pause_no_input()

    def set_languages(self, *languages: str) -> None:
        """Languages from the next utterance on: several are heard side by side, at the price of
        decoding as often. Raises LanguageMissing.
        """
        for language in languages:
            model_for(self._models, language)
        self._languages = languages

    async def close(self) -> None:
        """Stop; nothing is reported any more."""
        self._closed = True
        await self._queue.close(self._settings.close_seconds)

    def _keep(self, frame: Pcm) -> bool:
        """Remember the frame for decoding; False when decoding is too far behind for it."""
        self._pre_roll.append(frame)
        if self._utterance is None:
            return True
        if self._queue.sound_ms >= self._settings.backlog_ms:
            self.dropped_frames += 1
            return False
        self._utterance.frames.append(frame)
        return True

    def _on_endpoint(self, event: EndpointerEvent) -> None:
        match event:
            case Started():
                self._begin()
                self._on_event(SpeechStarted(at_ms=event.started_ms))
            case Accepted():
                self._on_event(SpeechAccepted(started_ms=event.started_ms, at_ms=event.at_ms))
            case Dropped():
                self._drop()
            case Ended():
                self._end(event)
            case Unanswered():
                self._on_event(NoInput(at_ms=event.at_ms))

    def _begin(self) -> None:
        frames = list(self._pre_roll)
        first_ms = self.now_ms - len(frames) * FRAME_MS
        self._utterance = _Utterance(self._languages, first_ms, frames)
        self._queue.put(partial(self._decoder.begin, self._languages, first_ms), self._decoded)

    def _send_whole_piece(self) -> None:
        utterance = self._utterance
        if utterance is None:
            return
        if (len(utterance.frames) - utterance.sent) * FRAME_MS >= self._settings.piece_ms:
            self._send(utterance)

    def _send(self, utterance: _Utterance) -> None:
        frames = utterance.unsent()
        if not frames:
            return
        utterance.sent = len(utterance.frames)
        work = partial(self._decoder.accept, np.concatenate(frames))
        self._queue.put(work, self._decoded, sound_ms=len(frames) * FRAME_MS)

    def _drop(self) -> None:
        """Too short for a word: what was decoded of it must not colour the next utterance."""
        self._utterance = None
        self._queue.put(self._decoder.finish, self._forgotten)

    def _end(self, event: Ended) -> None:
        utterance, self._utterance = self._utterance, None
        if utterance is None:
            return
        if event.at_ms - event.ended_ms < self._settings.pre_roll_ms:
            self._pre_roll.clear()  # cut for its length: the next one must not repeat its end
        self._send(utterance)
        heard = partial(self._heard, utterance, event)
        self._queue.put(self._decoder.finish, heard)

    def _decoded(self, interim: object, error: BaseException | None) -> None:
        if error is not None:
            self._decoder.abandon()
        elif isinstance(interim, str):
            self._interim = interim
            self._judge()

    def _judge(self) -> None:
        self._endpointer.judge(whole=self._is_whole(self._interim))

    def _forgotten(self, _: object, error: BaseException | None) -> None:
        self._interim = ""
        self._judge()
        if error is not None:
            self._decoder.abandon()

    def _heard(
        self, utterance: _Utterance, event: Ended, result: object, error: BaseException | None
    ) -> None:
        self._forgotten(result, error)
        transcript, *others = (
            result if isinstance(result, tuple) and result else _nothing(utterance)
        )
        pcm = np.concatenate(utterance.frames)
        first = max(0, event.started_ms - utterance.first_ms) * RATE // 1000
        last = max(0, event.ended_ms - utterance.first_ms) * RATE // 1000
        self._on_event(
            UtteranceHeard(
                transcript=transcript,
                pcm=pcm[first:last],
                started_ms=event.started_ms,
                ended_ms=event.ended_ms,
                others=tuple(others),
            )
        )


def _nothing(utterance: _Utterance) -> tuple[Transcript, ...]:
    """In the place of transcripts that decoding failed to give: a no-match."""
    return tuple(Transcript("", (), 0.0, language) for language in utterance.languages)
