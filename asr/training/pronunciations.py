"""How words are said, from espeak-ng's reading of sentences that hold them and of the words alone,
and flite's where it is installed.

In a sentence espeak weakens and links words ("to", "the"); the commoner of these readings become
pronunciations of the word.
"""

import math
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from asr.training.english_sounds import english_phones
from asr.training.espeak import Espeak, Sound
from asr.training.flite import TRAINING_VOICES, Flite, installed_voices
from asr.training.lexicon import Pronunciation
from asr.training.mandarin_sounds import mandarin_phones
from asr.training.phone_sets import phone_set


@dataclass(frozen=True, slots=True)
class Reader:
    """A voice whose readings count `weight` times."""

    voice: str
    weight: int


READERS = {
    "en": (Reader("en-us", 3), Reader("en", 1), Reader("en-gb-scotland", 1)),
    "zh": (Reader("cmn", 2), Reader("cmn-latn-pinyin", 1)),
}
"""Readings of both are kept, for callers speak differently."""

_DICTIONARY_WEIGHT = 2
"""Of flite's readings where it is installed: they are those of the CMU dictionary, as Americans
speak, and of every other engine that reads by it.
"""
_CONTEXTS = 5
"""Sentences in which a word is read; more give the same readings again."""
_MOST_READINGS = 4
_RAREST = 0.08
"""Of the commonest reading's count; below it a reading is taken for a slip."""
_COST_SCALE, _HIGHEST_COST = 0.5, 1.5
"""Costs of readings weigh less than they would by count: espeak's counts are no caller's."""

Readings = dict[str, Counter[tuple[str, ...]]]


def pronounce(words: Iterable[str], texts: Iterable[Sequence[str]], language: str) -> Readings:
    """Readings of every word, alone and in the texts (sequences of words); may lack a word."""
    wanted = frozenset(words)
    espeak = Espeak()
    found: Readings = defaultdict(Counter)
    whole = [*_enough(texts), *([word] for word in sorted(wanted))]
    for reader in READERS[language]:
        for text in whole:
            for word, phones in read_words(espeak, text, reader.voice, language):
                if word in wanted:
                    found[word][phones] += reader.weight
    for voice in installed_voices(TRAINING_VOICES[:1]) if language == "en" else ():
        for word, phones in _dictionary_readings(whole, voice):
            if word in wanted:
                found[word][phones] += _DICTIONARY_WEIGHT
    return found


def _dictionary_readings(
    texts: Iterable[Sequence[str]], voice: str
) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Words of texts as flite reads them; texts that it takes for other words are left out."""
    flite, known = Flite(), phone_set("en")
    for words in texts:
        read = _endings_joined(flite.read(" ".join(words), voice))
        if len(read) != len(words):
            continue
        for word, (name, phones) in zip(words, read, strict=True):
            if name.replace("'", "") == word.replace("'", "") and not known.unknown(phones):
                yield word, phones


def _endings_joined(
    read: Iterable[tuple[str, tuple[str, ...]]],
) -> list[tuple[str, tuple[str, ...]]]:
    """ "'s" and its like belong to the word before."""
    joined: list[tuple[str, tuple[str, ...]]] = []
    for name, phones in read:
        if name.startswith("'") and joined:
            before, sounds = joined.pop()
            name, phones = before + name, sounds + phones
        joined.append((name, phones))
    return joined


def _enough(texts: Iterable[Sequence[str]]) -> list[Sequence[str]]:
    """Texts that still have a word which was not read in _CONTEXTS others before."""
    seen: Counter[str] = Counter()
    chosen = []
    for text in texts:
        if any(seen[word] < _CONTEXTS for word in text):
            chosen.append(text)
            seen.update(text)
    return chosen


def read_words(
    espeak: Espeak, words: Sequence[str], voice: str, language: str
) -> list[tuple[str, tuple[str, ...]]]:
    """Each word of a text with its phones; words with a sound that we do not know are left out."""
    gap = "" if language == "zh" else " "
    text = gap.join(words)
    sounds = espeak.sounds(text, voice)
    phones = _phones(sounds, voice, language)
    if language == "zh":
        sounds = _stretched(sounds, len(text))
    else:
        sounds = [replace(sound, length=_whole_length(sound, text)) for sound in sounds]
    by_place = _by_place(sounds, phones)
    found = []
    at = 0
    for word in words:
        reading = _reading(by_place, at, at + len(word))
        at += len(word) + len(gap)
        if reading:
            found.append((word, tuple(reading)))
    return found


def read_whole(espeak: Espeak, text: str, voice: str, language: str) -> tuple[str, ...]:
    """All phones of a text, or none where a sound is not known."""
    phones = _phones(espeak.sounds(text, voice), voice, language)
    if any(one is None for one in phones):
        return ()
    return tuple(phone for one in phones for phone in one or ())


def _phones(sounds: Sequence[Sound], voice: str, language: str) -> list[list[str] | None]:
    if language == "zh":
        return mandarin_phones(sounds)
    return english_phones([sound.mnemonic for sound in sounds], voice)


def _stretched(sounds: Sequence[Sound], end: int) -> list[Sound]:
    """Units as long as up to the next: espeak reads some two characters as one and says "1"."""
    places = sorted({sound.position for sound in sounds})
    following = dict(zip(places, [*places[1:], end], strict=True))
    return [replace(s, length=following[s.position] - s.position) for s in sounds]


def _whole_length(sound: Sound, text: str) -> int:
    """The length of "don't", of which espeak reads all and says that it were "don"."""
    end = sound.position + sound.length
    if sound.position >= 0 and text[end : end + 2].startswith("'"):
        end = (text + " ").index(" ", end)
    return end - sound.position


def _reading(
    by_place: dict[tuple[int, int], list[str] | None], at: int, end: int
) -> list[str] | None:
    """Phones from `at` to `end` where espeak's units fit into that word, else None."""
    units = sorted(place for place in by_place if at <= place[0] < end)
    reading: list[str] = []
    for begin, length in units:
        phones = by_place[begin, length]
        if begin != at or phones is None:
            return None
        reading += phones
        at += length
    return reading if at == end else None


def _by_place(
    sounds: Sequence[Sound], phones: Sequence[list[str] | None]
) -> dict[tuple[int, int], list[str] | None]:
    """Phones by the unit that espeak read (first character, length); None where one is unknown."""
    places: dict[tuple[int, int], list[str] | None] = {}
    for sound, one in zip(sounds, phones, strict=True):
        place = (sound.position, sound.length)
        known = places.setdefault(place, [])
        if one is None or known is None:
            places[place] = None
        else:
            known += one
    return places


def lexicon_of(readings: Readings) -> list[Pronunciation]:
    """The commonest readings of every word with their costs."""
    lexicon = []
    for word, counts in sorted(readings.items()):
        ranked = counts.most_common(_MOST_READINGS)
        most = ranked[0][1]
        for phones, count in ranked:
            if count >= _RAREST * most:
                cost = min(_HIGHEST_COST, -_COST_SCALE * math.log(count / most))
                lexicon.append(Pronunciation(word, phones, round(cost, 2) + 0.0))
    return lexicon
