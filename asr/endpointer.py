"""Where an utterance begins and ends: a pure counter of milliseconds, no sound in sight."""

from dataclasses import dataclass
from enum import Enum

from audio.frames import FRAME_MS


@dataclass(frozen=True, slots=True)
class EndpointerSettings:
    """The timers of a turn; the numbers' origins are the field reports named beside them."""

    start_ms: int = 60
    """Voice this long is the start of speech."""
    accept_ms: int = 220
    """Voice this long is speech and no cough: the bot must stop (200 to 300 ms)."""
    accept_by_ms: int = 320
    """Voice that began this long ago and still goes on is speech too, whatever its gaps: with
    webrtcvad "where is my parcel" has gaps of 60 to 120 ms and took 581 ms to add up to accept_ms,
    and a bot has to be silent within 400 ms."""
    short_ms: int = 120
    """Voice this long, then silence, is a short answer ("yes", "对"): worth decoding."""
    stop_ms: int = 600
    """Silence this long ends an utterance."""
    long_stop_ms: int = 1300
    """The same where the answer is not whole yet: callers pause between the groups of digits."""
    no_input_ms: int = 7000
    """Nothing said for this long while speech is expected."""
    max_utterance_ms: int = 15000
    """An utterance is cut here, so that noise for ever still ends."""


@dataclass(frozen=True, slots=True)
class Started:
    """Voice began."""

    started_ms: int
    at_ms: int


@dataclass(frozen=True, slots=True)
class Accepted:
    """It is speech."""

    started_ms: int
    at_ms: int


@dataclass(frozen=True, slots=True)
class Dropped:
    """What began was too short to be a word."""

    at_ms: int


@dataclass(frozen=True, slots=True)
class Ended:
    """The utterance is over; `ended_ms` is the end of voice, `at_ms` when the timer said so."""

    started_ms: int
    ended_ms: int
    at_ms: int


@dataclass(frozen=True, slots=True)
class Unanswered:
    """The no-input time passed."""

    at_ms: int


EndpointerEvent = Started | Accepted | Dropped | Ended | Unanswered


class _Phase(Enum):
    QUIET = "quiet"
    BEGUN = "begun"
    SPEAKING = "speaking"


class Endpointer:
    """Counts 20 ms frames of speech and silence; time is the number of frames processed."""

    def __init__(self, settings: EndpointerSettings | None = None) -> None:
        self.settings = settings or EndpointerSettings()
        self.now_ms = 0
        self._phase = _Phase.QUIET
        self._whole = True
        self._expected_since: int | None = None
        self._voiced_ms = 0
        self._most_voiced_ms = 0
        self._first_voice_ms: int | None = None
        self._last_voice_ms = 0

    def judge(self, *, whole: bool) -> None:
        """Whether what was said so far is a whole answer; until it is, the caller may pause
        longer.
        """
        self._whole = whole

    def expect(self) -> None:
        """Speech is expected from now on."""
        self._expected_since = self.now_ms

    def pause_no_input(self) -> None:
        """Silence is fine until the next `expect`."""
        self._expected_since = None

    def process(self, is_speech: bool) -> tuple[EndpointerEvent, ...]:
        """Count one frame and say what follows from it."""
        self.now_ms += FRAME_MS
        self._count(is_speech)
        if self._phase is _Phase.QUIET:
            return self._while_quiet()
        if self._phase is _Phase.BEGUN:
            return self._while_begun()
        return self._while_speaking()

    def _count(self, is_speech: bool) -> None:
        """Voice counts up in full and leaks away at half speed in gaps: taps never add up."""
        if is_speech:
            if self._first_voice_ms is None:
                self._first_voice_ms = self.now_ms - FRAME_MS
            self._voiced_ms += FRAME_MS
            self._most_voiced_ms = max(self._most_voiced_ms, self._voiced_ms)
            self._last_voice_ms = self.now_ms
        elif self._voiced_ms > 0:
            self._voiced_ms = max(0, self._voiced_ms - FRAME_MS // 2)
            if self._voiced_ms == 0 and self._phase is _Phase.QUIET:
                self._forget()

    def _while_quiet(self) -> tuple[EndpointerEvent, ...]:
        if self._voiced_ms >= self.settings.start_ms and self._first_voice_ms is not None:
            self._phase = _Phase.BEGUN
            return (Started(started_ms=self._first_voice_ms, at_ms=self.now_ms),)
        since = self._expected_since
        if since is not None and self.now_ms - since >= self.settings.no_input_ms:
            self._expected_since = None
            return (Unanswered(at_ms=self.now_ms),)
        return ()

    def _while_begun(self) -> tuple[EndpointerEvent, ...]:
        if self._voiced_ms >= self.settings.accept_ms or self._goes_on():
            self._phase = _Phase.SPEAKING
            return (Accepted(started_ms=self._started_ms, at_ms=self.now_ms),)
        if self._silence_ms < self._stop_ms:
            return ()
        if self._most_voiced_ms >= self.settings.short_ms:
            return (self._end(),)
        self._phase = _Phase.QUIET
        self._forget()
        return (Dropped(at_ms=self.now_ms),)

    def _goes_on(self) -> bool:
        """More than a tap at the beginning, and voice again just now."""
        since = self.now_ms - self._started_ms
        enough = self._most_voiced_ms >= self.settings.short_ms
        return since >= self.settings.accept_by_ms and enough and self._silence_ms == 0

    def _while_speaking(self) -> tuple[EndpointerEvent, ...]:
        too_long = self.now_ms - self._started_ms >= self.settings.max_utterance_ms
        if self._silence_ms >= self._stop_ms or too_long:
            return (self._end(),)
        return ()

    def _end(self) -> Ended:
        ended = Ended(self._started_ms, self._last_voice_ms, self.now_ms)
        self._phase = _Phase.QUIET
        self._expected_since = None  # answered: the owner says when speech is expected again
        self._forget()
        return ended

    @property
    def _started_ms(self) -> int:
        return self.now_ms if self._first_voice_ms is None else self._first_voice_ms

    @property
    def _stop_ms(self) -> int:
        return self.settings.stop_ms if self._whole else self.settings.long_stop_ms

    @property
    def _silence_ms(self) -> int:
        return self.now_ms - self._last_voice_ms

    def _forget(self) -> None:
        self._voiced_ms = 0
        self._most_voiced_ms = 0
        self._first_voice_ms = None
        self._last_voice_ms = self.now_ms
