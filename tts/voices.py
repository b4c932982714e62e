"""Which voice of espeak-ng speaks which language, and how fast."""

from tts.errors import VoiceMissing

VOICES = {"zh": "cmn", "en": "en-us"}
"""Our languages as espeak-ng 1.52 names its voices (1.51's `cmn` reads tone digits aloud)."""

_WORDS_A_MINUTE = {"zh": 190, "en": 165}
"""Pace at rate 1.0: calm speech on a telephone; espeak's own 175 to 200 sounds hurried."""

_SLOWEST, _FASTEST = 80, 450
"""What espeak-ng renders in words a minute."""


def voice_of(language: str) -> str:
    """The engine's voice for a language; raises VoiceMissing."""
    if language not in VOICES:
        raise VoiceMissing(language, tuple(VOICES))
    return VOICES[language]


def words_a_minute(language: str, rate: float) -> int:
    """Engine speed for a rate (1.0 is normal, 0.8 slower), within what the engine can do."""
    return round(min(_FASTEST, max(_SLOWEST, _WORDS_A_MINUTE.get(language, 165) * rate)))


def check_voices(engine_voices: frozenset[str]) -> None:
    """Raise VoiceMissing if the engine lacks one of ours: it would silently keep the former."""
    for voice in VOICES.values():
        if voice not in engine_voices:
            raise VoiceMissing(voice, tuple(sorted(engine_voices)))
