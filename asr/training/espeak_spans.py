"""When each phone is heard in what espeak-ng spoke."""

from collections.abc import Iterator, Sequence

from asr.training.english_sounds import english_phones
from asr.training.espeak import Sound, Spoken
from asr.training.mandarin_sounds import mandarin_phones
from asr.training.speech import SILENCE_NAME, Span

_FIRST_OF_TWO = 0.6
"""Of the time of a mnemonic that is two phones: the vowel before an r is the longer."""
_SYLLABLE_LIMIT = "_|"
"""Mandarin; up to 40 ms without sound, where the next consonant's closure is."""


def phones_of(sounds: Sequence[Sound], voice: str, language: str) -> list[list[str] | None]:
    """Phones of every sound: none for a pause or a limit, None for a sound that we do not know."""
    if language == "zh":
        return mandarin_phones(sounds)
    return english_phones([sound.mnemonic for sound in sounds], voice.partition("+")[0])


def spans_of(spoken: Spoken, rate: int, voice: str, language: str) -> list[Span]:
    """Spans from the first sample to the last; none where a sound is unknown."""
    sounds = spoken.sounds
    starts = [sound.sample / rate for sound in sounds]
    ends = [*starts[1:], spoken.samples.size / rate]
    spans: list[Span] = []
    begin = 0.0
    for sound, phones, end in zip(
        sounds, phones_of(sounds, voice, language), ends, strict=True
    ):  # fmt: skip
        if phones is None:
            return []
        if sound.mnemonic == _SYLLABLE_LIMIT:
            continue  # what follows begins here
        if not phones and not sound.mnemonic.startswith("_") and spans:
            last = spans.pop()  # ";" is the end of the sound before it
            spans.append(Span(last.phone, last.start, end))
        else:
            spans += _shared(phones or [SILENCE_NAME], begin, end)
        begin = end
    return joined(spans)


def _shared(phones: Sequence[str], start: float, end: float) -> Iterator[Span]:
    if len(phones) == 1:
        yield Span(phones[0], start, end)
        return
    middle = start + _FIRST_OF_TWO * (end - start)
    yield Span(phones[0], start, middle)
    yield Span(phones[1], middle, end)


def joined(spans: Sequence[Span]) -> list[Span]:
    """Silences that follow one another as one; silence without length is left out."""
    found: list[Span] = []
    for span in spans:
        if span.phone == SILENCE_NAME and span.end <= span.start:
            continue
        if found and span.phone == found[-1].phone == SILENCE_NAME:
            found[-1] = Span(SILENCE_NAME, found[-1].start, span.end)
        else:
            found.append(span)
    return found
